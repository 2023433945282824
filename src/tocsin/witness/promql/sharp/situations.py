"""Situations that might tell a mutant from its rule, made of the cases there are. Guesses, the best first.

For a branch that never decides there are openings; for a window gaps, and faults of other lengths; for a
label that is grouped by a second group. What is at the edge of a comparison, and what a matcher keeps out, is
made elsewhere (`edges`, `siblings`).
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.ast import Expr, Number, Range
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.case import Case
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.label_values import choose
from tocsin.witness.promql.sharp.siblings import selected
from tocsin.witness.promql.sharp.variations import (
    lengthened,
    missing,
    ramped,
    renamed,
    shortened,
    sibling,
    thinned,
    without_each,
)
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Series

_MOST_SERIES = 6
_SHARES = (0.1, 0.02)
_SAMPLES = (1, 3, 8)


@dataclass(frozen=True, slots=True)
class Situation:
    """Telemetry on the grid of a case."""

    base: Case
    series: tuple[Series, ...]
    words: str


# -- for branches ----------------------------------------------------------------------------------------
def openings(expr: Expr, bases: Sequence[Case]) -> Iterator[Situation]:
    """Those in which a part of the rule may decide that never does so far."""
    fires = next((case for case in bases if case.fires), None)
    if fires is not None:
        quiet = [case for case in bases if not case.fires]
        yield from _born(expr, fires)
        yield from _slowly(fires, quiet)
        yield from _less(fires)
        for rest in without_each(fires.series[:_MOST_SERIES]):
            yield Situation(fires, rest, "with one series less")


def _born(expr: Expr, case: Case) -> Iterator[Situation]:
    """Series that are not there before the fault: one kind of them, or all."""
    at = round(_first(case) / case.interval)
    for metric in dict.fromkeys(selector.metric for selector in selectors(expr)):
        late = [one for one in case.series if dict(one.labels).get("__name__") == metric]
        rest = [one for one in case.series if one not in late]
        if late and rest:
            yield Situation(case, (*rest, *missing(late, 0, at)), f"only now there is any `{metric}`")
    yield Situation(case, missing(case.series, 0, at), "only now there are any series")


def _slowly(fires: Case, quiet: Sequence[Case]) -> Iterator[Situation]:
    """What goes down slowly is foreseen, and passes one limit before the other."""
    for other in [case for case in quiet if case.interval == fires.interval][:2]:
        series = ramped(other.series, fires.series, round(_first(fires) / fires.interval))
        yield Situation(fires, series, "slowly")


def _less(fires: Case) -> Iterator[Situation]:
    """The same shares of far fewer events, perhaps of one kind only."""
    for share in _SHARES:
        yield Situation(fires, thinned(fires.series, share), "of much less")
        for rest in itertools.islice(without_each(fires.series), 3):
            yield Situation(fires, thinned(rest, share), "of much less, and of one kind")


# -- for one mutant --------------------------------------------------------------------------------------
def special(
    rule: Rule, bases: Sequence[Case], mutant: Mutant, group: Sequence[Mutant]
) -> Iterator[Situation]:
    """Those that might notice this one, which is one of a group of alike mutants."""
    expr = parsed(rule.expr)
    match mutant.kind:
        case "window":
            yield from _gaps(expr, bases, mutant)
            yield from _other_times(bases[:2])
        case "grouping":
            yield from _labelled(bases, [rule.expr[one.start : one.end].strip("\"'`") for one in group])
        case "branch":
            yield from _without(expr, bases, mutant)
        case _:
            yield from openings(expr, bases)


def _gaps(expr: Expr, bases: Sequence[Case], mutant: Mutant) -> Iterator[Situation]:
    """Scrapes are missing for longer than one window, and for shorter than the other."""
    place = mutant.start, mutant.end
    ranges = (node for node in walk(expr) if isinstance(node, Range))
    window = next((node for node in ranges if (node.range.start, node.range.end) == place), None)
    if window is None or not isinstance(window.range, Number):
        return
    shares = (0.8, 0.6) if mutant.words.startswith("halving") else (1.2, 1.6)
    for base, share in itertools.product(bases, shares):
        count = max(1, round(window.range.value * share / base.interval))
        begin = round(_first(base) / base.interval)
        for among in ([window.selector], selectors(expr)):
            touched = selected(base.series, among)
            rest = [one for one in base.series if one not in touched]
            for at in (begin + 1, max(0, begin - count)):
                yield Situation(base, (*rest, *missing(touched, at, count)), "and scrapes are missing")


def _other_times(bases: Sequence[Case]) -> Iterator[Situation]:
    """The fault lasts longer or shorter: windows of another length see another share of it."""
    for case in bases:
        begin = round(_first(case) / case.interval)
        for count in _SAMPLES:
            if begin > count:
                shorter = shortened(case.series, begin - count, count)
                yield Situation(case, shorter, "for a shorter time")
            yield Situation(case, lengthened(case.series, begin, count), "for a longer time")


def _without(expr: Expr, bases: Sequence[Case], mutant: Mutant) -> Iterator[Situation]:
    """Nothing of what only one of the branches reads."""
    inside = [s for s in selectors(expr) if mutant.start <= s.start and s.end <= mutant.end]
    outside = [s for s in selectors(expr) if s not in inside]
    for base, among in itertools.product(bases, (inside, outside)):
        gone = selected(base.series, among)
        rest = tuple(one for one in base.series if one not in gone)
        if gone and rest:
            name = dict(gone[0].labels).get("__name__", "")
            yield Situation(base, rest, f"without any `{name}`")


def _labelled(bases: Sequence[Case], names: Sequence[str]) -> Iterator[Situation]:
    """With the labels that are grouped by, and a second group that has no fault."""
    for base in [case for case in bases if case.fires][:1]:
        new = base.series
        for label in names:
            value = next(iter(choose(label, ())), "some")
            new = tuple(
                one if dict(one.labels).get(label) else Series(renamed(one.labels, label, value), one.runs)
                for one in new
            )
        shown = " and ".join(names)
        yield Situation(base, new, f"of one {shown}")
        for source in bases:
            if not source.fires and source.interval == base.interval:
                yield from _apart(base, new, source, names[0])


def _apart(base: Case, new: tuple[Series, ...], source: Case, label: str) -> Iterator[Situation]:
    value = next(iter(choose(label, ())), "some")
    other = next(iter(choose(label, (LabelMatcher(label, "!=", value),))), "other")
    healthy = sibling(source.series, label, other)
    if not {one.labels for one in new} & {one.labels for one in healthy}:
        yield Situation(base, (*new, *healthy), f"of one {label}, another one is healthy")


def _first(case: Case) -> float:
    """When it first fires; of a quiet case, a time well inside."""
    fallback = case.until // case.every // 3 * case.every
    return next((one.firing for one in case.expected if one.firing is not None), fallback)
