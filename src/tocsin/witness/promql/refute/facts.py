"""What must hold at the label set of an element: put together, and learnt from comparisons."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tocsin.query.promql.ast import COMPARISONS, Binary, Call, Expr, Unary
from tocsin.query.promql.types import type_of
from tocsin.witness.interval import INF, NUMBERS, SWAPPED, Interval, arithmetic, negative, only, passing
from tocsin.witness.promql.refute.result import Facts

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

_ROUNDING = 1e-9
_SAME_VALUE = frozenset(("sort", "sort_desc", "sort_by_label", "sort_by_label_desc"))


def merged(left: Facts, right: Facts) -> Facts:
    """What both say."""
    if not left or not right:
        return left or right
    found = dict(left)
    for key, values in right.items():
        found[key] = values.meet(found[key]) if key in found else values
    return found


def either(left: Facts, right: Facts) -> Facts:
    """What holds whichever of them does."""
    return {key: values.join(right[key]) for key, values in left.items() if key in right}


def compared(facts: Facts, side: Expr, op: str, values: Interval, other: Expr, view: "Analysis") -> Facts:
    """`facts`, and what `side op other` says where it holds; `values` are those of `other`."""
    histograms = op == "==" and view[side].histograms and view[other].histograms
    if op == "!=" or not view[side].unique or histograms:
        return facts
    return merged(facts, dict(_learnt(side, op, values, other, view)))


def _learnt(
    side: Expr, op: str, values: Interval, other: Expr, view: "Analysis"
) -> Iterator[tuple[Expr, Interval]]:
    yield from _narrowed(side, passing(op, NUMBERS, values), view)
    if values.constant is None:
        first, second = view[side].key or side, view[other].key or other
        yield Binary("-", first, second), passing(op, NUMBERS, only(0))
        yield Binary("-", second, first), passing(SWAPPED[op], NUMBERS, only(0))


def _narrowed(node: Expr, values: Interval, view: "Analysis") -> Iterator[tuple[Expr, Interval]]:
    """The values of a node, and what they say of those that it is made of."""
    yield node, values
    yield view[node].key or node, values
    match node:
        case Unary(op=op, expr=inner):
            yield from _narrowed(inner, negative(values) if op == "-" else values, view)
        case Call(name=name, args=(inner, *_)) if name in _SAME_VALUE:
            yield from _narrowed(inner, values, view)
        case Binary(op=op) if op in COMPARISONS and not node.returns_bool:
            side = node.right if type_of(node.left) == "scalar" else node.left
            if type_of(node.left) != type_of(node.right):
                yield from _narrowed(side, values, view)
        case Binary(op="+" | "-" | "*" | "/"):
            yield from _of_operand(node, values, view)
        case _:
            return


def _of_operand(node: Binary, values: Interval, view: "Analysis") -> Iterator[tuple[Expr, Interval]]:
    """`x * 100 > 90` says `x > 0.9`: the other operation, a little wider for what rounding may do."""
    if type_of(node.right) == "scalar":
        inner, number = node.left, view[node.right].values.constant
    elif node.op in "+*":
        inner, number = node.right, view[node.left].values.constant
    else:
        return
    if number is None or type_of(inner) != "vector" or abs(number) in (0.0, INF) or not view[inner].unique:
        return
    opposite = {"+": "-", "-": "+", "*": "/", "/": "*"}[node.op]
    found = arithmetic(opposite, values, only(number))
    if not found.empty:
        yield from _narrowed(inner, _wider(found, abs(number) if node.op in "+-" else 0.0), view)


def _wider(one: Interval, scale: float) -> Interval:
    low = one.low - (abs(one.low) + scale) * _ROUNDING if one.low > -INF else one.low
    high = one.high + (abs(one.high) + scale) * _ROUNDING if one.high < INF else one.high
    return Interval(low, high)
