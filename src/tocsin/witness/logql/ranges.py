"""The range aggregations: a number from the samples of a window. As Loki 3.7.8 (logql/range_vector.go)."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from tocsin.query.logql.ast import RangeAggregate

Times: TypeAlias = Sequence[int]
Values: TypeAlias = Sequence[float]


def aggregate(node: RangeAggregate, times: Times, values: Values) -> float:
    """The value of `node` over a window that has at least one sample."""
    seconds = node.range.range.value or math.nan
    match node.op:
        case "count_over_time":
            return float(len(values))
        case "rate":
            return (_sum(values) if node.range.unwrap else float(len(values))) / seconds
        case "bytes_rate":
            return _sum(values) / seconds
        case "rate_counter":
            return _rate_counter(times, values, seconds)
        case "quantile_over_time":
            return quantile(node.param.value if node.param else math.nan, values)
        case _:
            return _SIMPLE[node.op](values)


def _sum(values: Values) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


def _mean(values: Values) -> float:
    mean = 0.0
    for count, value in enumerate(values, 1):
        if (
            math.isinf(mean)
            and not math.isnan(value)
            and (not math.isinf(value) or (mean > 0) == (value > 0))
        ):
            continue
        mean += value / count - mean / count
    return mean


def _extreme(values: Values, most: bool) -> float:
    found = values[0]
    for value in values:
        if math.isnan(found) or (value > found if most else value < found):
            found = value
    return found


def _variance(values: Values) -> float:
    """Of the population, by Welford's method."""
    mean = spread = 0.0
    for count, value in enumerate(values, 1):
        delta = value - mean
        mean += delta / count
        spread += delta * (value - mean)
    return spread / len(values)


def quantile(q: float, values: Values) -> float:
    """Between two values in proportion; infinite outside of 0..1."""
    if q < 0 or q > 1:
        return math.inf if q > 1 else -math.inf
    ordered = sorted(values)
    rank = q * (len(ordered) - 1)
    low = max(0, math.floor(rank))
    high = min(len(ordered) - 1, low + 1)
    weight = rank - math.floor(rank)
    return ordered[low] * (1 - weight) + ordered[high] * weight


def _rate_counter(times: Times, values: Values, seconds: float) -> float:
    """Like Prometheus' rate; but Loki 3.7.8 takes nanoseconds for milliseconds, so hardly extrapolates."""
    if len(values) < 2:
        return 0.0
    increase, last = values[-1] - values[0], 0.0
    for value in values:
        increase += last if value < last else 0.0
        last = value
    sampled = (times[-1] - times[0]) / 1000
    between = sampled / (len(values) - 1)
    to_start = math.trunc(seconds * 1000) / 1000
    if increase > 0 and values[0] >= 0:
        to_start = min(to_start, sampled * (values[0] / increase))
    extended = sampled + (to_start if to_start < between * 1.1 else between / 2)
    return increase * (extended / sampled) / seconds if sampled else math.nan


_SIMPLE: Mapping[str, Callable[[Values], float]] = {
    "bytes_over_time": _sum,
    "sum_over_time": _sum,
    "avg_over_time": _mean,
    "min_over_time": lambda values: _extreme(values, False),
    "max_over_time": lambda values: _extreme(values, True),
    "stdvar_over_time": _variance,
    "stddev_over_time": lambda values: math.sqrt(_variance(values)),
    "first_over_time": lambda values: values[0],
    "last_over_time": lambda values: values[-1],
}
