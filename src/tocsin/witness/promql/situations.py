"""Situations that might tell a mutant from its rule, made of the cases there are. Guesses, the best first.

Each kind of mistake has its kind of situation: for a threshold the edge itself, for a window a gap or a
growth, for a matcher a sibling that it keeps out, for a branch that is gone telemetry without its series.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.ast import Duration, Expr, Number, Range, Selector
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.case import Case
from tocsin.witness.mutant import Kind, Mutant
from tocsin.witness.promql.evaluate import Budget
from tocsin.witness.promql.evaluate_select import asked
from tocsin.witness.promql.label_values import allows, choose
from tocsin.witness.promql.noticed import Scene, dropped_matcher
from tocsin.witness.promql.variations import (
    between,
    grown,
    lengthened,
    missing,
    nudged,
    ramped,
    renamed,
    scaled,
    shortened,
    sibling,
    thinned,
    without_each,
)
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Series

_HALVINGS = 14
_TIMES = (1.0, 20.0)
_LARGER = 40.0
"""So many times larger, whole numbers can be within 10 % of a share."""
_LEAST = 0.02
_SAMPLES = (1, 2, 3, 5, 8, 13)
_LIMITS: frozenset[Kind] = frozenset(("threshold", "boundary", "window", "comparator"))
_WINDOWS: frozenset[Kind] = frozenset(("window",))
_COUNTS: frozenset[Kind] = frozenset(("threshold", "boundary", "branch"))
_MATCHERS: frozenset[Kind] = frozenset(("matcher",))
_CROWD = 8
_PARTS: frozenset[Kind] = frozenset(("branch", "matcher", "comparator", "threshold", "boundary"))


@dataclass(frozen=True, slots=True)
class Situation:
    """Telemetry on the grid of a case. `kinds` are those of the mutants that it might tell apart."""

    base: Case
    series: tuple[Series, ...]
    words: str
    kinds: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class Situations:
    """All that can be made of the cases of one rule."""

    rule: Rule
    expr: Expr
    known: Known
    budget: Budget

    # -- for mutants of whole kinds ------------------------------------------------------------------
    def general(
        self, bases: Sequence[Case], wanted: frozenset[Kind], *, crowded: bool = False
    ) -> Iterator[Situation]:
        """Those that might notice any mutant of the kinds that are wanted.

        `crowded`: there are so many that siblings for all matchers at once are worth their many series.
        """
        fires = next((case for case in bases if case.fires), None)
        if fires is None:
            return
        quiet = [case for case in bases if not case.fires]
        if crowded:
            for base, source in itertools.islice(_pairs(bases), 6):
                yield from self._crowd(base, source)
        if wanted & _PARTS:
            yield from self._born(fires)
            yield from self._slowly(fires, quiet)
            yield from self._less(fires)
        if wanted & _LIMITS:
            yield from self._all_edges(fires, quiet)
        if wanted & _WINDOWS:
            yield from map(self._growing, (*quiet[:2], fires))
            yield from self._other_times(fires)
        if wanted & _COUNTS:
            rests = without_each(fires.series[:6])
            yield from (Situation(fires, rest, "with one series less", _COUNTS) for rest in rests)

    def _born(self, case: Case) -> Iterator[Situation]:
        """Series that are not there before the fault: one kind of them, or all."""
        at = round(_first(case) / case.interval)
        for metric in dict.fromkeys(selector.metric for selector in selectors(self.expr)):
            late = [one for one in case.series if dict(one.labels).get("__name__") == metric]
            rest = [one for one in case.series if one not in late]
            if late and rest:
                yield Situation(
                    case, (*rest, *missing(late, 0, at)), f"only now there is any `{metric}`", _PARTS
                )
        yield Situation(case, missing(case.series, 0, at), "only now there are any series", _PARTS)

    def _slowly(self, fires: Case, quiet: Sequence[Case]) -> Iterator[Situation]:
        """What goes down slowly is foreseen, and passes one limit before the other."""
        for other in [case for case in quiet if case.interval == fires.interval][:2]:
            series = ramped(other.series, fires.series, round(_first(fires) / fires.interval))
            yield Situation(fires, series, "slowly", _PARTS | _LIMITS)

    def _less(self, fires: Case) -> Iterator[Situation]:
        """The same shares of far fewer events, perhaps of one kind only."""
        for share in (0.1, _LEAST):
            yield Situation(fires, thinned(fires.series, share), "of much less", _PARTS | _LIMITS)
            for rest in itertools.islice(without_each(fires.series), 3):
                yield Situation(
                    fires, thinned(rest, share), "of much less, and of one kind", _PARTS | _LIMITS
                )

    def _all_edges(self, fires: Case, quiet: Sequence[Case]) -> Iterator[Situation]:
        little = replace(fires, series=thinned(fires.series, _LEAST))
        for other in (*quiet[:4], *(() if self._fires(little) else (little,))):
            yield from self._edges(fires, other)
        for other in quiet[:2]:
            larger = (replace(case, series=scaled(case.series, _LARGER)) for case in (fires, other))
            yield from self._edges(*larger)

    def _edges(self, fires: Case, quiet: Case) -> Iterator[Situation]:
        """Just on this side, and just on the other side, of where the one becomes the other."""
        same = (fires.interval, fires.every, fires.until, fires.start)
        if same != (quiet.interval, quiet.every, quiet.until, quiet.start):
            return
        at = _first(fires)
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            series = between(fires.series, quiet.series, middle)
            if series is None:
                return
            if self._holds(replace(fires, series=series), at):
                low = middle
            else:
                high = middle
        step = high - low
        for share, words in ((low - step, "so little that it just fires"), (high + step, "just too little")):
            series = between(fires.series, quiet.series, min(1.0, max(0.0, share)))
            if series is not None:
                yield Situation(fires, series, words, _LIMITS)
        for nudge in nudged(series or (), round(at / fires.interval)):
            yield Situation(fires, nudge, "just enough, by one event", _LIMITS)

    def _fires(self, case: Case) -> bool:
        return self._holds(case, _first(case))

    def _holds(self, case: Case, at: float) -> bool:
        scene = Scene(self.rule, case, self.known.recordings, self.budget)
        return bool(scene.result(self.expr, round(at / case.every)))

    def _growing(self, case: Case) -> Situation:
        """All grows alike, so that shares stay what they are, but not for windows of different lengths."""
        at = round(case.until / case.interval / 2)
        return Situation(case, grown(case.series, at, 4.0), "from the middle on four times as much", _WINDOWS)

    def _other_times(self, case: Case) -> Iterator[Situation]:
        """The fault lasts longer or shorter: windows of another length see another share of it."""
        begin = round((case.expected[0].pending + case.every) / case.interval)
        for count in _SAMPLES:
            if begin - count > 0:
                series = shortened(case.series, begin - count, count)
                yield Situation(case, series, "for a shorter time", _WINDOWS)
        for count in _SAMPLES[2:]:
            yield Situation(case, lengthened(case.series, begin, count), "for a longer time", _WINDOWS)

    # -- for one mutant ------------------------------------------------------------------------------
    def special(self, bases: Sequence[Case], mutant: Mutant) -> Iterator[Situation]:
        """Those that might notice this one."""
        match mutant.kind:
            case "window":
                yield from self._gaps(bases, mutant)
            case "grouping":
                label = self.rule.expr[mutant.start : mutant.end].strip("\"'`")
                yield from self._labelled(bases, label)
            case "branch":
                yield from self._without(bases, mutant)
            case "matcher":
                dropped = dropped_matcher(mutant, self.expr)
                if dropped is not None:
                    yield from self._siblings(bases, *dropped)

    def _gaps(self, bases: Sequence[Case], mutant: Mutant) -> Iterator[Situation]:
        """Scrapes are missing for longer than one window, and for shorter than the other."""
        window = next((n for n in walk(self.expr) if isinstance(n, Range) and _is(n.range, mutant)), None)
        if window is None or not isinstance(window.range, Number):
            return
        shares = (0.8, 0.6) if mutant.words.startswith("halving") else (1.2, 1.6)
        for base, share in itertools.product(bases, shares):
            count = max(1, round(window.range.value * share / base.interval))
            begin = round(_first(base) / base.interval)
            for among in ([window.selector], selectors(self.expr)):
                touched = _selected(base.series, among)
                rest = [one for one in base.series if one not in touched]
                for at in (begin + 1, max(0, begin - count)):
                    yield Situation(base, (*rest, *missing(touched, at, count)), "and scrapes are missing")

    def _without(self, bases: Sequence[Case], mutant: Mutant) -> Iterator[Situation]:
        """Nothing of what only one of the branches reads."""
        inside = [s for s in selectors(self.expr) if mutant.start <= s.start and s.end <= mutant.end]
        outside = [s for s in selectors(self.expr) if s not in inside]
        for base, among in itertools.product(bases, (inside, outside)):
            gone = _selected(base.series, among)
            rest = tuple(one for one in base.series if one not in gone)
            if gone and rest:
                name = dict(gone[0].labels).get("__name__", "")
                yield Situation(base, rest, f"without any `{name}`")

    def _siblings(
        self, bases: Sequence[Case], selector: Selector, matcher: LabelMatcher
    ) -> Iterator[Situation]:
        """Series that this matcher keeps out, and what those do in any of the cases."""
        value = self._kept_out(selector, matcher)
        if not value and allows(matcher, ""):
            return
        shown = f'{matcher.label}="{value}"' if value else f"no {matcher.label}"
        alike = [one for one in selectors(self.expr) if matcher.plain in [m.plain for m in one.matchers]]
        for base, source in _pairs(bases):
            for among in (alike, [selector], selectors(self.expr)):
                chosen = _selected(source.series, among)
                for times in _TIMES if source.interval == base.interval else ():
                    new = sibling(chosen, matcher.label, value, times)
                    taken = {one.labels for one in base.series}
                    added = tuple(one for one in new if one.labels not in taken)
                    if added:
                        yield Situation(base, (*base.series, *added), f"beside it others with {shown}")

    def _crowd(self, base: Case, source: Case) -> Iterator[Situation]:
        """A sibling for each matcher that there is anywhere."""
        found = {one.labels: one for one in base.series}
        kept = dict.fromkeys((m.plain, m) for s in selectors(self.expr) for m in s.matchers)
        for matcher in [matcher for _, matcher in kept][:_CROWD]:
            home = next(s for s in selectors(self.expr) if matcher in s.matchers)
            value = self._kept_out(home, matcher)
            alike = [s for s in selectors(self.expr) if matcher.plain in [m.plain for m in s.matchers]]
            for new in sibling(_selected(source.series, alike), matcher.label, value, _TIMES[-1]):
                found.setdefault(new.labels, new)
        if source.interval == base.interval:
            yield Situation(base, tuple(found.values()), "beside it many others", _MATCHERS)

    def _kept_out(self, selector: Selector, matcher: LabelMatcher) -> str:
        """A value that the matcher refuses; empty: there is none, or only the label's absence."""
        signal = self.known.signals.get(selector.metric or "")
        examples = signal.labels.get(matcher.label, ()) if signal else ()
        opposite = LabelMatcher(matcher.label, matcher.plain.negated.op, matcher.value)
        return next(iter(choose(matcher.label, (opposite,), examples=examples)), "")

    def _labelled(self, bases: Sequence[Case], label: str) -> Iterator[Situation]:
        """With the label that is grouped by, and a second group that has no fault."""
        value = next(iter(choose(label, ())), "some")
        other = next(iter(choose(label, (LabelMatcher(label, "!=", value),))), "other")
        for base in [case for case in bases if case.fires][:1]:
            new = tuple(
                one if dict(one.labels).get(label) else Series(renamed(one.labels, label, value), one.runs)
                for one in base.series
            )
            yield Situation(base, new, f"of one {label}")
            for source in bases:
                healthy = sibling(source.series, label, other)
                apart = not {one.labels for one in new} & {one.labels for one in healthy}
                if not source.fires and source.interval == base.interval and apart:
                    yield Situation(base, (*new, *healthy), f"of one {label}, another one is healthy")


def _first(case: Case) -> float:
    """When it first fires; of a quiet case, a time well inside."""
    fallback = case.until // case.every // 3 * case.every
    return next((one.firing for one in case.expected if one.firing is not None), fallback)


def _pairs(bases: Sequence[Case]) -> Iterator[tuple[Case, Case]]:
    """A base, and what its siblings do: by turns a fault beside health, health beside a fault, and others."""
    kinds: dict[tuple[bool, bool], list[tuple[Case, Case]]] = {}
    numbers = itertools.product(range(len(bases)), repeat=2)
    for i, j in sorted(numbers, key=sum):
        kinds.setdefault((bases[i].fires, bases[j].fires), []).append((bases[i], bases[j]))
    order = ((False, True), (True, False), (True, True), (False, False))
    for turn in itertools.zip_longest(*(kinds.get(kind, []) for kind in order)):
        yield from (pair for pair in turn if pair is not None)


def _is(window: Duration, mutant: Mutant) -> bool:
    return (window.start, window.end) == (mutant.start, mutant.end)


def _selected(series: Iterable[Series], among: Iterable[Selector]) -> tuple[Series, ...]:
    tests = [asked(selector) for selector in among]
    return tuple(one for one in series if any(test.match(one.labels) for test in tests))
