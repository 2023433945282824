"""What is found from a rule alone: told honestly, the same every time, within its budget."""

import pytest
from tests.query.logql_generator import LogQL
from tests.witness.logql.rules import rules

from tocsin.witness.logql.course import geometry
from tocsin.witness.logql.evaluate import Plan
from tocsin.witness.logql.find import find
from tocsin.witness.logql.timeline import predicted
from tocsin.witness.outcome import Always, Impossible, NotFound, Witnessed
from tocsin.witness.rule import Known, LogSignal, Rule
from tocsin.witness.telemetry import labels

SHOP = LogSignal(
    labels=labels({"service_name": "shop", "cluster": "eu1"}.items()),
    format="json",
    fields=("level", "message", "error_type"),
)


def rule(expr, **more):
    return Rule(name="r", language="logql", expr=expr, **more)


def cases(expr, known=None, **more):
    found = find(rule(expr, **more), known or Known())
    assert isinstance(found, Witnessed), found
    return found.cases


def kinds(found):
    return {case.kind for case in found}


def test_a_count_has_all_its_twins():
    found = cases('sum(count_over_time({app="a"} | json | level="error" [5m])) > 10', hold=120.0)
    assert kinds(found) == {
        "fires", "clause", "firing-clause", "short", "baseline", "gone", "no-traffic",
    }  # fmt: skip
    pinned = {case.pins.words for case in found if case.pins}
    assert 'the lines do not meet `level="error"`' in pinned
    assert 'the lines do not meet `app="a"`' in pinned
    assert any("is 10, not above 10" in words for words in pinned)
    assert any("is 11, above 10" in words for words in pinned)


def test_the_firing_case_is_pending_for_as_long_as_for_says_and_resolves():
    [fires] = [
        case for case in cases('sum(rate({app="a"} |= "x" [1m])) > 0.5', hold=180.0) if case.kind == "fires"
    ]
    [alert] = fires.expected
    assert alert.firing == alert.pending + 180
    assert alert.resolved is not None and alert.pending > 0


def test_the_contract_s_streams_and_fields_are_used():
    fires = cases(
        'sum(count_over_time({service_name="shop"} | json | error_type="Db" [5m])) > 3',
        Known(streams=(SHOP,)),
    )[0]
    assert dict(fires.streams[0].labels) == {"service_name": "shop", "cluster": "eu1"}
    texts = {line.text for line in fires.streams[0].lines}
    assert '{"level": "error", "error_type": "Db", "message": "request failed"}' in texts


@pytest.mark.parametrize("asked", rules()[::6], ids=lambda asked: asked.name)
def test_the_same_rule_gives_the_same_cases(asked):
    assert find(asked) == find(asked)


@pytest.mark.parametrize("asked", rules()[::4], ids=lambda asked: asked.name)
def test_no_line_lies_on_the_edge_of_a_window(asked):
    found = find(asked)
    assert isinstance(found, Witnessed)
    grain = round(geometry(Plan.of(asked.expr).expr, asked.every, []).grain * 1000)
    for case in found.cases:
        for stream in case.streams:
            instants = [line.at for line in stream.lines]
            assert instants == sorted(instants)
            assert all(round(at * 1000) % grain for at in instants if at > 0)


@pytest.mark.parametrize("asked", rules()[::5], ids=lambda asked: asked.name)
def test_predictions_are_those_of_the_timeline(asked):
    found = find(asked)
    assert isinstance(found, Witnessed)
    for case in found.cases:
        assert predicted(asked, case.streams, case.every, case.until) == case.expected


@pytest.mark.parametrize(
    ("expr", "why"),
    [
        ('{app="a"} |= "x"', "a log query gives lines"),
        ('sum(count_over_time({app="a"}[5m]) > 3', "not valid"),
        ('sum(increase({app="a"}[5m])) > 3', "not valid"),
        ('sum(bytes_over_time({app="a"}[1h])) > 5e9', "it would take more than 16 MB of lines"),
        ('sum(count_over_time({app="a"} | json | x="1" and x="2" [5m])) > 1', "no line was found"),
        ('approx_topk(3, sum by (a) (rate({app="a"}[5m]))) > 1', "not understood"),
        ('sum(count_over_time({app="a"} |~ "' + "(a{200}){4}" * 30 + '" [5m])) > 1', ""),
        ("(" * 90 + 'sum(count_over_time({app="a"}[5m]))' + ")" * 90 + " > 3 + " + "1 + " * 60 + "1", ""),
    ],
)
def test_what_is_not_found_is_said(expr, why):
    found = find(rule(expr))
    if why:
        assert isinstance(found, NotFound | Impossible), found
        assert why in getattr(found, "why", why)


def test_the_budget_is_kept():
    found = find(rule('sum(count_over_time({app="a"}[5m])) > 10000'), budget=500)
    assert found == NotFound("not found within 500 steps")


@pytest.mark.parametrize("seed", range(3))
def test_nothing_brings_it_down(seed):
    source = LogQL(seed)
    for _ in range(60):
        found = find(rule(source.query()), budget=20_000)
        assert isinstance(found, Witnessed | NotFound | Impossible | Always)
