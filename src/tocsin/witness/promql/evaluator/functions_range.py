"""Functions of a range of samples that look at its course: rates, changes, trends (Prometheus 3.15.0).

Each takes times (milliseconds), values, and the range (low, high]; None: there is no result.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from tocsin.witness.promql.evaluator.functions_numbers import NAN, divide
from tocsin.witness.promql.evaluator.functions_statistics import total

RangeFunction: TypeAlias = Callable[[Sequence[int], Sequence[float], int, int], float | None]


def extrapolated(counter: bool, per_second: bool) -> RangeFunction:
    """`rate`, `increase` (counters: what is lost in resets is added) and `delta`."""

    def run(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float | None:
        if len(values) < 2:
            return None
        gain = values[-1] - values[0]
        if counter:
            gain += _lost_in_resets(values)
        factor = _extension(times, values[0], gain if counter else None, low, high)
        if per_second:
            factor /= (high - low) / 1000
        return gain * factor

    return run


def _lost_in_resets(values: Sequence[float]) -> float:
    lost, before = 0.0, values[0]
    for value in values:
        if value < before:
            lost += before
        before = value
    return lost


def _extension(times: Sequence[int], first: float, gain: float | None, low: int, high: int) -> float:
    """How much more than between the first and last sample happened in the whole range.

    Up to its ends, or by half a usual step where a sample is missing; for a counter that had a `gain` not
    beyond where it was zero.
    """
    sampled = (times[-1] - times[0]) / 1000
    usual = sampled / (len(times) - 1)
    to_start, to_end = (times[0] - low) / 1000, (high - times[-1]) / 1000
    if to_start >= usual * 1.1:
        to_start = usual / 2
    if gain is not None and gain > 0 and first >= 0:
        to_start = min(to_start, sampled * (first / gain))
    if to_end >= usual * 1.1:
        to_end = usual / 2
    return (sampled + to_start + to_end) / sampled


def irate(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float | None:
    """The rate between the last two samples; after a reset the counter began at zero."""
    if len(values) < 2:
        return None
    gain = values[-1] if values[-1] < values[-2] else values[-1] - values[-2]
    return gain / ((times[-1] - times[-2]) / 1000)


def idelta(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float | None:
    """The difference of the last two samples."""
    return values[-1] - values[-2] if len(values) >= 2 else None


def resets(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float | None:
    """How often the value fell."""
    return float(sum(after < before for before, after in pairwise(values)))


def changes(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float | None:
    """How often the value was another one; NaN equals NaN here."""
    return float(sum(a != b and not (math.isnan(a) and math.isnan(b)) for a, b in pairwise(values)))


def deriv(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float | None:
    """The slope of the straight line that fits best."""
    return regression(times, values, times[0])[0] if len(values) >= 2 else None


def regression(times: Sequence[int], values: Sequence[float], origin: int) -> tuple[float, float]:
    """Slope per second, and value at `origin`, of the straight line that fits best."""
    if all(value == values[0] for value in values):
        return (NAN, NAN) if abs(values[0]) == float("inf") else (0.0, values[0])
    if isinstance(times, range):
        seconds, x, xx = _regular(range(times.start - origin, times.stop - origin, times.step))
    else:
        seconds, x, xx = _summed([(time - origin) / 1e3 for time in times])
    n = float(len(values))
    y, xy = total(values), total([s * v for s, v in zip(seconds, values, strict=True)])
    slope = divide(xy - x * y / n, xx - x * x / n)
    return slope, y / n - slope * x / n


def _summed(seconds: Sequence[float]) -> tuple[Sequence[float], float, float]:
    """The seconds, their sum and that of their squares."""
    return seconds, total(seconds), total([s * s for s in seconds])


@lru_cache(maxsize=64)
def _regular(times: range) -> tuple[Sequence[float], float, float]:
    """The same of milliseconds at regular distances, which most windows have in common."""
    return _summed(tuple(time / 1e3 for time in times))


COURSE: dict[str, RangeFunction] = {
    "rate": extrapolated(True, True),
    "increase": extrapolated(True, False),
    "delta": extrapolated(False, False),
    "irate": irate,
    "idelta": idelta,
    "resets": resets,
    "changes": changes,
    "deriv": deriv,
}


def smoothed(values: Sequence[float], level: float, trend: float) -> float:
    """Double exponential smoothing; at least two values."""
    before, now, slope = 0.0, values[0], values[1] - values[0]
    for i, value in enumerate(values[1:]):
        if i:
            slope = trend * (now - before) + (1 - trend) * slope
        before, now = now, level * value + (1 - level) * (now + slope)
    return now
