"""Which mutants a LogQL alert has."""

import pytest

from tocsin.query.logql import parse
from tocsin.witness.logql.mutants import mutants
from tocsin.witness.logql.whole import whole
from tocsin.witness.rule import Rule


def rule(expr: str, keep: float = 0.0) -> Rule:
    return Rule(name="A", language="logql", expr=expr, hold=60.0, keep=keep, every=60.0)


def of(pipeline: str) -> set[str]:
    """The pipelines of the mutants that keep all else."""
    found = (each.rule_changed.expr for each in mutants(rule(f'count_over_time({{a="1"}} {pipeline} [5m])')))
    start, end = 'count_over_time({a="1"}', " [5m])"
    return {text[len(start) : -len(end)].strip() for text in found if text.startswith(start) and end in text}


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ('|= "x"', {"", '!= "x"'}),
        ('!~ "x.*"', {"", '|~ "x.*"'}),
        ('|> "<_> x"', {"", '!> "<_> x"'}),
        ('|= "x" or "y"', {"", '!= "x" or "y"', '|= "x"', '|= "y"'}),
        ("| json", {""}),
        ('| json a="b.c"', {""}),
        ('| pattern "<a> <_>"', {""}),
        ("| unpack", {""}),
        ('| line_format "x"', set()),
        ('| json | b="2"', {'| b="2"', "| json", '| json | b!="2"'}),
        ("| b >= 500", {"", "| b < 500"}),
        ('| b = ip("10.0.0.0/8")', {"", '| b != ip("10.0.0.0/8")'}),
        (
            '| b="2" and c > 5s',
            {"", '| b="2"', "| c > 5s", '| b!="2" and c > 5s', '| b="2" and c <= 5s'},
        ),
    ],
)
def test_stages(pipeline: str, expected: set[str]) -> None:
    assert of(pipeline) - {pipeline} == expected


def test_all_else_is_as_in_promql() -> None:
    expr = 'sum by (a) (count_over_time({a="1",b!="2"} [5m])) > 10 and vector(1) > 0'
    assert {each.words for each in mutants(rule(expr, keep=60))} == {
        "dropping `and vector(1) > 0`",
        'dropping `sum by (a) (count_over_time({a="1",b!="2"} [5m])) > 10 and`',
        "raising the threshold to 11",
        "lowering the threshold to 9",
        "`<` in place of `>`",
        "`>=` in place of `>`",
        "dropping `a` of `by (a)`",
        "halving the window [5m]",
        "doubling the window [5m]",
        'dropping `b!="2"`',
        '`b="2"` in place of `b!="2"`',
        "`for` one evaluation longer (2m)",
        "`for` one evaluation shorter (0s)",
        "`keep_firing_for` one evaluation longer (2m)",
        "`keep_firing_for` one evaluation shorter (0s)",
    }


def test_filters_behind_unwrap() -> None:
    found = mutants(rule('sum_over_time({a="1"} | logfmt | unwrap d | __error__="" [5m])'))
    assert {'dropping `| __error__=""`', "dropping `| logfmt`"} <= {each.words for each in found}


def test_names_are_unique_and_texts_are_accepted() -> None:
    found = mutants(rule('rate({a="1"} |= "x" or "y" | json | b="2" or (c < 3 and d!="") [5m]) > 1', keep=1))
    assert len({each.name for each in found}) == len(found)
    for each in found:
        parse(each.rule_changed.expr)
    assert mutants(rule("rate(")) == ()


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ('sum(count_over_time({a="1"}[5m]))', True),
        ('rate({a="1"}[5m])', False),
        ('bytes_over_time({a="1"}[5m]) + vector(0)', True),
        ('sum_over_time({a="1"} | unwrap b [5m])', False),
        ('count(rate({a="1"}[5m]))', True),
    ],
)
def test_whole(expr: str, expected: bool) -> None:
    assert whole(parse(expr)) is expected
