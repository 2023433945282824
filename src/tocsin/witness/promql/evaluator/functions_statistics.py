"""One number out of many, as Prometheus 3.15.0 calculates it, rounding included. There is at least one."""

import math
from collections.abc import Sequence


def inc(more: float, total: float, lost: float) -> tuple[float, float]:
    """One step of a sum that carries along what rounding loses (Neumaier)."""
    new = total + more
    if math.isinf(new):
        return new, 0.0
    if abs(total) >= abs(more):
        return new, lost + ((total - new) + more)
    return new, lost + ((more - new) + total)


def total(values: Sequence[float]) -> float:
    """Their sum, with what rounding loses (Neumaier)."""
    if len(values) == 1:
        return values[0] + 0.0  # no negative zero
    result = lost = 0.0
    for value in values:
        new = result + value
        lost += (result - new) + value if abs(result) >= abs(value) else (value - new) + result
        result = new
    return result if math.isinf(result) else result + lost


def mean(values: Sequence[float]) -> float:
    """Their mean; step by step from where the sum would be infinite."""
    result, lost = values[0], 0.0
    for count, value in enumerate(values[1:], 2):
        more, more_lost = inc(value, result, lost)
        if math.isinf(more):
            return _careful_mean(values[count - 1 :], result / (count - 1), lost / (count - 1), count - 1)
        result, lost = more, more_lost
    return result / len(values) + lost / len(values)


def _careful_mean(values: Sequence[float], result: float, lost: float, count: int) -> float:
    for value in values:
        count += 1
        share = (count - 1) / count
        result, lost = inc(value / count, share * result, share * lost)
    return result + lost


def highest(values: Sequence[float]) -> float:
    """The greatest; NaN only when there is nothing else."""
    result = values[0]
    for value in values:
        if result < value or math.isnan(result):
            result = value
    return result


def lowest(values: Sequence[float]) -> float:
    """The least; NaN only when there is nothing else."""
    result = values[0]
    for value in values:
        if result > value or math.isnan(result):
            result = value
    return result


def variance(values: Sequence[float]) -> float:
    """The variance of all (not of a sample)."""
    result = 0.0 if math.isfinite(values[0]) else math.nan
    centre = values[0]
    for count, value in enumerate(values[1:], 2):
        gap = value - centre
        centre += gap / count
        result += gap * (value - centre)
    return result / len(values)


def deviation(values: Sequence[float]) -> float:
    """The standard deviation."""
    return _root(variance(values))


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def quantile(share: float, values: Sequence[float]) -> float:
    """Interpolated between the two nearest; NaN values are the lowest."""
    if not values or math.isnan(share):
        return math.nan
    if not 0 <= share <= 1:
        return -math.inf if share < 0 else math.inf
    ordered = sorted(values, key=lambda v: (not math.isnan(v), v))
    rank = share * (len(ordered) - 1)
    below = max(0, math.floor(rank))
    above = min(len(ordered) - 1, below + 1)
    weight = rank - math.floor(rank)
    return ordered[below] * (1 - weight) + ordered[above] * weight
