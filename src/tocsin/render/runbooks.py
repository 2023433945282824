"""The facts of every runbook: what the spec says about its alerts. Not the prose, which people write.

One artifact for each file under `runbooks/`. Alerts that share a file get one block: what is the same for all
is said once, what differs in a table with a row for each.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tocsin.artifacts.tree import Artifact, at
from tocsin.model.alerting import Alert, Variant
from tocsin.model.routing import NOBODY, WATCHDOG
from tocsin.model.workspace import Model
from tocsin.render.renderer import renderer
from tocsin.render.runbook_facts import Facts, Known, facts_of, ordered
from tocsin.render.runbook_markdown import References, code, fenced, plain, row, rule
from tocsin.render.runbook_scaffold import scaffold, watchdog_scaffold

SHOWN_EXPRESSIONS = 3
"""How many expressions a page shows: those of a thousand services differ in their selectors only."""
LINKED = 20
"""On a page of more alerts than this the rows have no links: the notification has those of its alert."""
FOLDED, FOLDED_END = "<details><summary>The expression</summary>", "</details>"
"""GitHub folds it, so that the first screen has the facts and the first links; a terminal shows it."""


@renderer("runbooks")
def runbooks(model: Model) -> Iterator[Artifact]:
    """`runbooks/<file>` for every alert of production; the other environments share them."""
    if model.root:
        return
    files: dict[str, list[Alert]] = {}
    for alert in model.alerts:
        if alert.runbook:
            files.setdefault(alert.runbook, []).append(alert)
    known = Known(model)
    for file, alerts in sorted(files.items()):
        yield Artifact(
            path=f"runbooks/{file}",
            format="markdown",
            tree=_block(alerts, known),
            origin=alerts[0].origin,
            kind="runbooks",
            scaffold=scaffold(alerts[0], model),
        )
    if model.watchdog is not None and f"{WATCHDOG}.md" not in files:
        yield Artifact(
            path=f"runbooks/{WATCHDOG}.md",
            format="markdown",
            tree=_watchdog(model),
            origin=model.watchdog.origin,
            kind="runbooks",
            scaffold=watchdog_scaffold(),
        )


def _block(alerts: Sequence[Alert], known: Known) -> list[Any]:
    """The lines between the markers, each with the alert that it comes from."""
    references = References()
    facts = [facts_of(alert, known, references if len(alerts) <= LINKED else None) for alert in alerts]
    if len(alerts) == 1:
        head = (
            f"**{plain(alerts[0].name)}**",
            f"{plain(alerts[0].service or known.model.name)}, {plain(alerts[0].severity)}",
        )
        lines = list(_table(alerts[0], head, facts[0]))
    else:
        lines = list(_shared(alerts, facts))
    origin, end = alerts[0].origin, f"\n{references}\n" if str(references) else "\n"
    return [at(origin, "\n", "facts"), *lines, *_queries(alerts), at(origin, end, "facts")]


def _table(alert: Alert, head: tuple[str, str], facts: Facts) -> Iterator[Any]:
    width = (max(map(len, (head[0], *facts))),)
    yield at(alert.origin, row(head, width) + rule(2, width), "facts")
    for title, text in facts.items():
        yield at(alert.origin, row((title, text), width), "facts")


def _shared(alerts: Sequence[Alert], facts: Sequence[Facts]) -> Iterator[Any]:
    """What is the same for all alerts, then a row for each with what is not."""
    titles = list(dict.fromkeys(title for one in facts for title in one))
    same = {t: facts[0][t] for t in titles if all(one.get(t) == facts[0].get(t) for one in facts)}
    rest = tuple(t for t in titles if t not in same)
    names = dict.fromkeys(alert.name for alert in alerts)
    head = (f"**{', '.join(map(plain, names))}**", f"{len(alerts)} alerts")
    yield from _table(alerts[0], head, same)
    columns = ("Alert", *rest)
    yield at(alerts[0].origin, "\n" + row(columns) + rule(len(columns)), "facts")
    for alert, one in zip(alerts, facts, strict=True):
        yield at(alert.origin, row((plain(alert.id), *(one.get(t) or "-" for t in rest))), "facts")


def _queries(alerts: Sequence[Alert]) -> Iterator[Any]:
    """The expressions and the query that names the worst offender, folded away where HTML is rendered."""
    shown = [(alert, variant) for alert in alerts for variant in ordered(alert)]
    first = alerts[0].origin
    yield at(first, f"\n{FOLDED}\n", "facts")
    for alert, variant in shown[:SHOWN_EXPRESSIONS]:
        part = _part(alert, variant, alerts)
        yield at(variant.origin, f"\nThe expression{part}:\n\n" if part else "\n", "facts")
        yield at(variant.origin, fenced(alert.language, variant.condition.expr), "expression")
    more = len(shown) - SHOWN_EXPRESSIONS
    if more > 0:
        yield at(first, f"\n({more} more stand in the rule files.)\n", "facts")
    offender = shown[0][1].condition.offender
    if len(alerts) == 1 and offender and "{{" not in offender:
        yield at(first, "\nThe worst offender now:\n\n" + fenced(alerts[0].language, offender), "facts")
    yield at(first, f"\n{FOLDED_END}\n", "facts")


def _part(alert: Alert, variant: Variant, alerts: Sequence[Alert]) -> str:
    whose = f" of {plain(alert.id)}" if len(alerts) > 1 else ""
    return whose + (f" for {code(variant.only)}" if variant.only else "")


def _watchdog(model: Model) -> list[Any]:
    """The heartbeat has no rule of its own in the model: it always fires."""
    dog = model.watchdog
    assert dog is not None
    to = Known(model).receiver(dog.to) if dog.to != NOBODY else "**nobody**"
    facts = {
        "Fires when": "always (`vector(1)`): it proves that alerts reach people",
        "Who is told": f"{to}, every {dog.every}",
        "Silence means": f"alerts may reach nobody; {to} must tell you, by a way of its own",
        "Muted while": "never",
    }
    width = (max(len(WATCHDOG) + 4, *map(len, facts)),)
    lines = [
        row((f"**{WATCHDOG}**", plain(model.name)), width),
        rule(2, width),
        *(row((title, text), width) for title, text in facts.items()),
    ]
    return [at(dog.origin, line, "facts") for line in ("\n", *lines, "\n")]
