"""What aggregations make of their elements."""

from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.query.promql.ast import Aggregate
from tocsin.witness.interval import ANYTHING, INF, Interval, only, total
from tocsin.witness.presence import Presence
from tocsin.witness.promql.refute.result import NO_FACTS, Result

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

_KEEPING = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))


def aggregated(node: Aggregate, view: "Analysis") -> Result:
    """An aggregation; of nothing there is nothing."""
    inner = view[node.expr]
    if node.op in _KEEPING:
        number = view[node.param].values if node.param is not None else ANYTHING
        some = node.op != "limit_ratio" and number.low >= 1
        presence = inner.presence if some else min(inner.presence, Presence.SOMETIMES)
        return replace(inner, presence=presence, exact=None)
    named = node.grouping is not None and not node.grouping.without and "__name__" in node.grouping.names
    return Result(
        values=_values(node, inner.values, view),
        histograms=inner.histograms and node.op in ("sum", "avg"),
        presence=inner.presence,
        reason=inner.reason,
        vacuous=inner.vacuous,
        unique=not named,
        lag=inner.lag if node.op in ("min", "max") else None,
        facts=NO_FACTS,
        exact=None if named else (node, ANYTHING),
    )


def _values(node: Aggregate, inner: Interval, view: "Analysis") -> Interval:
    match node.op:
        case "count" | "count_values":
            return Interval(1, whole=True)
        case "group":
            return only(1)
        case "sum":
            return total(inner)
        case "avg":
            return inner.blurred if inner.finite else replace(inner.blurred, nan=True)
        case "min" | "max":
            return inner
        case "stddev" | "stdvar":
            same = inner.constant is not None and inner.finite
            return only(0) if same else Interval(0, nan=True)
        case "quantile":
            return quantile(view[node.param].values if node.param is not None else ANYTHING, inner)
        case _:
            return ANYTHING


def quantile(rank: Interval, inner: Interval) -> Interval:
    """Prometheus 3.15.0: below rank 0 it is -Inf, above 1 it is +Inf."""
    if rank.low > 1:
        return only(INF)
    if rank.high < 0:
        return only(-INF)
    found = replace(inner.blurred, nan=inner.nan or rank.nan or not inner.finite)
    if rank.high > 1 or rank.low < 0:
        found = replace(found, low=-INF, high=INF)
    return found
