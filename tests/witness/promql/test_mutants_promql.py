"""Which mutants a PromQL alert has, and that they are what their words say."""

import pytest

from tocsin.query.promql import parse
from tocsin.witness.mutant import MOST, Mutant
from tocsin.witness.promql.sharp.mutants import mutants
from tocsin.witness.promql.sharp.whole import whole
from tocsin.witness.rule import Rule


def rule(expr: str, hold: float = 120.0, keep: float = 0.0) -> Rule:
    return Rule(name="A", language="promql", expr=expr, hold=hold, keep=keep, every=60.0)


def of(expr: str) -> dict[str, Mutant]:
    """Expression -> mutant, those of the expression only."""
    return {each.rule_changed.expr: each for each in mutants(rule(expr)) if each.expression_only}


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("x > 0.05", {"x > 0.055", "x > 0.045", "x < 0.05"}),
        ("5 < x", {"5.5 < x", "4.5 < x", "5 > x"}),
        ("x > 0", {"x < 0"}),
        ("count(x) > 3", {"count(x) > 4", "count(x) > 2", "count(x) < 3", "count(x) >= 3"}),
        ("count(x) > 100", {"count(x) > 110", "count(x) > 90", "count(x) < 100", "count(x) >= 100"}),
        ("up == 0", {"up == 1", "up == -1", "up != 0"}),
        ("x > y", {"x > y * 1.1", "x > y * 0.9", "x < y"}),
        ("x > y + 1", {"x > (y + 1) * 1.1", "x > (y + 1) * 0.9", "x < y + 1"}),
        ("rate(x[5m])", {"rate(x[2m30s])", "rate(x[10m])"}),
        ("max_over_time(x[1h:5m])", {"max_over_time(x[30m:5m])", "max_over_time(x[2h:5m])"}),
        ('x{a="1",b!~"2"}', {'x{b!~"2"}', 'x{a!="1",b!~"2"}', 'x{a="1"}', 'x{a="1",b=~"2"}'}),
        ('{a="1"}', {'{a!="1"}'} - {'{a!="1"}'}),
        ("sum by (a, b) (x)", {"sum by (b) (x)", "sum by (a) (x)"}),
        ("sum without (a) (x)", {"sum without () (x)"}),
        ("x and y", {"x", "y"}),
        ("x or vector(1)", {"x", "vector(1)"}),
        ("x unless on (a) y", {"x", "y"}),
    ],
)
def test_mutants_of(expr: str, expected: set[str]) -> None:
    assert set(of(expr)) == expected


def test_the_place_is_that_of_what_was_changed() -> None:
    expr = 'sum by (job) (rate(x{code=~"5.."}[5m])) > 0.05 and sum(y) > 10'
    places = {each.words: expr[each.start : each.end] for each in mutants(rule(expr)) if each.expression_only}
    assert places == {
        "dropping `and sum(y) > 10`": "and sum(y) > 10",
        'dropping `sum by (job) (rate(x{code=~"5.."}[5m])) > 0.05 and`': expr[:50],
        "raising the threshold to 0.055": "0.05",
        "lowering the threshold to 0.045": "0.05",
        "`<` in place of `>`": ">",
        "dropping `job` of `by (job)`": "job",
        "halving the window [5m]": "5m",
        "doubling the window [5m]": "5m",
        'dropping `code=~"5.."`': 'code=~"5.."',
        '`code!~"5.."` in place of `code=~"5.."`': 'code=~"5.."',
        "raising the threshold to 11": "10",
        "lowering the threshold to 9": "10",
    }


def test_times_are_mutated_by_one_evaluation() -> None:
    times = [each for each in mutants(rule("x", hold=120, keep=90)) if not each.expression_only]
    assert [(m.name, m.rule_changed.hold, m.rule_changed.keep) for m in times] == [
        ("for+1", 180, 90),
        ("for-1", 60, 90),
        ("keep_firing_for+1", 120, 150),
        ("keep_firing_for-1", 120, 30),
    ]
    assert [m.name for m in mutants(rule("x", hold=0))] == ["for+1"]


def test_names_are_unique_and_texts_are_accepted() -> None:
    found = mutants(
        rule('(a{x="1"} > 1 or a{x="1"} > 1) unless on (x) sum by (x, y) (b{x="1"}) == 1', keep=60)
    )
    assert len({each.name for each in found}) == len(found)
    for each in found:
        parse(each.rule_changed.expr)


def test_bounded_and_harmless() -> None:
    assert mutants(rule("sum(")) == ()
    many = " or ".join(f'x{{a="{i}",b="{i}"}} > {i}' for i in range(60))
    assert MOST <= len(mutants(rule(many))) <= MOST + 4


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("count(x)", True),
        ("sum(count_over_time(x[5m]))", True),
        ("changes(x[5m]) + 1", True),
        ("increase(x[5m])", False),
        ("x", False),
        ("up", True),
        ("sum(up) / count(up)", False),
        ("count(x) * 1.5", False),
        ("x > bool 1.5", True),
        ("min_over_time(up[5m])", True),
        ("Inf", False),
        ("NaN", False),
    ],
)
def test_whole(expr: str, expected: bool) -> None:
    assert whole(parse(expr)) is expected
