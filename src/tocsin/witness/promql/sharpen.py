"""Cases that notice what the cases so far do not: another one for each mutant that survives them.

A mutant survives where the telemetry is too simple for it: nobody but the asked-for job has any series, the
fault is far beyond the threshold, or lasts so long that every window fills. So the cases there are get varied
until the local evaluator sees a difference. The engine judges the new cases like all others.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.query.errors import QueryError
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql import parse
from tocsin.query.promql.ast import Duration, Expr, Number, Range, Selector
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.case import Case, Clause
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.equivalent import equivalent
from tocsin.witness.promql.evaluate import Budget, EngineRefuses, NotUnderstood, OutOfBudget
from tocsin.witness.promql.evaluate_select import asked
from tocsin.witness.promql.label_values import allows, choose
from tocsin.witness.promql.mutants import trees
from tocsin.witness.promql.noticed import Scene, dropped_matcher, noticed
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.promql.variations import (
    between,
    grown,
    lengthened,
    missing,
    nudged,
    renamed,
    scaled,
    shortened,
    sibling,
    without_each,
)
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Series

NOTHING = Known()
STEPS = 300_000
"""Evaluator steps for the new cases of one rule."""
MOST_CASES = 8
_HALVINGS = 14
_TIMES = (1.0, 20.0)
_LARGER = 40.0
"""So many times larger, whole numbers can be within 10 % of a share."""
_SAMPLES = (1, 2, 3, 5, 8, 13)
_MOST_BASES = 8


@dataclass(frozen=True, slots=True)
class Variation:
    """A situation that might notice something."""

    base: Case
    series: tuple[Series, ...]
    words: str


Pairs = Mapping[str, tuple[Mutant, Expr]]


def sharpened(rule: Rule, cases: Sequence[Case], known: Known = NOTHING) -> tuple[Case, ...]:
    """The cases with those that they lack."""
    pairs = trees(rule)
    found = noticed(rule, cases, pairs, known.recordings, thorough=True)
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
    steps: int = STEPS,
) -> tuple[Case, ...]:
    """New cases, each of which notices survivors (of the expression) that no other one does."""
    names = {mutant.name for mutant in survivors}
    left = {mutant.name: (mutant, expr) for mutant, expr in trees(rule) if mutant.name in names}
    search = _Search(rule, tuple(case for case in cases if case.series), known, Budget(steps))
    try:
        return tuple(search.cases(left)) if left and search.bases else ()
    except (NotUnderstood, OutOfBudget, QueryError):
        return tuple(search.found)


class _Search:
    """One rule's search; what was found before the budget ended is kept."""

    def __init__(self, rule: Rule, bases: tuple[Case, ...], known: Known, budget: Budget) -> None:
        self.rule, self.known, self.budget = rule, known, budget
        self.bases = bases[:_MOST_BASES]
        self.expr = parse(rule.expr)
        self.found: list[Case] = []

    def cases(self, pairs: Pairs) -> list[Case]:
        """The new cases."""
        left = dict(pairs)
        for variation in self._general():
            self._try(variation, left)
            if not left:
                return self.found
        for name, (mutant, _) in pairs.items():
            for variation in self._special(mutant) if name in left else ():
                self._try(variation, left, name)
                if name not in left or len(self.found) >= MOST_CASES:
                    break
        return self.found

    def _try(self, variation: Variation, left: dict[str, tuple[Mutant, Expr]], only: str = "") -> None:
        """Keep the case if it notices something; with `only`, if it notices that."""
        if len(self.found) >= MOST_CASES:
            return
        case = self._case(variation)
        if case is None:
            return
        first = [left[only]] if only else list(left.values())
        seen = dict(self._noticed(case, first))
        if not seen:
            return
        if only:
            seen |= self._noticed(case, list(left.values()))
        mutant = next(left[name][0] for name in seen)
        for name in seen:
            del left[name]
        pins = Clause(mutant.start, mutant.end, f"here {mutant.words} would be noticed")
        self.found.append(replace(case, pins=pins))

    def _noticed(self, case: Case, pairs: list[tuple[Mutant, Expr]]) -> Iterable[tuple[str, object]]:
        found = noticed(self.rule, (case,), pairs, self.known.recordings, budget=self.budget)
        return tuple(found.items())

    def _case(self, variation: Variation) -> Case | None:
        """The case with its prediction; None where the engine would refuse the rule itself."""
        base = variation.base
        try:
            expected = predicted(
                self.rule,
                variation.series,
                base.interval,
                base.every,
                base.until,
                base.start,
                self.known,
                budget=self.budget,
            )
        except EngineRefuses:
            return None
        fires = any(one.firing is not None for one in expected)
        return replace(
            base,
            name=self._name(variation.words),
            kind="firing-clause" if fires else "clause",
            series=variation.series,
            expected=expected,
            story=f'As in "{base.name}", {variation.words}.',
        )

    def _name(self, words: str) -> str:
        taken = {case.name for case in (*self.bases, *self.found)}
        names = (words, *(f"{words} ({i})" for i in range(2, MOST_CASES + 2)))
        return next(name for name in names if name not in taken)

    # -- variations that may notice anything ---------------------------------------------------------
    def _general(self) -> Iterator[Variation]:
        firing = [case for case in self.bases if case.fires]
        for one in firing[:3]:
            for other in self.bases:
                if not other.fires:
                    yield from self._edges(one, other)
        for one, other in itertools.product(firing[:1], self.bases):
            if not other.fires:
                larger = (replace(case, series=scaled(case.series, _LARGER)) for case in (one, other))
                yield from self._edges(*larger)
        quiet = [case for case in self.bases if case.kind == "clause"]
        yield from (one for case in (*quiet[:2], *firing[:1]) for one in self._growing(case))
        for one in firing[:1]:
            yield from self._other_times(one)
            yield from (Variation(one, rest, "with one series less") for rest in without_each(one.series[:6]))

    def _edges(self, fires: Case, quiet: Case) -> Iterator[Variation]:
        """Just on this side, and just on the other side, of where the one becomes the other."""
        at = next((one.firing for one in fires.expected if one.firing is not None), None)
        same = (fires.interval, fires.every, fires.until, fires.start)
        if at is None or same != (quiet.interval, quiet.every, quiet.until, quiet.start):
            return
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            series = between(fires.series, quiet.series, middle)
            if series is None:
                return
            if self._holds(replace(fires, series=series), round(at / fires.every)):
                low = middle
            else:
                high = middle
        step = high - low
        for share, words in (
            (low - step, "so little of it that it just fires"),
            (high + step, "just too little"),
        ):
            series = between(fires.series, quiet.series, min(1.0, max(0.0, share)))
            if series is not None:
                yield Variation(fires, series, words)
        quiet_side = between(fires.series, quiet.series, min(1.0, high + step)) or ()
        for series in nudged(quiet_side, round(at / fires.interval)):
            yield Variation(fires, series, "just enough of it, by one event")

    def _growing(self, case: Case) -> Iterator[Variation]:
        """All grows alike, so that shares stay what they are, except for windows of different lengths."""
        at = round(case.until / case.interval / 2)
        yield Variation(case, grown(case.series, at, 4.0), "and from the middle on four times as much of all")

    def _holds(self, case: Case, evaluation: int) -> bool:
        scene = Scene(self.rule, case, self.known.recordings, self.budget)
        return bool(scene.result(self.expr, evaluation))

    def _other_times(self, case: Case) -> Iterator[Variation]:
        """The fault lasts longer or shorter: windows of another length see another share of it."""
        one = next(one for one in case.expected if one.firing is not None)
        begin = round((one.pending + case.every) / case.interval)
        for count in _SAMPLES:
            if begin - count > 0:
                yield Variation(case, shortened(case.series, begin - count, count), "for a shorter time")
        for count in _SAMPLES[2:]:
            yield Variation(case, lengthened(case.series, begin, count), "for a longer time")

    # -- variations for one mutant -------------------------------------------------------------------
    def _special(self, mutant: Mutant) -> Iterator[Variation]:
        if mutant.kind == "window":
            yield from self._gaps(mutant)
        if mutant.kind == "grouping":
            yield from self._labelled(self.rule.expr[mutant.start : mutant.end].strip("\"'`"))
        dropped = dropped_matcher(mutant, self.expr)
        if dropped is not None:
            yield from self._siblings(*dropped)

    def _gaps(self, mutant: Mutant) -> Iterator[Variation]:
        """Scrapes are missing for longer than one window, and for shorter than the other."""
        window = next((n for n in walk(self.expr) if isinstance(n, Range) and holds(n.range, mutant)), None)
        if window is None or not isinstance(window.range, Number):
            return
        for base in self.bases:
            begin = next((one.firing for one in base.expected if one.firing is not None), base.until / 3)
            for share in (0.8, 0.6) if mutant.words.startswith("halving") else (1.2, 1.6):
                count = max(1, round(window.range.value * share / base.interval))
                for among in ([window.selector], selectors(self.expr)):
                    touched = _selected(base.series, among)
                    rest = [one for one in base.series if one not in touched]
                    for at in (round(begin / base.interval) + 1, round(begin / base.interval) - count):
                        series = (*rest, *missing(touched, max(0, at), count))
                        yield Variation(base, series, "and scrapes are missing")

    def _siblings(self, selector: Selector, matcher: LabelMatcher) -> Iterator[Variation]:
        """Series that this matcher keeps out, and what those do in any of the cases."""
        signal = self.known.signals.get(selector.metric or "")
        examples = signal.labels.get(matcher.label, ()) if signal else ()
        value = next(iter(self._kept_out(matcher, examples)), "")
        if not value and allows(matcher, ""):
            return
        words = f'and beside it others with {matcher.label}="{value}"'
        alike = [one for one in selectors(self.expr) if matcher.plain in [m.plain for m in one.matchers]]
        for base in self.bases:
            for source in self.bases:
                for among in ((selector,), tuple(alike), selectors(self.expr)):
                    chosen = _selected(source.series, among)
                    for times in _TIMES if source.interval == base.interval else ():
                        new = sibling(chosen, matcher.label, value, times)
                        taken = {one.labels for one in base.series}
                        added = tuple(one for one in new if one.labels not in taken)
                        if added:
                            yield Variation(base, (*base.series, *added), words)

    def _kept_out(self, matcher: LabelMatcher, examples: Iterable[str]) -> tuple[str, ...]:
        opposite = LabelMatcher(matcher.label, matcher.plain.negated.op, matcher.value)
        return choose(matcher.label, (opposite,), examples=examples)

    def _labelled(self, label: str) -> Iterator[Variation]:
        """With the label that is grouped by, and a second group that has no fault."""
        value = next(iter(choose(label, ())), "some")
        other = next(iter(choose(label, (LabelMatcher(label, "!=", value),))), "other")
        firing = [case for case in self.bases if case.fires]
        for base in firing[:1]:
            new = tuple(
                one if dict(one.labels).get(label) else Series(renamed(one.labels, label, value), one.runs)
                for one in base.series
            )
            yield Variation(base, new, f"of one {label}")
            for source in self.bases:
                if not source.fires and source.interval == base.interval:
                    healthy = sibling(source.series, label, other)
                    taken = {one.labels for one in new}
                    if not taken & {one.labels for one in healthy}:
                        yield Variation(base, (*new, *healthy), f"of one {label}, another one is healthy")


def holds(window: Duration, mutant: Mutant) -> bool:
    """Whether it is this window that the mutant changes."""
    return (window.start, window.end) == (mutant.start, mutant.end)


def _selected(series: Iterable[Series], among: Iterable[Selector]) -> tuple[Series, ...]:
    tests = [asked(selector) for selector in among]
    return tuple(one for one in series if any(test.match(one.labels) for test in tests))
