"""A comparison that holds for no value that its sides can have."""

from dataclasses import replace

from tocsin.query.numbers import show_number
from tocsin.query.promql.ast import COMPARISONS, Aggregate, Binary, Call, Expr
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import walk
from tocsin.witness.interval import NOTHING, possible
from tocsin.witness.outcome import Reason
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.promql.refute.bounds_in_words import bounds
from tocsin.witness.promql.refute.parts import at_most
from tocsin.witness.promql.refute.reason import never


@never(Binary)
def never_holds(node: Binary, view: Analysis) -> Reason | None:
    """By the bounds of both sides, or because one side is a part of the other."""
    if node.op not in COMPARISONS or node.returns_bool or type_of(node) == "scalar":
        return None
    left, right = view[node.left], view[node.right]
    if node.op in ("==", "!=") and left.histograms and right.histograms:
        return None
    if not possible(node.op, left.values, right.values):
        return _out_of_bounds(node, view)
    if left.lag is not None and right.lag is not None and not possible(node.op, left.lag, right.lag):
        return Reason(kind="never-holds", start=node.start, end=node.end, words=_of_time(node, view))
    if type_of(node.left) == type_of(node.right) and (sides := _part_and_whole(node, view)) is not None:
        part, whole = (view.words(side) for side in sides)
        words = f"{part} is never more than {whole}, of which it is a part"
        if sides[0] == sides[1]:
            words = f"{part} is compared with itself"
        return Reason(kind="never-holds", start=node.start, end=node.end, words=words)
    return None


def _of_time(node: Binary, view: Analysis) -> str:
    calls = (n for n in walk(node) if isinstance(n, Call) and n.name == "timestamp")
    return next((bounds(call, view) for call in calls), "both sides follow the time")


def _out_of_bounds(node: Binary, view: Analysis) -> Reason:
    side, other = node.left, node.right
    if type_of(side) == "scalar" or view[side].values == replace(NOTHING, nan=True):
        side, other = other, side
    number = view[other].values
    if number.empty:
        words, help = "NaN is equal to nothing, not even to NaN", f"write `{_nan_test(node, view, side)}`"
        if node.op != "==":
            words, help = "no number is above or below NaN", ""
        return Reason(kind="never-holds", start=node.start, end=node.end, words=words, help=help)
    return Reason(
        kind="never-holds",
        start=node.start,
        end=node.end,
        words=bounds(side, view),
        help=_help(node, side, other, view),
    )


def _nan_test(node: Binary, view: Analysis, side: Expr) -> str:
    text = view.text[side.start : side.end]
    return f"{text} != {text}"


def _help(node: Binary, side: Expr, other: Expr, view: Analysis) -> str:
    values, number = view[side].values, view[other].values.constant
    if isinstance(side, Aggregate):
        inner, limit = _text(side.expr, view), _text(other, view)
        if side.op == "sum" and values.constant == 0:
            return f"count({inner}) {node.op} {limit}"
        if side.op == "count" and number == 0 and node.op in ("==", "<="):
            return f"absent({inner})"
    percent = number is not None and 1 < number <= 100 and node.op in (">", ">=")
    if percent and number is not None and (values.low, values.high) == (0, 1):
        return f"write `{node.op} {show_number(number / 100)}` for {show_number(number)} %"
    return ""


def _text(node: Expr, view: Analysis) -> str:
    return view.text[node.start : node.end]


def _part_and_whole(node: Binary, view: Analysis) -> tuple[Expr, Expr] | None:
    """The side that is never more than the other, where more is asked for."""
    sides = node.left, node.right
    order = {">": sides, "<": (node.right, node.left)}.get(node.op)
    if order is None or not at_most(*order, node, view):
        return None
    return order
