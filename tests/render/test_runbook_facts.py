"""The generated block of a runbook: every fact, for one service and for many, and hostile text."""

import dataclasses
import re
from types import MappingProxyType
from typing import Any

import pytest
from model_fixture import ALERTS, INHIBITIONS, alert, model
from stack_model import HERE

from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import facts_state, whole, with_facts
from tocsin.artifacts.tree import Artifact, Text
from tocsin.model.alerting import Alert, Condition, Inhibition, Variant
from tocsin.model.workspace import Links, Model
from tocsin.render.runbook_markdown import address, code, fenced, plain
from tocsin.render.runbook_scaffold import SECTIONS, TODO
from tocsin.render.runbooks import FOLDED, FOLDED_END, runbooks
from tocsin.spec.values import Duration

HOSTILE = (
    "a | b",
    "`tick",
    "two\nlines\r\nthree",
    "<!-- /tocsin:facts -->",
    "--> out",
    "<script>x</script>",
    "[x](javascript:alert(1))",
    "*bold* _under_ ~~gone~~",
    "back\\slash |",
    "&lt; &#60;",
    "\x1b[31mred\x00",
    "</details>",
    "``` fence",
    "| --- |",
    "tab\tstop",
    "\u2028line",
    "![i](https://x.example/y)",
)
META = Condition(
    expr="a / b > 0.05",
    signal="a / b",
    threshold=0.05,
    direction="above",
    unit="percentunit",
    meaning="more than 5 % of the requests failed within 5 minutes",
    measures="share of failing requests",
    threshold_text="5 %",
    offender="topk(3, a)",
    window=Duration.parse("5m"),
    facts=(("Counts as a failure", 'status=~"5..|x"'),),
)


def with_condition(one: Alert, condition: Condition, *more: Variant) -> Alert:
    return dataclasses.replace(one, variants=(Variant(condition=condition, origin=HERE), *more))


def by_path(one: Model) -> dict[str, Artifact]:
    return {a.path: a for a in runbooks(one)}


def facts(*alerts: Alert, **more: Any) -> str:
    """The block of the one page that these alerts share."""
    found = list(runbooks(model(alerts=alerts, watchdog=None, **more)))
    assert len(found) == 1
    return emit(found[0])


