"""Loki as judge: alerts of hand-made cases are seen when they fire, and no mistake goes unnoticed."""

from dataclasses import replace

import pytest

from tocsin import engines
from tocsin.engines import NotRun
from tocsin.engines.servers.loki import RunningLoki
from tocsin.proof.loki.judge import judge
from tocsin.proof.verdict import CaseVerdict, Proposal
from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Labels, Line, Stream, labels

pytestmark = [pytest.mark.process, pytest.mark.tools]
ERRORS = 'sum by (service_name) (count_over_time({job="api"} | json | level="error" [5m])) > 5'
BY_POD = 'sum by (pod) (count_over_time({job="api"}[5m])) > 0'


@pytest.fixture(scope="module")
def loki():
    for found in (engines.loki(), engines.promtool()):
        if isinstance(found, NotRun):
            pytest.skip(f"not run: {found}")
    with engines.loki().start() as running:
        yield running


def pairs(**some: str) -> Labels:
    return labels(some.items())


API = pairs(job="api")


def rule(expr: str = ERRORS, **more) -> Rule:
    return Rule(name="Errors", language="logql", expr=expr, **more)


def burst(begin: float, count: int, labels: Labels = API, text: str = '{"level":"error"}') -> Stream:
    return Stream(labels, tuple(Line(begin + 10 * i, f"{text} "[:-1]) for i in range(count)))


def case(*streams: Stream, expected: tuple[Alerting, ...] = (), **more) -> Case:
    said = {"name": "a case", "kind": "fires", "interval": 60.0, "every": 60.0, "until": 1800.0} | more
    return Case(streams=streams, expected=expected, **said)


def alerting(pending: float, firing: float | None, resolved: float | None, **names: str) -> Alerting:
    return Alerting(labels=pairs(**names), pending=pending, firing=firing, resolved=resolved)


def judged(loki: RunningLoki, rule: Rule, *cases: Case) -> list[CaseVerdict]:
    found = judge([Proposal(rule, cases)], loki)
    assert not isinstance(found, NotRun), found
    return list(found[rule.id])


def words(verdict: CaseVerdict) -> str:
    assert not verdict.ok
    return verdict.words


def test_an_alert_is_pending_fires_and_resolves_when_predicted(loki):
    own = rule(
        hold=120.0,
        labels=pairs(severity="warning", service="{{ $labels.service_name }}"),
        annotations=pairs(summary='{{ $value }} "errors" in {{ $labels.service_name }}'),
    )
    expected = (alerting(360, 480, 780, service_name="api"),)
    [seen] = judged(loki, own, case(burst(301, 20), expected=expected))
    assert seen.ok, seen.words
    assert seen.seen == (alerting(360, 480, 780, service_name="api", severity="warning", service="api"),)
    first, last = seen.expanded
    assert (first.at, last.at) == (480, 720)
    assert dict(first.annotations) == {"summary": '18 "errors" in api'}
    assert dict(first.labels) == {
        "alertname": "Errors", "service_name": "api", "severity": "warning", "service": "api"
    }  # fmt: skip


def test_what_is_predicted_wrongly_is_told_with_the_instants(loki):
    wrong, quiet, missed = judged(
        loki,
        rule(hold=120.0),
        case(burst(301, 20), expected=(alerting(360, 480, 840, service_name="api"),)),
        case(burst(301, 5)),
        case(burst(301, 20)),
    )
    assert quiet.ok
    assert words(wrong) == '{service_name="api"}: predicted resolved at 14m, Loki: at 13m'
    assert "not predicted, but Loki has" in words(missed)


def test_windows_are_left_open_and_lines_of_one_instant_are_all_counted(loki):
    at_once = Stream(API, tuple(Line(300.0, '{"level":"error"}') for _ in range(6)))
    one, later = judged(
        loki,
        rule(),
        case(at_once, expected=(alerting(300, 300, 600, service_name="api"),)),
        case(Stream(API, tuple(replace(line, at=300.001) for line in at_once.lines)),
             expected=(alerting(360, 360, 660, service_name="api"),)),
    )  # fmt: skip
    assert one.ok, one.words
    assert later.ok, later.words


