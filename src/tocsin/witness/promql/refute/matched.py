"""Which elements of two sides an operator brings together: of the same series, or without labels."""

from typing import TYPE_CHECKING

from tocsin.query.label_flow import Labels
from tocsin.query.promql.ast import SET_OPERATORS, Binary, Call, Expr, Unary
from tocsin.query.promql.types import type_of

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis


def same_series(node: Binary, view: "Analysis") -> bool:
    """Whether each element meets only the one with the very same labels, the name aside."""
    left, right = view[node.left], view[node.right]
    if not (left.unique and right.unique):
        return False
    matching = node.matching
    if matching is None:
        return True
    sides = left.labels, right.labels
    if matching.on:
        return all(side.closed and _named(side) <= set(matching.names) for side in sides)
    return all(side.has(name) is False for side in sides for name in matching.names)


def label_less(node: Binary, view: "Analysis") -> bool:
    """Whether neither side has labels, so that they meet whenever both are there."""
    sides = view[node.left].labels, view[node.right].labels
    return all(side.closed and not _named(side) for side in sides)


def may_fail(node: Expr, view: "Analysis") -> bool:
    """Whether Prometheus may refuse to evaluate it, for two elements with the same labels."""
    match node:
        case Binary():
            vectors = type_of(node.left) == type_of(node.right) == "vector"
            if node.op in SET_OPERATORS or not vectors:
                return not view[node].unique
            return not (label_less(node, view) or same_series(node, view))
        case Call(name="label_replace" | "label_join" | "info"):
            return True
        case Call(args=args):
            return any(not view[arg].unique for arg in args)
        case Unary(expr=inner):
            return not view[inner].unique
        case _:
            return False


def _named(labels: Labels) -> frozenset[str]:
    return frozenset(name for name in labels.possible - {"__name__"} if labels.has(name) is not False)
