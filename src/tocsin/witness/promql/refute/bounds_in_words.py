"""Why the values of an expression are bounded, as a person says it."""

from typing import TYPE_CHECKING

from tocsin.query.numbers import show_number
from tocsin.query.promql.ast import Aggregate, Binary, Call, Expr, Selector
from tocsin.query.promql.walk import walk
from tocsin.witness.interval import INF, Interval, shown, span

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

_CALLS = {
    "absent": "`absent` gives 1 or nothing",
    "absent_over_time": "`absent_over_time` gives 1 or nothing",
    "present_over_time": "`present_over_time` gives 1 or nothing",
    "changes": "a number of changes is never negative",
    "resets": "a number of resets is never negative",
    "count_over_time": "without samples `count_over_time` gives nothing, never 0",
    "rate": "the rate of a counter is never negative",
    "irate": "the rate of a counter is never negative",
    "increase": "a counter never decreases",
    "time": "the time is seconds since 1970",
}
_AGGREGATIONS = {
    "count": "without elements `count` gives nothing, never 0",
    "count_values": "without elements `count_values` gives nothing, never 0",
    "group": "`group` gives 1 or nothing",
    "stddev": "a deviation is never negative",
    "stdvar": "a variance is never negative",
}


def bounds(node: Expr, view: "Analysis") -> str:
    """Why its values are what they are."""
    values = view[node].values
    match node:
        case Aggregate():
            return _of_aggregation(node, view)
        case Call(name="timestamp"):
            return _timestamp(node, view)
        case Call(name=name) if name in _CALLS:
            return _CALLS[name]
        case Call(name=("histogram_quantile" | "quantile_over_time")):
            return _quantile(node, view)
        case Binary():
            return _of_operator(node, view)
        case Selector() if (values.low, values.high) == (0, 1):
            return f"`{node.metric}` is 0 or 1"
        case _:
            return f"{view.words(node)} is {span(values)}"


def _timestamp(node: Call, view: "Analysis") -> str:
    if isinstance(node.args[0], Selector):
        return "no sample is found that is older than 5m, unless `--query.lookback-delta` says otherwise"
    return f"the timestamp of {view.words(node.args[0])}, which is no selector, is the time of the evaluation"


def _of_aggregation(node: Aggregate, view: "Analysis") -> str:
    values = view[node].values
    if node.op == "sum" and values.constant == 0:
        return "the sum of series that are all 0 is 0"
    if node.op == "quantile":
        return _quantile(node, view)
    inner = isinstance(node.expr, Call) and node.expr.name in _CALLS
    if inner and node.op in ("sum", "avg", "min", "max", "topk", "bottomk"):
        return bounds(node.expr, view)
    return _AGGREGATIONS.get(node.op, f"{view.words(node)} is {span(values)}")


def _of_operator(node: Binary, view: "Analysis") -> str:
    values = view[node].values
    stamps = [n for n in walk(node) if isinstance(n, Call) and n.name == "timestamp"]
    if node.op == "-" and stamps and view[node.left].lag is not None and view[node.right].lag is not None:
        return _timestamp(stamps[0], view)
    if node.op == "-" and node.left == node.right:
        return f"{view.words(node.left)} minus itself is 0"
    if node.op in "*/" and values.nan and _narrow(values):
        return f"in {view.words(node)} what varies cancels out: it is always {shown(values.low)}"
    if node.op == "/" and (values.low, values.high) == (0, 1):
        return f"{view.words(node)} is a share, so it is between 0 and 1"
    return f"{view.words(node)} is {span(values)}"


def _narrow(values: Interval) -> bool:
    return not values.empty and values.high - values.low <= abs(values.low) * 1e-9


def _quantile(node: Call | Aggregate, view: "Analysis") -> str:
    values = view[node].values
    rank = node.param if isinstance(node, Aggregate) else node.args[0]
    if values.constant in (INF, -INF) and rank is not None:
        sign = "+Inf" if values.constant == INF else "-Inf"
        return f"a rank is between 0 and 1; of {view.words(rank)} the quantile is always {sign}"
    if isinstance(node, Call) and node.name == "histogram_quantile":
        return f"a quantile is at most the last bucket's edge, {show_number(values.high)}"
    return f"{view.words(node)} is {span(values)}"
