"""Which case is likely to notice a mutant, and at which evaluation, found on the local evaluator.

A proposer like all here: it tells where an engine should look first, and which mutants want another case.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tocsin.query.errors import QueryError
from tocsin.query.promql import parse
from tocsin.query.promql.ast import Expr
from tocsin.witness.case import Case
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.evaluate import Budget, EngineRefuses, NotUnderstood, OutOfBudget, vector
from tocsin.witness.promql.store import Store
from tocsin.witness.promql.timeline import Recorder
from tocsin.witness.rule import Recording, Rule
from tocsin.witness.telemetry import Labels, labels

STEPS = 400_000
"""Evaluator steps that one rule's mutants may cost."""
REFUSED = frozenset(((("", "the engine refuses"),),))
"""In the place of a result: the evaluation fails, which is noticed as well."""
Result = frozenset[Labels]


@dataclass(frozen=True, slots=True)
class Notice:
    """Evaluation `evaluation` of case number `case` gives other alerts than the rule does."""

    case: int
    evaluation: int


class Scene:
    """A case on the local evaluator, recording rules included."""

    def __init__(self, rule: Rule, case: Case, recordings: Iterable[Recording], budget: Budget) -> None:
        self.rule, self.case, self.budget = rule, case, budget
        self.store = Store(case.series, case.interval, case.start)
        self.evaluations = int(case.until / case.every + 1e-9) + 1
        recorders = [Recorder(one, case.every, budget) for one in recordings]
        for i in range(self.evaluations if recorders else 0):
            for recorder in recorders:
                recorder.record(self.store, case.start + i * case.every)

    def result(self, expr: Expr, evaluation: int) -> Result:
        """The label sets of the alerts that one evaluation gives."""
        now = self.case.start + evaluation * self.case.every
        at = now - self.rule.query_offset
        try:
            found = vector(expr, self.store, at, every=self.case.every, budget=self.budget, horizon=now)
        except EngineRefuses:
            return REFUSED
        return told_apart(self.rule, (element.labels for element in found))

    def instants(self) -> Iterator[int]:
        """All evaluations, those where something happens first."""
        seen: set[int] = set()
        for i in (*self._decisive(), *range(self.evaluations)):
            if 0 <= i < self.evaluations and i not in seen:
                seen.add(i)
                yield i

    def _decisive(self) -> Iterator[int]:
        every = self.case.every
        for one in self.case.expected:
            ends = (at for at in (one.firing, one.pending, one.resolved) if at is not None)
            for at in ends:
                yield round(at / every)
                yield round(at / every) - 1
        yield self.evaluations // 2
        yield self.evaluations - 1


def told_apart(rule: Rule, found: Iterable[Labels]) -> Result:
    """The label sets as the alerts have them: what the rule sets itself tells nothing apart."""
    own = {"__name__", *(name for name, _ in rule.labels)}
    shown = [labels(pair for pair in one if pair[0] not in own) for one in found]
    return frozenset(shown) if len(set(shown)) == len(shown) else REFUSED


def noticed(
    rule: Rule,
    cases: Sequence[Case],
    mutants: Iterable[Mutant],
    recordings: Sequence[Recording] = (),
    *,
    steps: int = STEPS,
) -> Mapping[str, Notice]:
    """By a mutant's name; those of the expression only. Missing: no case notices it, or it is not known."""
    found: dict[str, Notice] = {}
    budget = Budget(steps)
    try:
        scenes = [Scene(rule, case, recordings, budget) for case in cases]
        watch = _Watch(parse(rule.expr), scenes)
        for mutant in mutants:
            if mutant.expression_only and (notice := watch.notice(parse(mutant.rule_changed.expr))):
                found[mutant.name] = notice
    except (NotUnderstood, OutOfBudget, EngineRefuses, QueryError):
        pass  # what is known by now is worth having
    return found


class _Watch:
    """Compares mutants with the original, whose results are kept."""

    def __init__(self, original: Expr, scenes: Sequence[Scene]) -> None:
        self.original, self.scenes = original, scenes
        self.known: dict[tuple[int, int], Result] = {}

    def notice(self, mutant: Expr) -> Notice | None:
        for number, scene in enumerate(self.scenes):
            for i in scene.instants():
                if scene.result(mutant, i) != self._original(number, i):
                    return Notice(number, i)
        return None

    def _original(self, number: int, evaluation: int) -> Result:
        place = number, evaluation
        if place not in self.known:
            self.known[place] = self.scenes[number].result(self.original, evaluation)
        return self.known[place]
