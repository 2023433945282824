"""The new cases of one rule, and the mutants that nothing notices yet. What to try is known elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

from tocsin.witness.case import Case, Clause
from tocsin.witness.mutant import Kind
from tocsin.witness.promql.evaluator.evaluate import Budget, EngineRefuses
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.evaluator.store import Made
from tocsin.witness.promql.past import Past
from tocsin.witness.promql.sharp.noticed import MOST_DECISIVE, Pair, Scene, differing
from tocsin.witness.promql.sharp.situations import Situation
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Series

MOST_CASES = 20
_MOST_INSTANTS = 6


class Collection:
    """`cases` are those there are; `left` are the mutants that are not noticed yet, by name."""

    def __init__(
        self, rule: Rule, cases: Sequence[Case], known: Known, budget: Budget, left: Sequence[Pair]
    ) -> None:
        self.rule, self.cases, self.known, self.budget = rule, cases, known, budget
        self.expr = parsed(rule.expr)
        self.wanted = tuple(left)
        self.left = {pair[0].name: pair for pair in left}
        self.found: list[Case] = []
        self.seen: list[frozenset[str]] = []
        """Which of all the mutants each of these notices."""
        self.tried: set[tuple[Series, ...]] = set()
        self.made: Made = {}
        self.past = Past()
        self.scenes = [self.scene(case) for case in cases]
        """Of all cases, and of drafts, which are not worth a case but may be what one is made of."""

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do, or nothing more that may be done."""
        return not self.left or len(self.found) >= MOST_CASES or self.budget.left <= 0

    def needed(self) -> tuple[Case, ...]:
        """The new cases without those of which others notice everything, each with a name of its own."""
        kept = set(range(len(self.found)))
        for i in sorted(kept, key=lambda i: len(self.seen[i])):
            others = frozenset[str]().union(*(self.seen[j] for j in kept if j != i))
            if self.seen[i] <= others:
                kept.remove(i)
        taken = [case.name for case in self.cases]
        cases = []
        for case in (self.found[i] for i in sorted(kept)):
            names = (case.name, *(f"{case.name} ({n})" for n in range(2, MOST_CASES + 2)))
            taken.append(next(name for name in names if name not in taken))
            cases.append(replace(case, name=taken[-1]))
        return tuple(cases)

    def of(self, kinds: frozenset[Kind]) -> list[Pair]:
        """The mutants of these kinds that are left."""
        return [pair for pair in self.left.values() if pair[0].kind in kinds]

    def scene(self, case: Case) -> Scene:
        """The case on the local evaluator."""
        return Scene(self.rule, case, self.known.recordings, self.budget, self.made)

    def draft(self, situation: Situation) -> None:
        """Remember a situation that others may be made of."""
        story = self._story(situation)
        self.scenes.append(self.scene(replace(situation.base, name="", series=situation.series, story=story)))

    def try_(self, situation: Situation, pairs: Sequence[Pair], evaluation: int | None = None) -> bool:
        """Keep the case if it notices any of these; then all that it notices are no longer left.

        `evaluation` is where that is to be expected.
        """
        if situation.series in self.tried or situation.series == situation.base.series or not pairs:
            return False
        self.tried.add(situation.series)
        scene = self.scene(replace(situation.base, series=situation.series))
        first = () if evaluation is None else (evaluation,)
        most = MOST_DECISIVE if evaluation is None else _MOST_INSTANTS
        if not any(differing(scene, pairs, dict.fromkeys((*first, *scene.decisive()[:most])))):
            return False
        case = self._case(situation)
        return case is not None and self._keep(case, first)

    def _keep(self, case: Case, first: Sequence[int]) -> bool:
        scene = self.scene(case)
        instants = dict.fromkeys((*first, *scene.decisive()[:_MOST_INSTANTS]))
        seen = [name for name, _ in differing(scene, self.wanted, instants)]
        new = [name for name in seen if name in self.left]
        if not new:
            return False
        shown = self.left[new[0]][0]
        for name in new:
            del self.left[name]
        pins = Clause(shown.start, shown.end, f"here {shown.words} would be noticed")
        case = replace(case, pins=pins)
        self.found.append(case)
        self.seen.append(frozenset(seen))
        self.scenes.append(self.scene(case))
        return True

    def _case(self, situation: Situation) -> Case | None:
        """The case with its prediction; None where the engine would refuse the rule itself."""
        base = situation.base
        grid = base.interval, base.every, base.until, base.start
        try:
            expected = predicted(
                self.rule, situation.series, *grid, self.known, budget=self.budget, past=self.past
            )
        except EngineRefuses:
            return None
        return replace(
            base,
            name=situation.words,
            kind="firing-clause" if any(one.firing is not None for one in expected) else "clause",
            series=situation.series,
            expected=expected,
            story=self._story(situation),
        )

    def _story(self, situation: Situation) -> str:
        """What is different from a case that there was before; a draft or new case tells that already."""
        base = situation.base
        like = f'As in "{base.name}"' if base in self.cases else base.story.rstrip(".")
        return f"{like}, {situation.words}."
