"""Telemetry of a case: series on a regular grid, log lines at instants. Not how an engine writes it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
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
    """`count` samples, the first `first`, each `step` more than the one before."""

    first: Sample
    count: int
    step: float = 0.0

    def samples(self) -> Iterator[Sample]:
        """One after the other."""
        if isinstance(self.first, Gap):
            yield from (self.first for _ in range(self.count))
        else:
            yield from (self.first + self.step * i for i in range(self.count))

    @property
    def last(self) -> Sample:
        """The last sample."""
        return self.first if isinstance(self.first, Gap) else self.first + self.step * (self.count - 1)


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
    count, step = 0, 0.0
    for sample in samples:
        longer = _longer(first, count, step, sample) if count else None
        if longer is not None:
            count, step = count + 1, longer
            continue
        if count:
            found.append(Run(first, count, step))
        first, count, step = sample, 1, 0.0
    return (*found, Run(first, count, step)) if count else ()


def _longer(first: Sample, count: int, step: float, sample: Sample) -> float | None:
    """The step of a run that goes on with `sample`; None: it does not."""
    if isinstance(first, Gap) or isinstance(sample, Gap):
        return step if first is sample else None
    step = sample - first if count == 1 else step
    if not math.isfinite(step):
        return 0.0 if first == sample or (math.isnan(first) and math.isnan(sample)) else None
    return step if first + step * count == sample else None
