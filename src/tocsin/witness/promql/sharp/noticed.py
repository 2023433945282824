"""Which case is likely to notice a mutant, and at which evaluation, found on the local evaluator.

A proposer like all here: it tells where an engine should look first, and which mutants want another case.
"""

import contextlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from tocsin.query.errors import QueryError
from tocsin.query.promql.ast import Expr
from tocsin.witness.case import Case
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.evaluator.evaluate import Budget, EngineRefuses, NotUnderstood, OutOfBudget, vector
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.evaluator.store import Made, Store
from tocsin.witness.promql.evaluator.terms import Memory
from tocsin.witness.promql.sharp.reach import reach
from tocsin.witness.promql.timeline import Recorder
from tocsin.witness.rule import Recording, Rule
from tocsin.witness.telemetry import Labels, labels

STEPS = 4_000_000
"""Evaluator steps that one rule's mutants may cost."""
MOST_DECISIVE = 12
_MOST_INSTANTS = 40
_GLANCE = 2
REFUSED = frozenset(((("", "the engine refuses"),),))
"""In the place of a result: the evaluation fails, which is noticed as well."""
Result = frozenset[Labels]
Pair: TypeAlias = tuple[Mutant, Expr]
"""A mutant and its tree, in which all that is not changed is that of the rule (`parsed`)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Evaluation `evaluation` of case number `case` gives other alerts than the rule does."""

    case: int
    evaluation: int


class Scene:
    """A case on the local evaluator, recording rules included.

    What parts of expressions gave is remembered as long as the same evaluation is asked for.
    """

    def __init__(
        self,
        rule: Rule,
        case: Case,
        recordings: Iterable[Recording],
        budget: Budget,
        made: Made | None = None,
    ) -> None:
        self.rule, self.case, self.budget = rule, case, budget
        self.store = Store(case.series, case.interval, case.start, made=made)
        self.evaluations = int(case.until / case.every + 1e-9) + 1
        self.memory: tuple[int, Memory] = -1, {}
        recorders = [Recorder(one, case.every, budget) for one in recordings]
        for i in range(self.evaluations if recorders else 0):
            for recorder in recorders:
                recorder.record(self.store, case.start + i * case.every)

    def result(self, expr: Expr, evaluation: int) -> Result:
        """The label sets of the alerts that one evaluation gives."""
        if self.memory[0] != evaluation:
            self.memory = evaluation, {}
        now = self.case.start + evaluation * self.case.every
        ask = partial(vector, every=self.case.every, budget=self.budget, horizon=now, memory=self.memory[1])
        try:
            found = ask(expr, self.store, now - self.rule.query_offset)
        except EngineRefuses:
            return REFUSED
        return told_apart(self.rule, (element.labels for element in found))

    def sees(self, mutant: Mutant) -> bool:
        """Whether the mutant can make any difference here."""
        needed = reach(self.rule, mutant)
        return needed is None or needed.matters(self.store)

    def decisive(self) -> list[int]:
        """The evaluations where something happens, and a quiet one or two."""
        found = dict.fromkeys(self._decisive())
        return [i for i in found if 0 <= i < self.evaluations]

    def instants(self) -> list[int]:
        """The decisive evaluations, then all others, or every so many of a long case."""
        step = math.ceil(self.evaluations / _MOST_INSTANTS)
        return list(dict.fromkeys((*self.decisive(), *range(0, self.evaluations, step))))

    def _decisive(self) -> Iterator[int]:
        for one in self.case.expected:
            for at in (one.firing, one.pending, one.resolved):
                if at is not None:
                    yield round(at / self.case.every)
                    yield round(at / self.case.every) - 1
        yield from (self.evaluations // 2, self.evaluations // 3, self.evaluations - 1)


def told_apart(rule: Rule, found: Iterable[Labels]) -> Result:
    """The label sets as the alerts have them: what the rule sets itself tells nothing apart."""
    own = {"__name__", *(name for name, _ in rule.labels)}
    shown = [labels(pair for pair in one if pair[0] not in own) for one in found]
    return frozenset(shown) if len(set(shown)) == len(shown) else REFUSED


def noticed(
    rule: Rule,
    cases: Sequence[Case],
    mutants: Iterable[Pair],
    recordings: Sequence[Recording] = (),
    *,
    budget: Budget | None = None,
    thorough: bool = False,
    most: int = MOST_DECISIVE,
) -> Mapping[str, Notice]:
    """By a mutant's name. Missing: no case notices it, or that is not known.

    Only what is `thorough` looks beyond the decisive evaluations; else `most` of each case are looked at.
    """
    found: dict[str, Notice] = {}
    budget = Budget(STEPS) if budget is None else budget
    left = list(mutants)
    with contextlib.suppress(NotUnderstood, OutOfBudget, EngineRefuses, QueryError):
        # what is known by then is worth having; a glance at all cases settles most
        scenes = [Scene(rule, case, recordings, budget) for case in cases]
        for glance in (True, False):
            for number, scene in enumerate(scenes):
                instants = scene.instants() if thorough else scene.decisive()[:most]
                some = instants[:_GLANCE] if glance else instants[_GLANCE:]
                for name, evaluation in differing(scene, left, some):
                    found[name] = Notice(number, evaluation)
                left = [pair for pair in left if pair[0].name not in found]
    return found


def differing(scene: Scene, mutants: Sequence[Pair], instants: Iterable[int]) -> Iterator[tuple[str, int]]:
    """The names of those mutants that give other alerts than the rule, and the evaluation."""
    original = parsed(scene.rule.expr)
    left = [pair for pair in mutants if scene.sees(pair[0])]
    for i in instants:
        if not left:
            return
        before = scene.result(original, i)
        rest = []
        for mutant, expr in left:
            if scene.result(expr, i) != before:
                yield mutant.name, i
            else:
                rest.append((mutant, expr))
        left = rest


def visible(
    rule: Rule, case: Case, recordings: Sequence[Recording], mutants: Iterable[Mutant]
) -> list[Mutant]:
    """Without those that cannot make any difference in this case: what they change selects just the same."""
    mutants = list(mutants)
    try:
        scene = Scene(rule, case, recordings, Budget(STEPS))
        return [mutant for mutant in mutants if scene.sees(mutant)]
    except (NotUnderstood, OutOfBudget, EngineRefuses, QueryError):
        return mutants
