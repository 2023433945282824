"""The parts of an expression that decide whether it gives anything: comparisons, guards, branches."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tocsin.query.promql.ast import COMPARISONS, Binary, Call, Expr
from tocsin.query.promql.walk import rewrite, walk, walk_with_parents

Part = Literal["comparison", "guard", "exception", "left branch", "right branch"]
_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Deciding:
    """One such part. `node` is the operator; what is pinned is characters [start, end)."""

    part: Part
    node: Binary
    start: int
    end: int
    positive: bool = True
    """Whether the alert needs it to hold: not so below the right side of `unless` and below `absent`."""


def deciding(expr: Expr) -> tuple[Deciding, ...]:
    """All of them, in the order of the text."""
    return tuple(_deciding(expr))


def _deciding(expr: Expr) -> Iterator[Deciding]:
    for node, above in walk_with_parents(expr):
        if not isinstance(node, Binary):
            continue
        positive = _positive(node, above)
        if node.op in COMPARISONS and not node.returns_bool:
            yield Deciding("comparison", node, node.start, node.end, positive)
        elif node.op == "and" and not compares(node.right):
            yield Deciding("guard", node, node.right.start, node.right.end, positive)
        elif node.op == "unless" and not compares(node.right):
            yield Deciding("exception", node, node.right.start, node.right.end, positive)
        elif node.op == "or":
            yield Deciding("left branch", node, node.left.start, node.left.end, positive)
            yield Deciding("right branch", node, node.right.start, node.right.end, positive)


def compares(expr: Expr) -> bool:
    """Whether there is a comparison in it that takes elements away."""
    return any(isinstance(n, Binary) and n.op in COMPARISONS and not n.returns_bool for n in walk(expr))


def _positive(node: Expr, above: tuple[Expr, ...]) -> bool:
    positive = True
    below: Expr = node
    for parent in reversed(above):
        excepted = isinstance(parent, Binary) and parent.op == "unless" and parent.right is below
        missing = isinstance(parent, Call) and parent.name in ("absent", "absent_over_time")
        positive = positive != (excepted or missing)
        below = parent
    return positive


def opposed(expr: Expr, part: Deciding) -> Expr:
    """The expression with this part turned round: it gives something where the part alone is not as needed.

    For branches of `or`: what fires through this branch and not through the other one.
    """
    wanted = part.node

    def change(node: Expr) -> Expr:
        if not isinstance(node, Binary) or not _same_place(node, wanted):
            return node
        match part.part:
            case "comparison":
                return replace(node, op=_OPPOSITE[node.op])
            case "guard":
                return replace(node, op="unless")
            case "exception":
                return replace(node, op="and")
            case "left branch":
                return replace(node, op="unless")
            case _:
                return replace(node, op="unless", left=node.right, right=node.left)

    return rewrite(expr, change)


def _same_place(one: Binary, other: Binary) -> bool:
    return one.op_start == other.op_start and one.start == other.start and one.op == other.op
