"""`*_over_time`: one number out of a range of samples (Prometheus 3.15.0).

Each takes times (milliseconds), values, and the range (low, high]; there is at least one sample.
"""

import math
from collections.abc import Sequence

from tocsin.witness.promql.evaluator.functions_range import RangeFunction
from tocsin.witness.promql.evaluator.functions_statistics import highest, inc, lowest, mean, quantile, total


def _variance(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float:
    centre = centre_lost = squares = squares_lost = 0.0
    for count, value in enumerate(values, 1):
        gap = value - (centre + centre_lost)
        centre, centre_lost = inc(gap / count, centre, centre_lost)
        squares, squares_lost = inc(gap * (value - (centre + centre_lost)), squares, squares_lost)
    return (squares + squares_lost) / len(values)


def _deviation(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float:
    found = _variance(times, values, low, high)
    return math.sqrt(found) if found >= 0 else math.nan


def _mad(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float:
    """The median of the distances to the median."""
    if any(math.isnan(value) for value in values):
        return math.nan
    middle = quantile(0.5, values)
    return quantile(0.5, [abs(value - middle) for value in values])


def _time_of_highest(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float:
    best, at = values[0], times[0]
    for time, value in zip(times, values, strict=True):
        if value >= best or math.isnan(best):
            best, at = value, time
    return at / 1000


def _time_of_lowest(times: Sequence[int], values: Sequence[float], low: int, high: int) -> float:
    best, at = values[0], times[0]
    for time, value in zip(times, values, strict=True):
        if value <= best or math.isnan(best):
            best, at = value, time
    return at / 1000


OVER_TIME: dict[str, RangeFunction] = {
    "sum_over_time": lambda times, values, low, high: total(values),
    "avg_over_time": lambda times, values, low, high: mean(values),
    "min_over_time": lambda times, values, low, high: lowest(values),
    "max_over_time": lambda times, values, low, high: highest(values),
    "count_over_time": lambda times, values, low, high: float(len(values)),
    "present_over_time": lambda times, values, low, high: 1.0,
    "first_over_time": lambda times, values, low, high: values[0],
    "last_over_time": lambda times, values, low, high: values[-1],
    "stdvar_over_time": _variance,
    "stddev_over_time": _deviation,
    "mad_over_time": _mad,
    "ts_of_first_over_time": lambda times, values, low, high: times[0] / 1000,
    "ts_of_last_over_time": lambda times, values, low, high: times[-1] / 1000,
    "ts_of_max_over_time": _time_of_highest,
    "ts_of_min_over_time": _time_of_lowest,
}
KEEPS_NAME = frozenset(("last_over_time", "first_over_time"))