def cells(text: str) -> dict[str, str]:
    """Title -> text of the first table, as a Markdown reader splits it."""
    rows = [re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    return {r[0].strip(): r[1].strip() for r in rows if len(r) == 2}


HIGH = with_condition(alert("HighErrorRate", escalate_after=Duration.parse("15m")), META)


def test_the_facts_of_one_alert() -> None:
    one = dataclasses.replace(
        HIGH,
        was=("ErrorRate",),
        owner="ada",
        keep_firing_for=Duration.parse("10m"),
        every=Duration.parse("30s"),
        links=MappingProxyType({"Design": "https://wiki.example.org/a b"}),
        annotations=MappingProxyType({"logs_url": "https://grafana.example.org/explore?panes=%7B%7D"}),
    )
    assert cells(facts(one)) == {
        "**HighErrorRate**": "shop, critical",
        "-" * 21: "---",
        "Fires when": "more than 5 % of the requests failed within 5 minutes",
        "Measures": "share of failing requests",
        "Threshold": "above 5 %",
        "Since when": "must hold for 2m before it fires; looks back 5m; evaluated every 30s; "
        "goes on for 10m after the cause has gone",
        "Counts as a failure": 'status=~"5..\\|x"',
        "Severity": "critical, team platform, owner ada",
        "Who is told": "platform-pager (pagerduty), platform-chat (slack), mail (email): after 1s, always; "
        "again every 1h while it fires",
        "Who next": "senior-pager (pagerduty): after 15m1s if it still fires, always; "
        "again every 1h while it fires",
        "Muted while": "ServiceDown fires for the same cluster, environment and service",
        "Links": "[Logs][f1] · [Silence][f2] · [Design][f3]",
        "Formerly": "`ErrorRate`",
    }


def test_the_expression_and_the_offenders_are_queries_to_copy() -> None:
    text = facts(HIGH)
    assert "\n```promql\na / b > 0.05\n```\n" in text and "\n```promql\ntopk(3, a)\n```\n" in text


def test_hours_are_said_in_words() -> None:
    assert cells(facts(alert("QueueFull", "billing", team="money", severity="warning", to=("office-chat",))))[
        "Who is told"
    ] == (
        "office-chat (slack): after 1s, only in office (monday:friday 09:00-18:00 Europe/Berlin), "
        "the rest as a digest; "
        "again every 1h while it fires"
    )


def test_nobody_is_said_aloud() -> None:
    assert cells(facts(alert("Quiet", shadow=True)))["Who is told"].startswith(
        "nobody: the alert is in shadow"
    )
    assert cells(facts(alert("Plain")))["Who next"] == "nobody: it is not escalated"
    assert cells(facts(alert("Plain"), inhibitions=()))["Muted while"] == "never, except by a silence"


def test_what_it_mutes() -> None:
    assert cells(facts(alert("ServiceDown")))["Mutes"] == "HighErrorRate, SlowRequests"
    other = Inhibition(when="ServiceDown", mute=("X",), equal=(), service="billing", origin=HERE)
    assert "X" not in cells(facts(alert("ServiceDown"), inhibitions=(*INHIBITIONS, other)))["Mutes"]


def test_overrides_stand_beside_the_rule() -> None:
    slow = dataclasses.replace(META, expr="c > 10", threshold_text="10 s", meaning="slower than 10 s")
    text = facts(with_condition(HIGH, META, Variant(condition=slow, only='endpoint="/up"', origin=HERE)))
    assert cells(text)["Threshold"] == 'above 5 %; `endpoint="/up"`: above 10 s'
    assert "summary>\n\n```promql\na / b > 0.05\n```" in text
    assert 'The expression for `endpoint="/up"`:\n\n```promql\nc > 10\n```' in text


def test_services_that_share_an_alert_get_a_row_each() -> None:
    billing = with_condition(
        alert("HighErrorRate", "billing", team="money"), dataclasses.replace(META, threshold_text="1 %")
    )
    text = facts(HIGH, billing)
    assert cells(text)["Measures"] == "share of failing requests"
    assert "Threshold" not in cells(text)
    head = next(line for line in text.splitlines() if line.startswith("| Alert"))
    assert "| Threshold |" in head and "| Who is told |" in head
    rows = [line for line in text.splitlines() if line.startswith(("| shop/", "| billing/"))]
    assert [len(re.split(r"(?<!\\)\|", r)) for r in rows] == [head.count("|") + 1] * 2
    assert "The expression of billing/HighErrorRate:" in text


def test_a_thousand_services_do_not_make_a_thousand_expressions() -> None:
    text = facts(*(with_condition(alert("HighErrorRate", f"s{n}"), META) for n in range(1000)))
    assert text.count("```promql") == 3 and "(997 more stand in the rule files.)" in text
    assert sum(line.startswith("| s") for line in text.splitlines()) == 1000


def test_every_piece_knows_its_alert() -> None:
    for artifact in runbooks(model()):
        assert all(isinstance(piece, Text) and piece.what for piece in artifact.tree), artifact.path


def test_the_heartbeat_has_facts_though_it_is_no_alert_of_the_spec() -> None:
    found = emit(by_path(model())["runbooks/Watchdog.md"])
    assert cells(found)["Who is told"] == "heartbeat (webhook), every 1m"


def test_only_production_writes_runbooks() -> None:
    assert list(runbooks(model(root="env/staging/", environment="staging"))) == []
    assert {p.removeprefix("runbooks/") for p in by_path(model())} == {
        *(a.runbook for a in ALERTS),
        "Watchdog.md",
    }


def test_an_alert_without_a_runbook_has_no_page() -> None:
    assert list(runbooks(model(alerts=(alert("X", runbook=""),), watchdog=None))) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_breaks_neither_table_nor_markers(text: str) -> None:
    condition = dataclasses.replace(
        META,
        meaning=text,
        measures=text,
        threshold_text=text,
        facts=((text, text),),
        expr=f'a{{b="{text}"}} # {text}',
        offender=text,
    )
    links = Links(grafana="", runbooks="", alertmanager="https://a.example.org", prometheus="", errors="")
    one = dataclasses.replace(
        with_condition(HIGH, condition),
        owner=text,
        was=(text,),
        summary=text,
        links=MappingProxyType({text: f"https://x.example/{text}"}),
    )
    artifact = next(iter(runbooks(model(alerts=(one,), watchdog=None, links=links))))
    page = whole(artifact, emit(artifact), None)
    assert page.count("<!-- /tocsin:facts -->") == 1 and page.count("<!-- tocsin:facts") == 1
    assert facts_state(page) == "intact"
    assert with_facts(page, emit(artifact)) == page
    block = emit(artifact)
    outside = re.sub(r"^(`{3,})\w+\n.*?^\1$", "", block, flags=re.DOTALL | re.MULTILINE)
    assert outside.count(FOLDED) == outside.count(FOLDED_END) == 1
    outside = outside.replace(FOLDED, "").replace(FOLDED_END, "")
    table = [line for line in outside.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3 for line in table), table
    assert "<" not in outside and "```" not in re.sub(r"\\`", "", outside)
    assert not re.search(r"(?<!\\)\]\((?!https?://)", re.sub("`[^`]*`", "", outside))
    assert "\x1b" not in outside and "\x00" not in outside


def test_many_alerts_on_one_hostile_page() -> None:
    page = facts(*(dataclasses.replace(alert("A", f"s{n}"), owner=text) for n, text in enumerate(HOSTILE)))
    rows = [line for line in page.splitlines() if line.startswith("| s")]
    assert len(rows) == len(HOSTILE)
    head = next(line for line in page.splitlines() if line.startswith("| Alert"))
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in rows} == {head.count("|")}


