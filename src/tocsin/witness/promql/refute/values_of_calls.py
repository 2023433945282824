"""What functions make of their arguments."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.query.promql.ast import Call, Range
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import selectors
from tocsin.witness.interval import ANYTHING, INF, NOTHING, POSITIVE, SHARE, Interval, arithmetic, only, total
from tocsin.witness.presence import Presence
from tocsin.witness.promql.refute.lag import of_call
from tocsin.witness.promql.refute.result import NO_FACTS, Result
from tocsin.witness.promql.refute.values_of_aggregations import quantile
from tocsin.witness.promql.refute.values_of_selectors import buckets

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

LAST_TIME = 253_402_300_799.0
"""The end of the year 9999, in seconds."""
_ONE = only(1)
TIME = Interval(0, LAST_TIME)
_COUNTERS = frozenset(("rate", "irate", "increase"))
_RELABELLING = frozenset(("label_replace", "label_join"))
_KEEPING_NAMES = (
    frozenset(
        (
            "last_over_time",
            "first_over_time",
            "sort",
            "sort_desc",
            "sort_by_label",
            "sort_by_label_desc",
            "info",
        )
    )
    | _RELABELLING
)
_HISTOGRAMS = _KEEPING_NAMES | {
    "rate",
    "increase",
    "irate",
    "delta",
    "idelta",
    "sum_over_time",
    "avg_over_time",
}
_OF_HISTOGRAMS = frozenset(
    ("histogram_count", "histogram_sum", "histogram_avg", "histogram_stddev", "histogram_stdvar",
     "histogram_fraction", "histogram_quantile", "histogram_quantiles")
)  # fmt: skip
_FIXED: Mapping[str, Interval] = {
    "absent": only(1), "absent_over_time": only(1), "present_over_time": only(1),
    "count_over_time": Interval(1, whole=True), "changes": Interval(0, whole=True),
    "resets": Interval(0, whole=True), "stddev_over_time": replace(POSITIVE, nan=True),
    "stdvar_over_time": replace(POSITIVE, nan=True), "mad_over_time": replace(POSITIVE, nan=True),
    "time": TIME, "timestamp": TIME, "start": TIME, "end": TIME, "pi": only(math.pi),
    "histogram_count": replace(POSITIVE, nan=True), "histogram_fraction": SHARE,
    "sin": Interval(-1, 1, nan=True), "cos": Interval(-1, 1, nan=True), "tanh": Interval(-1, 1, nan=True),
    "exp": replace(POSITIVE, nan=True), "sqrt": replace(POSITIVE, nan=True),
    "acosh": replace(POSITIVE, nan=True), "cosh": Interval(1, nan=True),
    "hour": Interval(0, 23, whole=True), "minute": Interval(0, 59, whole=True),
    "month": Interval(1, 12, whole=True), "day_of_week": Interval(0, 6, whole=True),
    "day_of_month": Interval(1, 31, whole=True), "day_of_year": Interval(1, 366, whole=True),
    "days_in_month": Interval(28, 31, whole=True),
}  # fmt: skip
_OF_CHANGE = _COUNTERS | {
    "changes",
    "resets",
    "delta",
    "idelta",
    "deriv",
    "stddev_over_time",
    "stdvar_over_time",
}
_SAME = _KEEPING_NAMES | {"min_over_time", "max_over_time", "vector"}


def called(node: Call, view: "Analysis") -> Result:
    """A function."""
    if node.name in ("absent", "absent_over_time"):
        return _absent(node, view)
    source = next((a for a in node.args if type_of(a) in ("vector", "matrix")), None)
    if source is None:
        values = _values(node, ANYTHING, view)
        return Result(
            values=values, presence=Presence.ALWAYS, exact=(node, ANYTHING), lag=of_call(node, view)
        )
    inner = view[source]
    if node.name == "scalar":
        return _scalar(inner)
    unique = inner.unique or node.name not in _KEEPING_NAMES
    elementwise = type_of(source) == "vector" and node.name not in _RELABELLING | _OF_HISTOGRAMS | {"info"}
    return Result(
        values=_values(node, inner.values, view),
        histograms=inner.histograms and node.name in _HISTOGRAMS,
        presence=_presence(node, inner, view),
        reason=inner.reason,
        vacuous=inner.vacuous,
        unique=unique and node.name != "info" and not _renames(node),
        facts=inner.facts if elementwise else NO_FACTS,
        exact=(node, ANYTHING) if unique else None,
        lag=of_call(node, view),
    )


def _renames(node: Call) -> bool:
    return node.name in _RELABELLING and getattr(node.args[1], "value", "") == "__name__"


def _absent(node: Call, view: "Analysis") -> Result:
    inner = view[node.args[0]]
    found = Result(values=only(1), exact=(node, ANYTHING))
    if inner.presence is Presence.NEVER:
        return replace(found, presence=Presence.ALWAYS, vacuous=inner.reason)
    return found


def _scalar(inner: Result) -> Result:
    """NaN where there is not exactly one element."""
    values = (
        replace(NOTHING, nan=True) if inner.presence is Presence.NEVER else replace(inner.values, nan=True)
    )
    return Result(values=values, presence=Presence.ALWAYS)


def _presence(node: Call, inner: Result, view: "Analysis") -> Presence:
    if node.name == "histogram_quantile" and view[node.args[0]].values.low > 1:
        return inner.presence
    sometimes = node.name in _OF_HISTOGRAMS or node.name == "info"
    if node.name == "clamp":
        low, high = (view[arg].values for arg in node.args[1:3])
        sometimes = not low.high <= high.low
    return min(inner.presence, Presence.SOMETIMES) if sometimes else inner.presence


# -- values --------------------------------------------------------------------------------------------------
def _values(node: Call, inner: Interval, view: "Analysis") -> Interval:
    name = node.name
    if name in _OF_CHANGE and inner.constant is not None and inner.finite:
        return only(0)
    if name in _FIXED:
        return _FIXED[name]
    if name in _COUNTERS:
        return _counted(node, view)
    if name in _SAME:
        return view[node.args[0]].values if name == "vector" else inner
    numbers = [view[arg].values for arg in node.args if type_of(arg) == "scalar"]
    if name == "histogram_quantile":
        return _quantile(node, numbers[0], view)
    other = _OTHERS.get(name)
    return ANYTHING if other is None else other(inner, *numbers)


def _counted(node: Call, view: "Analysis") -> Interval:
    """Of a counter; of what the contract calls a gauge nothing is known."""
    over = node.args[0]
    if not isinstance(over, Range):
        return POSITIVE if view[over].values.low >= 0 else ANYTHING
    signal = view.known.signals.get(over.selector.metric or "")
    return ANYTHING if signal is not None and signal.type == "gauge" else POSITIVE


def _quantile(node: Call, rank: Interval, view: "Analysis") -> Interval:
    """Prometheus 3.15.0: where the rank falls into the last bucket, the edge before it is the answer."""
    if rank.low > 1 or rank.high < 0:
        return only(INF if rank.low > 1 else -INF)
    edges = [buckets(one, view) for one in selectors(node.args[1])]
    if not edges or not all(edges) or rank.high > 1 or rank.low < 0:
        return ANYTHING
    every = [edge for each in edges for edge in each]
    return Interval(min(0.0, *every), max(every), nan=True)


def _whole(function: Callable[[float], int]) -> Callable[..., Interval]:
    def values(inner: Interval, *_: Interval) -> Interval:
        low, high = (float(function(v)) if math.isfinite(v) else v for v in (inner.low, inner.high))
        return Interval(low, high, inner.nan, whole=True)

    return values


def _absolute(inner: Interval) -> Interval:
    low = 0.0 if inner.has(0) else min(abs(inner.low), abs(inner.high))
    return replace(inner, low=low, high=max(abs(inner.low), abs(inner.high)))


def _clamped(inner: Interval, low: Interval, high: Interval) -> Interval:
    nan = inner.nan or low.nan or high.nan
    first = max(low.low, min(inner.low, high.low))
    return Interval(first, max(low.high, min(inner.high, high.high)), nan)


def _rounded(inner: Interval, to: Interval = _ONE) -> Interval:
    """Half of the step up or down at most."""
    half = max(abs(to.low), abs(to.high)) / 2
    if to == _ONE:
        return _whole(lambda v: math.floor(v + 0.5))(inner)
    return replace(arithmetic("+", inner, Interval(-half, half)), nan=True, whole=False)


def _logarithm(inner: Interval) -> Interval:
    low, high = (math.log(v) if 0 < v < INF else INF if v == INF else -INF for v in (inner.low, inner.high))
    return replace(Interval(low, high).blurred, nan=inner.nan or inner.low < 0)


_OTHERS: Mapping[str, Callable[..., Interval]] = {
    "abs": _absolute,
    "avg_over_time": lambda inner: replace(inner.blurred, nan=inner.nan or not inner.finite),
    "ceil": _whole(math.ceil),
    "clamp": _clamped,
    "clamp_max": lambda inner, most: _clamped(inner, Interval(-INF, -INF), most),
    "clamp_min": lambda inner, least: _clamped(inner, least, Interval(INF, INF)),
    "deg": lambda inner: replace(arithmetic("*", inner, only(180 / math.pi)).blurred, nan=inner.nan),
    "floor": _whole(math.floor),
    "ln": _logarithm,
    "quantile_over_time": lambda inner, rank: quantile(rank, inner),
    "rad": lambda inner: replace(arithmetic("*", inner, only(math.pi / 180)).blurred, nan=inner.nan),
    "round": _rounded,
    "sgn": lambda inner: (
        Interval(max(-1.0, min(inner.low, 0)), min(1.0, max(inner.high, 0)), inner.nan, True)
        if inner.low < 0 < inner.high or inner.has(0)
        else Interval(-1 if inner.high < 0 else 1, -1 if inner.high < 0 else 1, inner.nan, True)
    ),
    "sum_over_time": total,
}