def test_keep_firing_for(loki):
    [seen] = judged(
        loki,
        rule(hold=60.0, keep=300.0),
        case(burst(301, 10), expected=(alerting(360, 420, 960, service_name="api"),)),
    )
    assert seen.ok, seen.words


def test_more_alerts_than_the_limit_are_none(loki):
    pods = [burst(301, 2, pairs(job="api", pod=name)) for name in "abc"]
    limited, enough = (
        judged(loki, rule(BY_POD, limit=limit), case(*pods, expected=expected))[0]
        for limit, expected in (
            (2, ()),
            (3, tuple(alerting(360, 360, 660, pod=name) for name in "abc")),
        )
    )
    assert limited.ok, limited.words
    assert enough.ok, enough.words


def test_a_query_offset_looks_back(loki):
    expected = (alerting(480, 480, 780, service_name="api"),)
    [seen] = judged(loki, rule(query_offset=120.0), case(burst(301, 10), expected=expected))
    assert seen.ok, seen.words


@pytest.mark.parametrize(
    ("expr", "own", "said"),
    [
        ("sum(", (), "Loki: parse error at line 1, col 5: syntax error: unexpected $end"),
        ('{job="api"} |= "x"', (), "Loki: this gives log lines, and an alert needs a number"),
        (BY_POD, pairs(pod="any"), "at 6m two elements of the result have the same labels once the rule's"),
        (BY_POD, pairs(pod="{{ 1 }}"), "same labelset after applying alert labels"),
    ],
)
def test_what_a_ruler_cannot_evaluate(loki, expr, own, said):
    pods = [burst(301, 2, pairs(job="api", pod=name)) for name in "ab"]
    [seen] = judged(loki, rule(expr, labels=own), case(*pods))
    assert said in words(seen)


def test_lines_that_loki_does_not_take_spoil_only_their_case(loki):
    long = Stream(API, (Line(301.0, "x" * 300_000),))
    bad, good = judged(loki, rule(), case(long), case(burst(301, 5)))
    assert "Loki: it does not take the lines" in words(bad)
    assert good.ok


def test_templates_that_fail_are_a_refutation(loki):
    own = rule(annotations=pairs(summary='{{ humanize "x" }}'), hold=60.0)
    expected = (alerting(360, 420, 660, service_name="api"),)
    [seen] = judged(loki, own, case(burst(301, 10), expected=expected))
    assert "error" in words(seen)


def test_automatic_labels_and_metadata_are_there_as_in_production(loki):
    line = Line(301.0, "level=error msg=x", pairs(trace_id="abc"))
    labels = {"job": "api", "service_name": "api", "detected_level": "error", "trace_id": "abc"}
    [seen] = judged(
        loki,
        rule('count_over_time({job="api"}[5m]) > 0'),
        case(Stream(API, (line,)), expected=(alerting(360, 360, 660, **labels),)),
    )
    assert seen.ok, seen.words


def test_many_cases_are_apart(loki):
    own = rule(hold=120.0)
    fires = case(burst(301, 20), expected=(alerting(360, 480, 780, service_name="api"),))
    cases = tuple(fires if i % 2 else case(burst(301, 5), name=f"{i}") for i in range(100))
    done: list[int] = []
    found = judge([Proposal(own, cases)], loki, told=done.append)
    assert not isinstance(found, NotRun)
    assert all(one.ok for one in found[own.id])
    assert sum(done) == 100


def test_a_loki_that_dies_is_not_run():
    found = engines.loki()
    if isinstance(found, NotRun):
        pytest.skip(f"not run: {found}")
    with found.start() as loki:
        assert loki.server is not None
        loki.server.stop()
        answer = judge([Proposal(rule(), (case(burst(301, 20)),))], loki)
    assert isinstance(answer, NotRun)
    assert "Loki does not answer" in answer.reason


def test_no_loki_is_not_run_with_the_cure(monkeypatch):
    monkeypatch.setenv("TOCSIN_ENGINES", "path")
    monkeypatch.setenv("PATH", "/nowhere")
    answer = judge([Proposal(rule(), (case(burst(301, 20)),))])
    assert isinstance(answer, NotRun)
    assert answer.reason.startswith("no loki")
    assert answer.cure
