"""Mutants of LogQL alerts that are the rule by another name: which are called so, and that none differs."""

import pytest
from tests.witness.logql.random_queries import Source

from tocsin.witness.logql.equivalent import equivalent
from tocsin.witness.logql.find import find
from tocsin.witness.logql.mutants import trees
from tocsin.witness.logql.timeline import predicted
from tocsin.witness.logql.trouble import EngineRefuses, NotUnderstood, OutOfBudget
from tocsin.witness.outcome import Witnessed
from tocsin.witness.rule import Rule

NEVER_ZERO = "without lines `count_over_time` gives nothing, never 0, so this is never below 1"
LESS = {"lowering the threshold to -1", "`>=` in place of `>`"}


def rule(expr: str) -> Rule:
    return Rule(name="A", language="logql", expr=expr, hold=60.0, every=60.0)


def same(expr: str) -> dict[str, str]:
    """Words of the mutant -> the reason."""
    one = rule(expr)
    found = ((mutant.words, equivalent(one, mutant, changed)) for mutant, changed in trees(one))
    return {words: reason for words, reason in found if reason}


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (
            'sum by (app) (count_over_time({a="b"} |= "x" [5m])) > 0',
            {"lowering the threshold to -1": NEVER_ZERO, "`>=` in place of `>`": NEVER_ZERO},
        ),
        ('0 < count_over_time({a="b"} [5m])', {"lowering the threshold to -1", "`<=` in place of `<`"}),
        ('count_over_time({a="b"} [5m]) > 1', set()),
        ('count_over_time({a="b"} [5m]) >= 1', {"lowering the threshold to 0"}),
        ('bytes_over_time({a="b"} [5m]) > 0', set()),
        ('bytes_over_time({a="b"} [5m]) >= 0', {"lowering the threshold to -1"}),
        ('rate({a="b"} [5m]) > 0', set()),
        ('avg_over_time({a="b"} | unwrap x [5m]) > 0', set()),
        ('count(absent_over_time({a="b"} [1m])) > 0', LESS),
        ('count_over_time({a="b"} [5m]) > count_over_time({a="c"} [5m])', set()),
        ('count_over_time({a="b"} |= "" [5m]) > 3', {'dropping `|= ""`'}),
        ('count_over_time({a="b"} != "" [5m]) > 3', set()),
        ('count_over_time({a="b"} |= "x" | json |= "x" [5m]) > 3', {'dropping `|= "x"`'}),
        ('count_over_time({a="b"} |= "x" | line_format "y" |= "x" [5m]) > 3', set()),
        ('count_over_time({a="b"} |= "x" |~ "x" [5m]) > 3', set()),
    ],
)  # fmt: skip
def test_which_are_the_same(expr: str, expected: dict[str, str] | set[str]) -> None:
    found = same(expr)
    assert found == expected if isinstance(expected, dict) else set(found) == expected


def test_no_lines_that_are_found_tell_them_apart() -> None:
    """Whatever lines make random rules fire or not, such a mutant does the same."""
    compared = 0
    for number in range(20):
        one = rule(f"{Source(number).query()} > {number % 3}")
        names = {m.name: m.rule_changed for m, changed in trees(one) if equivalent(one, m, changed)}
        outcome = find(one) if names else None
        for case in outcome.cases if isinstance(outcome, Witnessed) else ():
            for name, mutant in names.items():
                seen = []
                for each in (one, mutant):
                    try:
                        seen.append(predicted(each, case.streams, case.every, case.until))
                    except (NotUnderstood, EngineRefuses, OutOfBudget):
                        seen.append(())
                assert seen[0] == seen[1], f"{one.expr}: {name} differs in {case.name}"
                compared += 1
    assert compared > 5
