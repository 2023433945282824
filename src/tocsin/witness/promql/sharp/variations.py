"""New situations out of given ones: siblings, something between two, longer or shorter faults, gaps.

Samples are changed by their differences, so that what was a straight run stays one, a counter stays a
counter, and whole numbers stay whole. Whether a variation is of use is found out elsewhere.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from tocsin.witness.promql.straight import straightened
from tocsin.witness.telemetry import Gap, Labels, Run, Sample, Series, labels, runs

_DIGITS = 6
_NEARLY = 1e-9
_LONG_AGO = 1e9
"""What is greater is taken for a time: 2001 in seconds."""


def sibling(series: Iterable[Series], label: str, value: str, times: float = 1.0) -> tuple[Series, ...]:
    """Copies with another value of one label, that do `times` as much."""
    return tuple(
        Series(renamed(one.labels, label, value), one.runs if times == 1 else _scaled(one, times).runs)
        for one in series
    )


def renamed(of: Labels, label: str, value: str) -> Labels:
    """The labels with another value of one of them; empty: without it."""
    return labels((dict(of) | {label: value}).items())


def between(one: Sequence[Series], other: Sequence[Series], share: float) -> tuple[Series, ...] | None:
    """What lies between two situations of the same series: `share` 0 is the one, 1 the other."""
    partners = {series.labels: series for series in other}
    if set(partners) != {series.labels for series in one}:
        return None
    mixed = (_between(series, partners[series.labels], share) for series in one)
    found = tuple(series for series in mixed if series is not None)
    return found if len(found) == len(one) else None


def shortened(series: Iterable[Series], begin: int, count: int) -> tuple[Series, ...]:
    """Without `count` samples from `begin` on; the end goes on as it was going."""
    return tuple(_retimed(one, lambda steps: _cut(steps, begin, count)) for one in series)


def lengthened(series: Iterable[Series], at: int, count: int) -> tuple[Series, ...]:
    """With what happens at sample `at` going on for `count` samples more."""
    return tuple(_retimed(one, lambda steps: _stretched(steps, at, count)) for one in series)


def missing(series: Iterable[Series], at: int, count: int) -> tuple[Series, ...]:
    """With `count` scrapes that gave nothing, from sample `at` on."""
    found = []
    for one in series:
        samples = list(one.samples())
        gone = [Gap.MISSING] * len(samples[at : at + count])
        found.append(Series(one.labels, runs((*samples[:at], *gone, *samples[at + count :]))))
    return tuple(found)


def ended(one: Series, at: int) -> Series:
    """The series ends at sample `at`, and is marked as such."""
    samples = list(one.samples())
    return Series(one.labels, runs((*samples[:at], Gap.STALE)))


def thinned(series: Iterable[Series], share: float) -> tuple[Series, ...]:
    """Counters count only this share of it, in whole events."""
    found = []
    for one in series:
        if _counts(one):
            whole = (
                math.floor(sample * share + _NEARLY) for sample in one.samples() if isinstance(sample, float)
            )
            found.append(Series(one.labels, runs(map(float, whole))))
        else:
            found.append(one)
    return tuple(found)


def multiplied(series: Iterable[Series], times: float) -> tuple[Series, ...]:
    """All of it `times` as much; events stay whole ones, and clocks what they are."""
    found: list[Series] = []
    for one in series:
        if _counts(one):
            found.extend(thinned((one,), times))
        else:
            found.append(one if _is_time(one) else _retouched(one, times))
    return tuple(found)


def _is_time(one: Series) -> bool:
    return any(isinstance(run.first, float) and abs(run.first) > _LONG_AGO for run in one.runs)


def _retouched(one: Series, times: float) -> Series:
    samples = (s if isinstance(s, Gap) else _rounded(s * times, False) for s in one.samples())
    return Series(one.labels, runs(samples))


def ramped(calm: Sequence[Series], fault: Sequence[Series], at: int) -> tuple[Series, ...]:
    """Gauges go straight from what they are in the one to what they are in the other at sample `at`."""
    before = {one.labels: one for one in calm}
    found = []
    for one in fault:
        samples, other = list(one.samples()), before.get(one.labels)
        first = next(other.samples(), Gap.MISSING) if other is not None else Gap.MISSING
        last = samples[min(at, len(samples) - 1)]
        if isinstance(first, Gap) or isinstance(last, Gap) or first == last or _counts(one):
            found.append(one)
            continue
        step = _rounded((last - first) / max(1, at), False)
        found.append(Series(one.labels, (Run(first, at + 1, step), Run(last, max(1, len(samples) - at - 1)))))
    return tuple(found)


def without_each(series: Sequence[Series]) -> Iterator[tuple[Series, ...]]:
    """All but one, in turn."""
    for i in range(len(series)):
        yield (*series[:i], *series[i + 1 :])


# -- samples -----------------------------------------------------------------------------------------
def _between(one: Series, other: Series, share: float) -> Series | None:
    first, second = list(one.samples()), list(other.samples())
    if len(first) != len(second):
        return None
    if first == second:
        return one
    if any(isinstance(sample, Gap) for sample in (*first, *second)):
        return one if share < 0.5 else other
    left, right = _differences(first), _differences(second)
    whole = all(step.is_integer() for step in (*left, *right))
    steps = [_rounded(a + (b - a) * share, whole) for a, b in zip(left, right, strict=True)]
    return Series(one.labels, straightened(list(accumulate(steps))))


def _scaled(one: Series, times: float) -> Series:
    samples = [sample if isinstance(sample, Gap) else sample * times for sample in one.samples()]
    return Series(one.labels, straightened(samples))


def _retimed(one: Series, change: Callable[[list[float]], list[float]]) -> Series:
    samples = list(one.samples())
    if any(isinstance(sample, Gap) for sample in samples):
        return Series(one.labels, straightened(change(samples)))  # type: ignore[arg-type]
    return Series(one.labels, straightened(list(accumulate(change(_differences(samples))))))


def _differences(samples: Sequence[Sample]) -> list[float]:
    """The first sample, then by how much each is more than the one before."""
    values = [float(sample) for sample in samples if not isinstance(sample, Gap)]
    return [value - before for before, value in zip((0.0, *values), values, strict=False)]


def _counts(one: Series) -> bool:
    """Whether it looks like a counter that rises: whole and never falling."""
    samples = list(one.samples())
    if len(samples) < 2 or any(isinstance(sample, Gap) for sample in samples):
        return False
    first, *steps = _differences(samples)
    rises = all(step >= 0 and step.is_integer() for step in steps) and any(steps)
    return rises and first.is_integer()


def _cut(steps: list[float], begin: int, count: int) -> list[float]:
    return steps[:begin] + steps[begin + count :] + steps[-1:] * count


def _stretched(steps: list[float], at: int, count: int) -> list[float]:
    return (steps[:at] + steps[at : at + 1] * count + steps[at:])[: len(steps)]


def _rounded(value: float, whole: bool) -> float:
    return float(round(value)) if whole else float(f"{value:.{_DIGITS}g}")