def test_text_stays_readable_without_a_renderer() -> None:
    said = "greenstack_requests_total over 5 % (p95 > 1 s), `status` & more"
    assert plain(said) == said
    assert plain("a ` tick, `<b>") == "a ` tick, `&lt;b>"
    assert plain("one ` tick, <b>") == "one \\` tick, &lt;b>"
    assert plain("`a|b`, `<b>`") == "\\`a\\|b\\`, \\`&lt;b>\\`"
    assert code('endpoint="/api"') == '`endpoint="/api"`'


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fenced("promql", "a\n````\nb") == "`````promql\na\n````\nb\n`````\n"
    assert "```" not in fenced("promql", "up # <!-- /tocsin:facts -->")


def test_addresses_are_complete_or_left_out() -> None:
    base = "https://g.example.org/d/x?var-cluster=eu1"
    assert (
        address(base + "&var-endpoint={{ $labels.endpoint | urlquery }}&viewPanel=panel-3")
        == base + "&viewPanel=panel-3"
    )
    assert address("https://g.example.org/{{ $labels.x }}") == ""
    assert address("javascript:alert(1)") == "" and address("") == ""
    assert address('https://x.example/)|<"') == "https://x.example/%29%7C%3C%22"


def test_the_scaffold_is_a_page_with_everything_but_the_words() -> None:
    artifact = by_path(model(alerts=(HIGH,), watchdog=None))["runbooks/HighErrorRate.md"]
    text = artifact.scaffold
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(SECTIONS)
    assert text.startswith(f"# HighErrorRate: {TODO}")
    assert "```promql\na / b\n```" in text and "after 15 minutes" in text
    assert all(TODO in part for part in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:])
    page = whole(artifact, emit(artifact), None)
    assert page.index("| Fires when") < page.index("## What it means")


def test_people_keep_their_words() -> None:
    artifact = by_path(model(alerts=(HIGH,), watchdog=None))["runbooks/HighErrorRate.md"]
    mine = "# Mine\n\n<!-- tocsin:facts -->\n\n<!-- /tocsin:facts -->\n\n## What it means\n\nMy words.\n"
    page = whole(artifact, emit(artifact), mine)
    assert page.endswith("\n\n## What it means\n\nMy words.\n") and "| Fires when" in page
