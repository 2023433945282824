"""Products and differences in which an operand stands against itself: `100 / x * x`, `x - x`."""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.query.promql.ast import Binary, Expr, Unary
from tocsin.query.promql.types import type_of
from tocsin.witness.interval import Interval, arithmetic, only
from tocsin.witness.promql.refute.matched import same_series

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis


def cancelled(node: Binary, view: "Analysis") -> Interval | None:
    """The values when all that varies cancels out; None when it does not."""
    if node.op in ("-", "%") and view[node.left].key == view[node.right].key:
        return replace(only(0), nan=True) if type_of(node.left) == "vector" else None
    if node.op not in ("*", "/") or type_of(node) == "scalar":
        return None
    powers: Counter[Expr] = Counter()
    factor = _factors(node, 1, powers, view)
    if factor is None or not powers or any(powers.values()):
        return None
    return replace(arithmetic("*", factor, only(1)).blurred, nan=True)


def _factors(node: Expr, power: int, powers: Counter[Expr], view: "Analysis") -> Interval | None:
    """The constant factor of a product; its other factors are added to `powers`. None: it is no product."""
    match node:
        case Binary(op="*" | "/") if type_of(node) == "vector" and _elementwise(node, view):
            left = _factors(node.left, power, powers, view)
            right = _factors(node.right, power if node.op == "*" else -power, powers, view)
            return None if left is None or right is None else arithmetic("*", left, right)
        case Unary(op="-", expr=inner):
            found = _factors(inner, power, powers, view)
            return None if found is None else arithmetic("*", found, only(-1))
    if type_of(node) == "scalar":
        number = view[node].values.constant
        if number is None or number == 0:
            return None
        return only(number) if power > 0 else arithmetic("/", only(1), only(number))
    powers[view[node].key or node] += power
    return only(1)


def _elementwise(node: Binary, view: "Analysis") -> bool:
    vectors = type_of(node.left) == type_of(node.right) == "vector"
    return not vectors or same_series(node, view)
