"""Telemetry of a case: series on a regular grid, log lines at instants. Not how an engine writes it."""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate, repeat
from typing import TypeAlias

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Sorted by name; `__name__` is one of them. A label with an empty value is not there at all."""


class Gap(Enum):
    """Where a sample would be: a scrape that gave nothing, or the marker that the series has ended."""

    MISSING = "_"
    STALE = "stale"


Sample: TypeAlias = float | Gap


@dataclass(frozen=True, slots=True)
class Run:
    """`count` samples, the first `first`, each the one before plus `step`.

    Roundings add up along the way, as they do in promtool 3.15.0 when it reads `first+step x count`: so what
    is evaluated here, written, and read there is the same to the last bit.
    """

    first: Sample
    count: int
    step: float = 0.0

    def samples(self) -> Iterator[Sample]:
        """One after the other."""
        if isinstance(self.first, Gap):
            return repeat(self.first, self.count)
        if not self.step:
            return repeat(float(self.first), self.count)
        return accumulate(repeat(self.step, self.count - 1), initial=float(self.first))

    @property
    def last(self) -> Sample:
        """The last sample."""
        return deque(self.samples(), maxlen=1)[0] if self.step else self.first


@dataclass(frozen=True, slots=True)
class Series:
    """One series; its first sample is at second 0 of the case, the next one `Case.interval` later."""

    labels: Labels
    runs: tuple[Run, ...]

    def samples(self) -> Iterator[Sample]:
        """All samples, one for each interval."""
        for run in self.runs:
            yield from run.samples()


@dataclass(frozen=True, slots=True)
class Line:
    """A log line, `at` seconds after the case's begin, with its structured metadata."""

    at: float
    text: str
    metadata: Labels = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """The lines of one stream, in the order of time."""

    labels: Labels
    lines: tuple[Line, ...]


def labels(pairs: Iterable[tuple[str, str]]) -> Labels:
    """Labels in their one form."""
    return tuple(sorted((name, value) for name, value in pairs if value))


def runs(samples: Iterable[Sample]) -> tuple[Run, ...]:
    """The samples as few runs; what is read back from them is exactly what was given."""
    found: list[Run] = []
    first: Sample = Gap.MISSING
    last: Sample = Gap.MISSING
    count, step = 0, 0.0
    for sample in samples:
        longer = _longer(count, step, last, sample) if count else None
        if longer is None:
            found += [Run(first, count, step)] if count else []
            first, count, step = sample, 1, 0.0
        else:
            count, step = count + 1, longer
        last = sample
    return (*found, Run(first, count, step)) if count else ()


def _longer(count: int, step: float, last: Sample, sample: Sample) -> float | None:
    """The step of a run that goes on from its last sample to this one; None: it does not."""
    if isinstance(last, Gap) or isinstance(sample, Gap):
        return 0.0 if last is sample else None
    if last == sample or (math.isnan(last) and math.isnan(sample)):
        return 0.0 if step == 0 else None
    if count > 1:
        return step if last + step == sample else None
    return _shortest(sample - last, last, sample)


def _shortest(step: float, one: float, other: float) -> float | None:
    """The number with the fewest digits that takes an addition from one to the other."""
    if not math.isfinite(step):
        return None
    if step.is_integer() and one + step == other:
        return step
    rounder = (float(f"{step:.{digits}g}") for digits in range(1, 18))
    return next((one_step for one_step in rounder if one + one_step == other), None)
