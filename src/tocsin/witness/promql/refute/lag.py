"""Values that follow the time: how far behind the evaluation they are.

Prometheus 3.15.0: a selector finds samples of the last five minutes only (the default of
`--query.lookback-delta`), and `timestamp` of anything but a selector is the time of the evaluation.
"""

from typing import TYPE_CHECKING

from tocsin.query.promql.ast import COMPARISONS, Binary, Call, Number, Selector
from tocsin.query.promql.types import type_of
from tocsin.witness.interval import Interval, arithmetic, only

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

LOOKBACK = 300.0


def lag(node: Binary, view: "Analysis") -> Interval | None:
    """Of what an operator makes: moved by a number, or let through by a comparison."""
    left, right = view[node.left].lag, view[node.right].lag
    if node.op in COMPARISONS:
        if node.returns_bool:
            return None
        return right if type_of(node.left) == "scalar" else left
    number = view[node.right].values.constant
    if node.op in ("+", "-") and left is not None and number is not None:
        return arithmetic(node.op, left, only(number))
    number = view[node.left].values.constant
    return (
        arithmetic("+", right, only(number))
        if node.op == "+" and right is not None and number is not None
        else None
    )


def of_call(node: Call, view: "Analysis") -> Interval | None:
    """Of what a function makes."""
    if node.name == "time":
        return only(0)
    if node.name == "timestamp":
        return _of_sample(node.args[0]) if isinstance(node.args[0], Selector) else only(0)
    if node.name in ("vector", "sort", "sort_desc"):
        return view[node.args[0]].lag
    return None


def _of_sample(selector: Selector) -> Interval | None:
    offset = selector.offset
    if selector.at is not None or (offset is not None and not isinstance(offset, Number)):
        return None
    moved = 0.0 if offset is None else offset.value
    return Interval(-LOOKBACK - moved, -moved)
