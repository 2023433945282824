"""Which case is likely to notice a mutant, and at which evaluation, found on the local evaluator.

A proposer like all here: it tells where an engine should look first, and which mutants want another case.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.query.errors import QueryError
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql import parse
from tocsin.query.promql.ast import Expr, Selector
from tocsin.query.promql.walk import selectors
from tocsin.witness.case import Case
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.evaluate import Budget, EngineRefuses, NotUnderstood, OutOfBudget, vector
from tocsin.witness.promql.evaluate_select import asked
from tocsin.witness.promql.store import Store
from tocsin.witness.promql.timeline import Recorder
from tocsin.witness.rule import Recording, Rule
from tocsin.witness.telemetry import Labels, labels

STEPS = 4_000_000
"""Evaluator steps that one rule's mutants may cost."""
MOST_DECISIVE = 12
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

    def sees(self, selector: Selector, matcher: LabelMatcher) -> bool:
        """Whether any series is kept out by this matcher alone."""
        rest = replace(selector, matchers=tuple(one for one in selector.matchers if one is not matcher))
        there = {self.store.labels[i] for i in self.store.find(asked(rest))}
        return bool(there - {self.store.labels[i] for i in self.store.find(asked(selector))})

    def decisive(self) -> list[int]:
        """The evaluations where something happens, and a quiet one or two."""
        found = dict.fromkeys(self._decisive())
        return [i for i in found if 0 <= i < self.evaluations]

    def instants(self) -> list[int]:
        """All evaluations, the decisive ones first."""
        return list(dict.fromkeys((*self.decisive(), *range(self.evaluations))))

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
    mutants: Iterable[tuple[Mutant, Expr]],
    recordings: Sequence[Recording] = (),
    *,
    budget: Budget | None = None,
    thorough: bool = False,
    most: int = MOST_DECISIVE,
) -> Mapping[str, Notice]:
    """By a mutant's name. Missing: no case notices it, or that is not known.

    Only what is `thorough` looks at every evaluation; else `most` of each case are looked at.
    """
    found: dict[str, Notice] = {}
    budget = Budget(STEPS) if budget is None else budget
    try:
        scenes = [Scene(rule, case, recordings, budget) for case in cases]
        watch = Watch(parse(rule.expr), scenes, None if thorough else most)
        for mutant, expr in mutants:
            if notice := watch.notice(mutant, expr):
                found[mutant.name] = notice
    except (NotUnderstood, OutOfBudget, EngineRefuses, QueryError):
        pass  # what is known by now is worth having
    return found


def visible(
    rule: Rule, case: Case, recordings: Sequence[Recording], mutants: Iterable[Mutant]
) -> list[Mutant]:
    """Without those whose dropped matcher keeps out nothing in this case: they see exactly the same."""
    mutants = list(mutants)
    try:
        original = parse(rule.expr)
        scene = Scene(rule, case, recordings, Budget(STEPS))
        dropped = [dropped_matcher(mutant, original) for mutant in mutants]
        return [m for m, one in zip(mutants, dropped, strict=True) if one is None or scene.sees(*one)]
    except (NotUnderstood, OutOfBudget, EngineRefuses, QueryError):
        return mutants


class Watch:
    """Compares mutants with the original, whose results are kept."""

    def __init__(self, original: Expr, scenes: Sequence[Scene], most: int | None) -> None:
        self.original, self.scenes, self.most = original, scenes, most
        self.known: dict[tuple[int, int], Result] = {}

    def notice(self, mutant: Mutant, expr: Expr) -> Notice | None:
        """The first place where the alerts differ."""
        dropped = dropped_matcher(mutant, self.original)
        for number, scene in enumerate(self.scenes):
            if dropped is None or scene.sees(*dropped):
                for i in scene.instants() if self.most is None else scene.decisive()[: self.most]:
                    if scene.result(expr, i) != self._original(number, i):
                        return Notice(number, i)
        return None

    def _original(self, number: int, evaluation: int) -> Result:
        place = number, evaluation
        if place not in self.known:
            self.known[place] = self.scenes[number].result(self.original, evaluation)
        return self.known[place]


def dropped_matcher(mutant: Mutant, original: Expr) -> tuple[Selector, LabelMatcher] | None:
    """The matcher that the mutant lacks, and where it stood; None for all other mutants."""
    if mutant.kind != "matcher" or not mutant.words.startswith("dropping"):
        return None
    for selector in selectors(original):
        for matcher in selector.matchers:
            if (matcher.start, matcher.end) == (mutant.start, mutant.end):
                return selector, matcher
    return None
