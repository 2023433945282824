"""Scenarios before the real engines: a rule that says the wrong thing is found out."""

import pytest

from tocsin import engines
from tocsin.engines import Missing, NotRun
from tocsin.model.routing import Routing
from tocsin.model.workspace import Model
from tocsin.proof import spec_rules
from tocsin.proof.loki.grid import Grid, evaluate, push
from tocsin.proof.scenario.logs import seen_late
from tocsin.proof.scenario.pages import Firing, Page, pages
from tocsin.proof.scenario.run import Intent, intents
from tocsin.witness.telemetry import Line, Stream
from workspaces import SHOP, edited, run

FAILS = """\
scenarios:
  usual: {series: {'web_requests_total{status="200"}': 5/s}}
  half-fails:
    like: usual
    series: {'web_requests_total{status="500"}': 5/s}
    pages: [HighErrorRate]
    within: 5m
  wrong-addresses:
    like: usual
    series: {'web_requests_total{status="404"}': 5/s}
  nobody-answers:
    series: {'up{job="web"}': 0}
    pages: [WebDown]
    within: 3m
"""


def outcome(spec: str, *about: str) -> dict[str, Intent]:
    made = run(spec)
    assert made.workspace is not None, made.text
    found = intents(spec_rules.book(made.workspace.environments[0], made.artifacts), about=about)
    if isinstance(found, Missing):
        pytest.skip(str(found))
    assert not isinstance(found, NotRun), found
    return {one.scenario: one for one in found}


@pytest.mark.tools
def test_a_good_rule_set() -> None:
    found = outcome(SHOP + FAILS)
    assert {name: one.words for name, one in found.items() if not one.ok} == {}
    assert {name for name, one in found.items() if one.standard} == {
        "one-of-ten-instances", "one-of-ten-endpoints", "a-missed-scrape", "a-restart", "an-ha-pair",
        "born-above-zero", "a-normal-week",
    }  # fmt: skip
    (page,) = found["half-fails"].paged
    assert page.alert == "web/HighErrorRate" and 120 <= page.after <= 300
    assert found["nobody-answers"].words == "pages web/WebDown after 1m30s"
    assert found["wrong-addresses"].words == "pages nobody"


@pytest.mark.tools
def test_where_an_alert_pages_nobody_it_must_still_be_told() -> None:
    quiet = SHOP.replace("notify: [page, chat]", "notify: [chat]")
    assert quiet != SHOP
    found = outcome(quiet + FAILS)
    assert {name: one.words for name, one in found.items() if not one.ok} == {}
    assert found["half-fails"].expected == () and found["half-fails"].paged == ()
    late = outcome(edited(quiet, ("for: 2m", "for: 2h")) + FAILS)
    assert "HighErrorRate" in late["half-fails"].words


@pytest.mark.tools
@pytest.mark.parametrize(
    ("edit", "wrong"),
    [
        (('status=~"5.."\'', 'status=~"4.."\''), {
            "half-fails": "does not page HighErrorRate",
            "wrong-addresses": "pages web/HighErrorRate after",
        }),
        (("above: 5%", "above: 60%"), {"half-fails": "does not page HighErrorRate"}),
        (("for: 2m", "for: 6m"), {"half-fails": "only after"}),
        (("template: service-down", "template: instance-down"), {
            "nobody-answers": "does not page WebDown", "one-of-ten-instances": "pages web/WebDown",
        }),
        (("template: error-ratio\n", "template: error-ratio\n        by: [endpoint]\n"), {
            "one-of-ten-endpoints": "pages web/HighErrorRate",
        }),
        (("template: service-down, for: 1m", "template: service-down, for: 0s"), {
            "a-missed-scrape": "pages web/WebDown", "a-restart": "pages web/WebDown",
        }),
    ],
)  # fmt: skip
def test_a_rule_that_says_the_wrong_thing(edit: tuple[str, str], wrong: dict[str, str]) -> None:
    found = outcome(edited(SHOP, edit) + FAILS)
    bad = {name: one.words for name, one in found.items() if not one.ok}
    assert set(bad) == set(wrong), bad
    for name, words in wrong.items():
        assert words in bad[name]


@pytest.mark.tools
def test_a_page_that_is_inhibited_is_none() -> None:
    both = """\
scenarios:
  all-at-once:
    series: {'up{job="web"}': 0, 'web_requests_total{status="500"}': 5/s}
    pages: [WebDown]
"""
    assert not outcome(SHOP + both, "WebDown")["all-at-once"].ok
    inhibit = "inhibit: [{when: WebDown, mute: [HighErrorRate]}]\n"
    assert (
        outcome(SHOP + inhibit + both, "web/WebDown")["all-at-once"].words == "pages web/WebDown after 1m30s"
    )


LOGS = """\
    logs: {stream: {service_name: web}, format: json, fields: {level: required}}
    alerts:
      LogsGone: {severity: critical, summary: none, logql: 'absent_over_time({service_name="web"}[1m])'}
"""


