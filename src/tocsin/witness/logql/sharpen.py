"""More cases for a LogQL rule: those in which a small mistake in it would be noticed.

The lines of the cases that were found are varied where the mutant changes something: other streams and fields
beside them, broken lines, some more or fewer. The local evaluator says what rule and mutant make of that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from tocsin.query.errors import QueryError
from tocsin.query.logql import parse
from tocsin.witness.case import Alerting, Case, Clause
from tocsin.witness.logql.equivalent import equivalent
from tocsin.witness.logql.evaluate import Budget, Plan
from tocsin.witness.logql.mutants import trees
from tocsin.witness.logql.timeline import predicted
from tocsin.witness.logql.trouble import EngineRefuses, NotUnderstood, OutOfBudget
from tocsin.witness.logql.varied import Varied, varied
from tocsin.witness.mutant import Mutant
from tocsin.witness.rule import Rule

STEPS = 1_500_000
"""Of the evaluator, for a whole rule."""
EACH = 40
"""Variations that are tried for one mutant."""
MOST = 12
"""Cases that are added to a rule: people read them."""
_BASES = 5


def sharpened(rule: Rule, cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """The cases, and after them those that notice what they do not."""
    work = _Work(rule, Budget(STEPS))
    added: list[Case] = []
    try:
        left = [one for one in work.mutants if not any(work.noticed(one, case) for case in cases)]
        while left and len(added) < MOST:
            found = work.noticing(left.pop(0), cases)
            if found is not None:
                added.append(_named(found, (*cases, *added)))
                left = [one for one in left if not work.noticed(one, found)]
    except OutOfBudget:
        pass
    return (*cases, *added)


def _named(case: Case, others: Sequence[Case]) -> Case:
    """Under a name of its own."""
    number = sum(one.name.partition(" (")[0] == case.name for one in others)
    return replace(case, name=f"{case.name} ({number + 1})") if number else case


@dataclass(slots=True)
class _Work:
    rule: Rule
    budget: Budget
    mutants: list[Mutant] = field(init=False)
    _plans: dict[str, Plan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pairs = trees(self.rule)
        self.mutants = [one for one, changed in pairs if not equivalent(self.rule, one, changed)]

    def seen(self, rule: Rule, case: Case) -> tuple[Alerting, ...] | None:
        """The alerts of a rule in a case; None where its evaluation fails."""
        if rule.expr not in self._plans:
            self._plans[rule.expr] = Plan(parse(rule.expr), self.budget)
        plan = self._plans[rule.expr]
        try:
            return predicted(rule, case.streams, case.every, case.until, plan=plan)
        except EngineRefuses:
            return None

    def noticed(self, mutant: Mutant, case: Case) -> bool:
        """Whether the mutant has other alerts. What is not understood is not said to be noticed."""
        try:
            return self.seen(mutant.rule_changed, case) != case.expected
        except (NotUnderstood, QueryError, ArithmeticError):
            return False

    def noticing(self, mutant: Mutant, cases: Sequence[Case]) -> Case | None:
        """A variation of a case in which the mutant is noticed."""
        for one in islice(self._variations(mutant, cases), EACH):
            case = self._case(one, mutant)
            if case is not None and self.noticed(mutant, case):
                return case
        return None

    def _variations(self, mutant: Mutant, cases: Sequence[Case]) -> Iterator[Varied]:
        """Of several cases in turn, as different as they are."""
        bases = [one for one in cases if one.kind in ("fires", "clause", "firing-clause", "baseline")]
        plain = [one for one in bases if not one.name.startswith("without ")][:_BASES]
        waiting = [varied(self.rule, mutant, one) for one in plain]
        while waiting:
            for one in [*waiting]:
                found = next(one, None)
                if found is None:
                    waiting.remove(one)
                else:
                    yield found

    def _case(self, one: Varied, mutant: Mutant) -> Case | None:
        try:
            expected = self.seen(self.rule, one.case)
        except (NotUnderstood, ArithmeticError):
            return None
        if expected is None:
            return None
        fires = any(alert.firing is not None for alert in expected)
        return replace(
            one.case,
            name=one.words,
            kind="firing-clause" if fires else "clause",
            expected=expected,
            pins=Clause(mutant.start, mutant.end, f"{mutant.words} would be noticed"),
            story=f"as in `{one.case.name}`; {one.words}",
        )
