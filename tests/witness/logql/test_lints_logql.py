"""What looks wrong in LogQL rules though they may fire: each kind at its place, and nothing in good rules."""

import pytest
from tests.query.logql_generator import LogQL

from tocsin.witness.logql.lints import lints
from tocsin.witness.rule import Rule

COUNT = 'sum(count_over_time({app="x"} [5m]))'


def rule(expr, hold=0.0, **texts):
    return Rule(name="A", language="logql", expr=expr, hold=hold, annotations=tuple(texts.items()))


@pytest.mark.parametrize(
    ("expr", "hold", "text", "code", "place"),
    [
        (f"{COUNT} > 5 or {COUNT} < 1", 0, "", "promql/dead-branch", f"{COUNT} < 1"),
        (
            f'{COUNT} > 5 or rate({{app="x"}} |= "a" != "a" [5m]) > 1',
            0,
            "",
            "promql/dead-branch",
            '|= "a" != "a"',
        ),
        (f"{COUNT} > 5", 0, "{{ $labels.app }}", "rule/lost-label", COUNT),
        (f"{COUNT} > 0", 600, "", "rule/for-outlasts-window", "[5m]"),
    ],
)
def test_found(expr, hold, text, code, place):
    (found,) = lints(rule(expr, hold, summary=text))
    assert found.code == code
    assert expr[found.start : found.end] == place


@pytest.mark.parametrize(
    ("expr", "hold", "text"),
    [
        (f"{COUNT} > 5", 600, "{{ $value }}"),
        (f"{COUNT} > 0", 240, ""),
        ('sum by (app) (count_over_time({app="x"} [5m])) > 5', 0, "{{ $labels.app }}"),
        ('count_over_time({app="x"} | json [5m]) > 5', 0, "{{ $labels.anything }}"),
        (f"{COUNT} < 1", 0, ""),
        ('{app="x"}', 0, "{{ $labels.app }}"),
        ("sum(", 0, ""),
    ],
)
def test_good(expr, hold, text):
    assert lints(rule(expr, hold, summary=text)) == ()


def test_queries_at_random():
    source = LogQL(6)
    for _ in range(600):
        lints(rule(source.query(), 600, summary="{{ $labels.app }}"))
