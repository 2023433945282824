"""Comparisons that hold for all values: a mistake, or the usual way to ask whether there is anything."""

from typing import TYPE_CHECKING

from tocsin.query.promql.ast import Aggregate, Binary, Call, Expr
from tocsin.witness.interval import Interval
from tocsin.witness.outcome import Reason
from tocsin.witness.promql.refute.bounds_in_words import bounds

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

_COUNTING = frozenset(
    ("count", "group", "count_over_time", "present_over_time", "absent", "absent_over_time")
)


def vacuous(node: Binary, side: Expr, op: str, number: Interval, view: "Analysis") -> Reason | None:
    """Why a comparison that always holds says nothing; None for `count(x) > 0`, which asks for x."""
    name = side.op if isinstance(side, Aggregate) else side.name if isinstance(side, Call) else ""
    if name in _COUNTING and (op, number.constant) in ((">", 0), (">=", 1), ("==", 1), ("!=", 0)):
        return None
    words = f"this always holds: {bounds(side, view)}"
    return Reason(kind="always-true", start=node.start, end=node.end, words=words)
