"""Between which values the result of an expression lies, whatever the data are. Judges nothing.

`Bounds(0, 1)` means: every element is at least 0 and at most 1 (or NaN, which no
comparison lets through).
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tocsin.checks.contract_index import OF_ALERTS, Index
from tocsin.query.promql.ast import (
    COMPARISONS,
    Aggregate,
    Binary,
    Call,
    Expr,
    Number,
    Paren,
    Range,
    Selector,
    Subquery,
    Unary,
)
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import bare, selectors


class Bounds(NamedTuple):
    """The least and the greatest value."""

    low: float = -math.inf
    high: float = math.inf

    def within(self, other: "Bounds") -> "Bounds":
        """What both allow."""
        return Bounds(max(self.low, other.low), min(self.high, other.high))

    def around(self, other: "Bounds") -> "Bounds":
        """What either allows."""
        return Bounds(min(self.low, other.low), max(self.high, other.high))

    def added_up(self) -> "Bounds":
        """The sum of one or more such values."""
        return Bounds(self.low if self.low >= 0 else -math.inf, self.high if self.high <= 0 else math.inf)


ANY = Bounds()
POSITIVE = Bounds(0)
SHARE = Bounds(0, 1)
_BOOLEAN = frozenset(("up", "probe_success", "probe_http_ssl", "probe_grpc_ssl"))
_COUNTS: Mapping[str, Bounds] = {
    "count": Bounds(1),
    "group": Bounds(1, 1),
    "count_values": Bounds(1),
    "stddev": POSITIVE,
    "stdvar": POSITIVE,
}
_FIXED: Mapping[str, Bounds] = {
    "absent": Bounds(1, 1),
    "absent_over_time": Bounds(1, 1),
    "present_over_time": Bounds(1, 1),
    "count_over_time": Bounds(1),
    "rate": POSITIVE,
    "irate": POSITIVE,
    "increase": POSITIVE,
    "resets": POSITIVE,
    "changes": POSITIVE,
    "stddev_over_time": POSITIVE,
    "stdvar_over_time": POSITIVE,
    "time": POSITIVE,
    "timestamp": POSITIVE,
    "histogram_count": POSITIVE,
    "histogram_fraction": SHARE,
    "sgn": Bounds(-1, 1),
    "sin": Bounds(-1, 1),
    "cos": Bounds(-1, 1),
    "hour": Bounds(0, 23),
    "minute": Bounds(0, 59),
    "month": Bounds(1, 12),
    "day_of_week": Bounds(0, 6),
    "day_of_month": Bounds(1, 31),
    "day_of_year": Bounds(1, 366),
    "days_in_month": Bounds(28, 31),
}
_KEEPING = (
    "avg_over_time min_over_time max_over_time last_over_time first_over_time quantile_over_time scalar "
    "vector label_replace label_join sort sort_desc sort_by_label sort_by_label_desc"
)
_SAME = frozenset(_KEEPING.split())


def bounds(expr: Expr, index: Index) -> Bounds:
    """The bounds of an expression's values."""
    match expr:
        case Number(value=value):
            return Bounds(value, value)
        case Selector() | Range():
            return _selected(expr if isinstance(expr, Selector) else expr.selector, index)
        case Paren(expr=inner) | Subquery(expr=inner) | Unary(op="+", expr=inner):
            return bounds(inner, index)
        case Unary(op="-", expr=inner):
            return calculated("-", Bounds(0, 0), bounds(inner, index))
        case Aggregate():
            return _aggregated(expr, index)
        case Call():
            return _called(expr, index)
        case Binary():
            return _combined(expr, index)
    return ANY


def _selected(selector: Selector, index: Index) -> Bounds:
    name, metrics = selector.metric or "", index.of(selector)
    if name in OF_ALERTS:
        return Bounds(1, 1) if name == "ALERTS" else POSITIVE
    if name in _BOOLEAN or (metrics and all(m.unit == "bool" for m in metrics)):
        return SHARE
    if name.startswith("scrape_"):
        return POSITIVE
    if metrics and all(m.type == "info" for m in metrics):
        return Bounds(1, 1)
    counted = [m.type == "counter" or (m.type != "gauge" and not name.endswith("_sum")) for m in metrics]
    return POSITIVE if metrics and all(counted) else ANY


def _aggregated(expr: Aggregate, index: Index) -> Bounds:
    if expr.op in _COUNTS:
        return _COUNTS[expr.op]
    inner = bounds(expr.expr, index)
    return inner.added_up() if expr.op == "sum" else inner


def _called(expr: Call, index: Index) -> Bounds:
    if expr.name in _FIXED:
        return _FIXED[expr.name]
    if expr.name == "histogram_quantile":
        return _quantile(expr, index)
    vector = next((a for a in expr.args if type_of(a) in ("vector", "matrix")), None)
    inner = bounds(vector if vector is not None else expr.args[0], index) if expr.args else ANY
    if expr.name in _SAME:
        return inner
    other = _OTHERS.get(expr.name)
    numbers = (bounds(arg, index) for arg in expr.args if type_of(arg) == "scalar")
    return ANY if other is None else other(inner, *numbers)