@pytest.mark.process
def test_lines_that_come_late() -> None:
    spec = edited(SHOP, ("    alerts:\n", LOGS))
    assert outcome(spec)["logs-come-late"].words == "pages nobody"
    hasty = outcome(edited(spec, ("[1m]", "[20s]")))
    assert "pages web/LogsGone before anything has happened" in hasty["logs-come-late"].words


@pytest.mark.parametrize(
    ("expr", "seen"),
    [
        ('count_over_time({a="b"}[5m])', 'count_over_time({a="b"} [4m30s] offset 30s)'),
        ('sum(bytes_over_time({a="b"} |= `x` [1h] offset 1m))', "[1h] offset 1m)"),
        ('sum(bytes_over_time({a="b"} |= `x` [1h] offset 10s))', "[59m40s] offset 30s)"),
        ('rate({a="b"}[1m])', '(rate({a="b"} [30s] offset 30s) * 0.5)'),
        ('absent_over_time({a="b"}[30s])', 'absent_over_time({a="b"} [1s] offset 10d)'),
    ],
)
def test_what_is_seen_of_late_lines(expr: str, seen: str) -> None:
    assert seen in seen_late(expr, 30.0)


@pytest.mark.process
@pytest.mark.parametrize(
    "expr",
    [
        'sum by (level) (count_over_time({a="b"} | logfmt [2m]))',
        'sum(rate({a="b"} |= "n=1" [1m30s]))',
        'absent_over_time({a="b"} |= "n=7" [1m])',
        'max_over_time({a="b"} | logfmt | unwrap n [1m] offset 30s) by (level)',
    ],
)
def test_late_lines_are_those_that_have_not_come(expr: str) -> None:
    """Loki itself, given only the lines that have arrived at each evaluation."""
    found = engines.loki()
    if isinstance(found, Missing):
        pytest.skip(str(found))
    lines = [Line(20.0 * i + 3, f"level={'warn' if i % 3 else 'info'} n={i}") for i in range(12)]
    with found.start() as loki:
        push(loki, "all", [Stream((("a", "b"),), tuple(lines))])
        whole = evaluate(loki, "all", seen_late(expr, 30.0), every=30, until=240)
        assert isinstance(whole, Grid)
        for number, at in enumerate((60, 120, 210)):
            came = tuple(line for line in lines if line.at + 30 <= at)
            push(loki, f"at-{number}", [Stream((("a", "b"),), came)])
            then = evaluate(loki, f"at-{number}", expr, every=at, until=at)
            assert isinstance(then, Grid)
            now = {name: row[1] for name, row in then.elements.items() if row[1] is not None}
            seen = {name: row[at // 30] for name, row in whole.elements.items()}
            assert {name: value for name, value in seen.items() if value is not None} == pytest.approx(now)


@pytest.mark.process
def test_lines_of_a_scenario_reach_log_rules() -> None:
    spec = edited(
        SHOP,
        (
            "    alerts:\n      WebDown:",
            "    logs: {stream: {service_name: web}, format: json, fields: {level: required}}\n"
            "    alerts:\n"
            "      Failing: {severity: critical, template: log-events, above: 3, per: 5m,\n"
            "                where: 'level=\"ERROR\"'}\n"
            "      WebDown:",
        ),
    )
    lines = """\
scenarios:
  errors:
    logs: {'{service_name="web"}': {line: '{"level": "ERROR", "n": #}', rate: 6/m}}
    pages: [Failing]
  chatter:
    logs: {'{service_name="web"}': {line: '{"level": "INFO", "n": #}', rate: 6/m}}
"""
    found = outcome(spec + lines)
    assert found["errors"].ok and found["chatter"].ok, found
    assert [page.alert for page in found["errors"].paged] == ["web/Failing"]


def model() -> Model:
    made = run(SHOP + "inhibit: [{when: WebDown, mute: [HighErrorRate]}]\n")
    assert made.workspace is not None
    return made.workspace.environments[0]


def firing(name: str, first: float, last: float, service: str = "web") -> Firing:
    own = {"cluster": "eu1", "environment": "production", "team": "platform", "severity": "critical"}
    return Firing({**own, "service": service, "alertname": name}, first, last)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ((0, 1000), []),
        ((115, 1000), []),
        ((0, 500), [501]),
        ((0, 90), [130]),
        ((140, 1000), [130]),
    ],
)
def test_when_an_inhibition_mutes(source: tuple[float, float], expected: list[float]) -> None:
    one = model()
    found = pages(one, Routing(one), [firing("WebDown", *source), firing("HighErrorRate", 100, 900)])
    assert [page.after for page in found if page.is_called("HighErrorRate")] == expected
    other = pages(one, Routing(one), [firing("WebDown", *source, "pay"), firing("HighErrorRate", 100, 900)])
    assert Page("web/HighErrorRate", 130) in other
