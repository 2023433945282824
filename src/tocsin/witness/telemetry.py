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
    for sample in samples:
        last = found[-1] if found else None
        if last is not None and (longer := _longer(last, sample)) is not None:
            found[-1] = longer
        else:
            found.append(Run(sample, 1))
    return tuple(found)


def _longer(run: Run, sample: Sample) -> Run | None:
    if isinstance(run.first, Gap) or isinstance(sample, Gap):
        return Run(run.first, run.count + 1) if run.first is sample else None
    step = sample - run.first if run.count == 1 else run.step
    if not math.isfinite(step):
        same = run.first == sample or (math.isnan(run.first) and math.isnan(sample))
        return Run(run.first, run.count + 1) if same and run.step == 0 else None
    return Run(run.first, run.count + 1, step) if run.first + step * run.count == sample else None
