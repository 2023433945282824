"""Which rules a scenario concerns, and what has to be fed so that they can be evaluated."""

from tocsin.proof.scenario.rules import RuleSet
from tocsin.witness.rule import Recording, Rule

A = Recording(record="x", expr="sum(a)", labels=(("of", "a"),))
B = Recording(record="x", expr="sum(b)", labels=(("of", "b"),))
OF_A, OF_B, OF_X = frozenset(("a",)), frozenset(("b",)), frozenset(("x",))


def rule(name: str, expr: str, hold: float = 0.0) -> Rule:
    return Rule(name=name, language="promql", expr=expr, hold=hold)


def test_all_rules_that_record_a_name_are_fed() -> None:
    chosen = RuleSet(((A, OF_A), (B, OF_B)), ((rule("Sum", "sum(x) > 1"), OF_X),)).about(None)
    assert chosen.reads == {"x", "a", "b"}
    assert chosen.recordings == (A, B)


def test_a_rule_that_may_read_anything_is_fed_everything() -> None:
    chosen = RuleSet(((A, OF_A),), ((rule("Any", '{__name__=~"foo.*"} > 1'), None),)).about(OF_B)
    assert chosen.feeds("foo_total") and chosen.feeds("a")
    assert chosen.recordings == (A,)


def test_what_does_not_meet_the_scenario_is_left_out() -> None:
    of_a, of_b = rule("OfA", "a > 1"), rule("OfB", "b > 1")
    chosen = RuleSet((), ((of_a, OF_A), (of_b, OF_B))).about(OF_A)
    assert chosen.rules == (of_a,)
    assert not chosen.feeds("b")


def test_the_first_of_rules_that_ask_the_same() -> None:
    soon, late, other = rule("A", "a > 1", 60.0), rule("A", "a > 1", 960.0), rule("B", "b > 1", 300.0)
    chosen = RuleSet((), ((late, OF_A), (soon, OF_A), (other, OF_B))).about(None)
    assert chosen.first.rules == (soon, other)