_OTHERS: Mapping[str, Callable[..., Bounds]] = {
    "sum_over_time": lambda inner, *_: inner.added_up(),
    "abs": lambda inner, *_: POSITIVE if inner.low < 0 else inner,
    "ceil": lambda inner, *_: Bounds(*(math.ceil(v) if math.isfinite(v) else v for v in inner)),
    "floor": lambda inner, *_: Bounds(*(math.floor(v) if math.isfinite(v) else v for v in inner)),
    "clamp_min": lambda inner, least: Bounds(max(inner.low, least.low), max(inner.high, least.high)),
    "clamp_max": lambda inner, most: Bounds(min(inner.low, most.low), min(inner.high, most.high)),
    "clamp": lambda inner, least, most: Bounds(max(inner.low, least.low), min(inner.high, most.high)),
}


def _quantile(expr: Call, index: Index) -> Bounds:
    """Prometheus 3.15: where the rank falls into the last bucket, the edge before it is the answer."""
    metrics = [index.of(s) for s in selectors(expr.args[1])]
    if not metrics or not all(ms and all(m.buckets for m in ms) for ms in metrics):
        return ANY
    edges = [edge for ms in metrics for m in ms for edge in m.buckets]
    return Bounds(min(0.0, *edges), max(edges)) if len(edges) > 1 else ANY


def _combined(expr: Binary, index: Index) -> Bounds:
    left, right = bounds(expr.left, index), bounds(expr.right, index)
    if expr.op in COMPARISONS:
        return _compared(expr, left, right)
    if expr.op in ("and", "unless"):
        return left
    if expr.op == "or":
        return left.around(right)
    factor = share(expr) if expr.op == "/" else 0.0
    if factor > 0:
        return Bounds(0, factor)
    return calculated(expr.op, left, right)


_SWAPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def _compared(expr: Binary, left: Bounds, right: Bounds) -> Bounds:
    """A comparison lets through what holds."""
    if expr.returns_bool:
        return SHARE
    op = expr.op
    if type_of(expr.left) == "scalar":
        left, right, op = right, left, _SWAPPED[op]
    if op in (">", ">="):
        return left.within(Bounds(right.low))
    if op in ("<", "<="):
        return left.within(Bounds(high=right.high))
    return left.within(right) if op == "==" else left


def calculated(op: str, left: Bounds, right: Bounds) -> Bounds:
    """Arithmetic with bounds; where infinities meet, nothing is known."""
    if op == "+":
        return _known(left.low + right.low, left.high + right.high)
    if op == "-":
        return _known(left.low - right.high, left.high - right.low)
    if op == "*":
        corners = [_times(a, b) for a in left for b in right]
        return Bounds(min(corners), max(corners))
    if op == "/" and right.low >= 0:
        if right.low == right.high and right.low > 0:
            return Bounds(left.low / right.low, left.high / right.low)
        return POSITIVE if left.low >= 0 else ANY
    return ANY


def _known(low: float, high: float) -> Bounds:
    return Bounds(-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high)


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def share(expr: Binary) -> float:
    """How much the quotient is at most, because its left side counts some of what the right side counts.

    1 for `some / all`, 100 for `100 * some / all`; 0 where it is no such quotient.
    """
    part, whole, factor = bare(expr.left), bare(expr.right), 1.0
    if isinstance(part, Binary) and part.op == "*":
        for number, rest in ((bare(part.left), part.right), (bare(part.right), part.left)):
            if isinstance(number, Number):
                factor, part = number.value, bare(rest)
                break
    if not isinstance(part, Aggregate) or not isinstance(whole, Aggregate):
        return 0.0
    if _names(part) != _names(whole) or (expr.matching is not None and expr.matching.group):
        return 0.0
    return factor if _some_of(part, whole) else 0.0


def _some_of(part: Aggregate, whole: Aggregate) -> bool:
    if part.op == whole.op == "sum":
        return _is_part(bare(part.expr), bare(whole.expr))
    if part.op == whole.op == "count":
        inner = bare(part.expr)
        return isinstance(inner, Binary) and inner.op in COMPARISONS and bare(inner.left) == bare(whole.expr)
    return False


def _names(node: Aggregate) -> tuple[bool, frozenset[str]]:
    grouping = node.grouping
    return (False, frozenset()) if grouping is None else (grouping.without, frozenset(grouping.names))


def _is_part(part: Expr, whole: Expr) -> bool:
    """The same rate, with more matchers."""
    if not isinstance(part, Call) or not isinstance(whole, Call) or part.name != whole.name:
        return False
    if part.name not in ("rate", "increase", "irate"):
        return False
    one, all_ = bare(part.args[0]), bare(whole.args[0])
    if not isinstance(one, Range) or not isinstance(all_, Range):
        return False
    if (one.range, one.offset, one.at) != (all_.range, all_.offset, all_.at):
        return False
    first, second = one.selector.metric or "", all_.selector.metric or ""
    bucket = first == second.removesuffix("_count") + "_bucket"
    same = bool(first) and (first == second or bucket)
    return same and set(all_.selector.matchers) <= set(one.selector.matchers)
