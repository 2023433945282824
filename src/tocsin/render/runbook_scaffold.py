"""The first text of a runbook that nobody has written yet. Every place for its author begins with `TODO:`."""

from tocsin.model.alerting import Alert
from tocsin.model.routing import WATCHDOG
from tocsin.model.workspace import Model
from tocsin.query.matchers import equal, selector
from tocsin.render.runbook_markdown import fenced, plain

SECTIONS = (
    "What it means",
    "First look",
    "Is it real?",
    "Where is it?",
    "Why?",
    "Stop the bleeding",
    "Escalate",
    "Afterwards",
)
"""The headings of every runbook, in this order."""
TODO = "TODO:"
"""What a line begins with that the author still has to write."""
_FACTS = "<!-- tocsin:facts -->\n\n<!-- /tocsin:facts -->\n"


def scaffold(alert: Alert, model: Model) -> str:
    """A page with its sections, the queries that follow from the spec, and what to write where."""
    condition = alert.variants[0].condition
    signal = condition.signal or condition.expr
    after = f" after {alert.escalate_after.words}" if alert.escalate_after else ""
    return _page(
        alert.name,
        {
            "What it means": f"It fires when {plain(condition.meaning)}.\n\n"
            f"{TODO} say what users notice, what follows if nobody acts, and what it is not.\n",
            "First look": f"1. {TODO} the dashboard and the panel that show it, and what to look for there.\n"
            f"2. {TODO} the panel that tells the likeliest cause.\n"
            f"3. {TODO} the logs or traces, with the filter.\n",
            "Is it real?": f"{TODO} say what is normal for this query.\n\n"
            + fenced(alert.language, signal)
            + f"\n{TODO} a second query that does not depend on the first one's data.\n",
            "Where is it?": _where(alert, model),
            "Why?": f"### 1. {TODO} the commonest cause\n\n"
            f"{TODO} the query that confirms it, and the step that mends it.\n",
            "Stop the bleeding": f"1. {TODO} the first safe step, as a command; how to see that it helped.\n",
            "Escalate": f"{TODO} who is called{after}, and what to tell them.\n",
            "Afterwards": f"{TODO} how to know that it is over, and what to undo and to write down.\n",
        },
    )


def watchdog_scaffold() -> str:
    """The page of the heartbeat."""
    todo = f"{TODO} write this section.\n"
    meaning = "It always fires. When its receiver hears nothing any more, alerts may reach nobody.\n"
    return _page(WATCHDOG, {title: meaning if title == SECTIONS[0] else todo for title in SECTIONS})


def _page(name: str, sections: dict[str, str]) -> str:
    body = "".join(f"\n## {title}\n\n{sections[title]}" for title in SECTIONS)
    return f"# {plain(name)}: {TODO} what users notice, in one sentence\n\n{_FACTS}{body}"


def _where(alert: Alert, model: Model) -> str:
    text = f"By endpoint: {TODO} a query with `by (endpoint)` or what tells the parts apart here.\n"
    offender = alert.variants[0].condition.offender
    if offender and "{{" not in offender:
        text += "\n" + fenced(alert.language, offender)
    text += f"\nBy instance: {TODO} the same query `by (instance)`.\n"
    text += f"\nBy time: {TODO} the same against an hour ago.\n"
    service = model.services.get(alert.service)
    if service is not None and service.logs is not None:
        parse = {"json": " | json", "logfmt": " | logfmt"}.get(service.logs.format, "")
        lines = selector("", equal(service.logs.labels)) + parse
        text += "\nWhat it says itself:\n\n" + fenced("logql", lines)
    return text
