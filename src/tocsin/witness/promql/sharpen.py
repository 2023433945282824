"""Cases that notice what the cases so far do not: others for the mutants that survive them.

A mutant survives where the telemetry is too simple for it: nobody but the asked-for job has any series, the
fault is far beyond the threshold, or lasts so long that every window fills. So the cases there are get varied
(`situations`) until the local evaluator sees a difference. The engine judges the new cases like all others.
"""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from tocsin.query.errors import QueryError
from tocsin.query.promql import parse
from tocsin.query.promql.ast import Expr
from tocsin.witness.case import Case, Clause
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.equivalent import equivalent
from tocsin.witness.promql.evaluate import Budget, EngineRefuses, NotUnderstood, OutOfBudget
from tocsin.witness.promql.mutants import trees
from tocsin.witness.promql.noticed import MOST_DECISIVE, noticed
from tocsin.witness.promql.situations import Situation, Situations
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Series

NOTHING = Known()
STEPS = 200_000
STEPS_EACH = 60_000
"""Evaluator steps for the new cases of one rule, and those more for each mutant."""
MOST_STEPS = 4_000_000
MOST_CASES = 20
_MOST_BASES = 8
NOTICING = 2_000_000
_GLANCE = 3
_MANY, _FEW = 30, 4
"""With so many mutants left, only so many evaluations of each case are looked at."""
_CROWDED = 12
_RESERVE = 0.6
"""The share of the budget that is kept for situations that are made for one mistake."""
_MOST_TRIES = 32
"""Situations that are tried for one mutant."""


def sharpened(rule: Rule, cases: Sequence[Case], known: Known = NOTHING) -> tuple[Case, ...]:
    """The cases with those that they lack."""
    pairs = trees(rule)
    budget = Budget(NOTICING)
    # a glance at the first cases settles most, so that what is left can be looked at closely
    found = dict(noticed(rule, cases[:_GLANCE], pairs, known.recordings, budget=budget, most=_FEW))
    rest = [pair for pair in pairs if pair[0].name not in found]
    found |= noticed(rule, cases, rest, known.recordings, budget=budget, thorough=True)
    survivors = [
        mutant for mutant, _ in pairs if mutant.name not in found and not equivalent(rule, mutant, known)
    ]
    return (*cases, *sharpening(rule, cases, survivors, known))


def sharpening(
    rule: Rule,
    cases: Sequence[Case],
    survivors: Iterable[Mutant],
    known: Known = NOTHING,
    *,
    steps: int | None = None,
) -> tuple[Case, ...]:
    """New cases, each of which notices survivors (of the expression) that no other one does."""
    names = {mutant.name for mutant in survivors}
    left = {mutant.name: (mutant, expr) for mutant, expr in trees(rule) if mutant.name in names}
    bases = [case for case in cases if case.series][:_MOST_BASES]
    if not left or not bases:
        return ()
    wanted = min(MOST_STEPS, STEPS + STEPS_EACH * len(left))
    search = _Search(rule, bases, known, Budget(wanted if steps is None else steps), left)
    with contextlib.suppress(NotUnderstood, OutOfBudget, QueryError):
        search.run()  # what was found before that is worth having
    return tuple(search.found)


class _Search:
    """One rule's search; `left` are the mutants that are not noticed yet."""

    def __init__(
        self,
        rule: Rule,
        bases: Sequence[Case],
        known: Known,
        budget: Budget,
        left: dict[str, tuple[Mutant, Expr]],
    ) -> None:
        self.rule, self.bases, self.known, self.budget, self.left = rule, bases, known, budget, left
        self.situations = Situations(rule, parse(rule.expr), known, budget)
        self.found: list[Case] = []
        self.tried: set[tuple[Series, ...]] = set()

    def run(self) -> None:
        """Try what may notice many, then what is made for one."""
        wanted = frozenset(mutant.kind for mutant, _ in self.left.values())
        reserve = self.budget.left * _RESERVE
        crowded = sum(mutant.kind == "matcher" for mutant, _ in self.left.values()) > _CROWDED
        for situation in self.situations.general(self.bases, wanted, crowded=crowded):
            pairs = [pair for pair in self.left.values() if pair[0].kind in situation.kinds]
            self._try(situation, pairs)
            if self._done():
                return
            if self.budget.left < reserve:
                break
        groups: dict[tuple[str, str], list[Mutant]] = {}
        for mutant, _ in self.left.values():  # the same mistake in several places
            groups.setdefault((mutant.kind, mutant.words), []).append(mutant)
        for group in groups.values():
            if not self._done():
                self._try_all(group)

    def _try_all(self, group: Sequence[Mutant]) -> None:
        self.tried.clear()
        for mutant in group:
            # a new case may be what the next one is made of
            made = self.situations.special([*self.bases, *self.found], mutant)
            new = (situation for situation in made if situation.series not in self.tried)
            for situation in islice(new, _MOST_TRIES):
                if mutant.name not in self.left or self._done():
                    break
                self._try(situation, [self.left[one.name] for one in group if one.name in self.left])

    def _done(self) -> bool:
        return not self.left or len(self.found) >= MOST_CASES or self.budget.left <= 0

    def _try(self, situation: Situation, pairs: Sequence[tuple[Mutant, Expr]]) -> None:
        """Keep the case if it notices any of these; then all that it notices are no longer left."""
        if situation.series in self.tried or situation.series == situation.base.series or not pairs:
            return
        self.tried.add(situation.series)
        draft = replace(situation.base, series=situation.series)
        if not self._noticed(draft, pairs):
            return
        case = self._case(situation)
        seen = self._noticed(case, list(self.left.values())) if case is not None else []
        if case is None or not seen:
            return
        first = self.left[seen[0]][0]
        for name in seen:
            del self.left[name]
        pins = Clause(first.start, first.end, f"here {first.words} would be noticed")
        self.found.append(replace(case, pins=pins))

    def _noticed(self, case: Case, pairs: Sequence[tuple[Mutant, Expr]]) -> list[str]:
        most = _FEW if len(pairs) > _MANY else MOST_DECISIVE
        return list(noticed(self.rule, (case,), pairs, self.known.recordings, budget=self.budget, most=most))

    def _case(self, situation: Situation) -> Case | None:
        """The case with its prediction; None where the engine would refuse the rule itself."""
        base = situation.base
        grid = base.interval, base.every, base.until, base.start
        try:
            expected = predicted(self.rule, situation.series, *grid, self.known, budget=self.budget)
        except EngineRefuses:
            return None
        return replace(
            base,
            name=self._name(situation.words),
            kind="firing-clause" if any(one.firing is not None for one in expected) else "clause",
            series=situation.series,
            expected=expected,
            story=f'As in "{base.name}", {situation.words}.',
        )

    def _name(self, words: str) -> str:
        taken = {case.name for case in (*self.bases, *self.found)}
        names = (words, *(f"{words} ({i})" for i in range(2, MOST_CASES + 2)))
        return next(name for name in names if name not in taken)
