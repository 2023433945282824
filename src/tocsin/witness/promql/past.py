"""What a rule gave in courses that began alike: a search tries many that differ in their end alone.

An evaluation knows nothing of what comes after it, so as long as the telemetry is the same, so is what it
gives. Not for rules that read recorded series: those would have to be known as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeAlias

from tocsin.witness.telemetry import Gap, Labels, Run, Series

Given: TypeAlias = list[list[Labels]]
"""What each evaluation gave, the first one first."""
Grid: TypeAlias = tuple[float, float, float]
"""Seconds between samples and between evaluations, and the time of the first."""
_MOST = 4
"""So many courses are remembered."""
_NONE = (Run(Gap.MISSING, 1 << 40),)
"""A series that is not there."""


@dataclass(slots=True)
class Past:
    """The last few courses of one rule."""

    _courses: list[tuple[Grid, tuple[Series, ...], Given]] = field(default_factory=list)

    def given(self, grid: Grid, series: tuple[Series, ...], count: int) -> Given:
        """What the first evaluations give, at most `count` of them, as far as that is known."""
        interval, every, _ = grid
        best: Given = []
        for known, others, given in self._courses:
            if known == grid:
                same = _shared(series, others) * interval
                evaluations = min(count, len(given), -int(-same // every))  # those before `same`
                best = given[:evaluations] if evaluations > len(best) else best
        return best

    def keep(self, grid: Grid, series: tuple[Series, ...], given: Given) -> None:
        """Remember a course; the oldest is forgotten."""
        self._courses = [*self._courses[1 - _MOST :], (grid, series, given)]


def _shared(some: Sequence[Series], others: Sequence[Series]) -> int:
    """How many samples all series have in common from the beginning on; at least so many."""
    one, other = ({each.labels: each.runs for each in side} for side in (some, others))
    names = one.keys() | other.keys()
    return min((_common(one.get(name, _NONE), other.get(name, _NONE)) for name in names), default=0)


def _common(some: Sequence[Run], others: Sequence[Run]) -> int:
    count = 0
    for one, other in zip(some, others, strict=False):
        if one == other:
            count += one.count
            continue
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(one.samples(), other.samples(), strict=False))
        return count + sum(1 for _ in alike)
    return count
