"""The conditions of an alert expression: which comparison, of which signal, with which threshold.

Shared by both languages, whose trees are read through a small `Shape`. Only what decides the alert is
looked at: parentheses, `and`, `or`, `unless` from the top down to the comparisons; no aggregation's inside.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

E = TypeVar("E")
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
Role = Literal["main", "guard", "exception"]


@dataclass(frozen=True, slots=True)
class Condition(Generic[E]):
    """`signal op threshold`, turned so that the signal stands left.

    `role`: `main` decides the value and the labels of the alert; a `guard` stands right of `and`; an
    `exception` stands right of `unless` and must not hold.
    """

    comparison: E
    signal: E
    op: str
    threshold: E
    value: float | None
    """The threshold's value, when it is a number, calculated if need be."""
    role: Role


@dataclass(frozen=True, slots=True)
class Shape(Generic[E]):
    """How to look at a tree."""

    bare: Callable[[E], E]
    parts: Callable[[E], tuple[str, E, E, bool] | None]
    """Operator, left, right, and whether it gives 0 and 1; None for what is no binary operator."""
    constant: Callable[[E], float | None]
    scalar: Callable[[E], bool]


def conditions(shape: Shape[E], expr: E, role: Role = "main") -> Iterator[Condition[E]]:
    """All comparisons that decide whether `expr` gives anything, in the order of the text."""
    expr = shape.bare(expr)
    parts = shape.parts(expr)
    if parts is None:
        return
    op, left, right, returns_bool = parts
    if op in ("and", "or", "unless"):
        yield from conditions(shape, left, role)
        below: Role = role if op == "or" else "guard" if op == "and" else "exception"
        yield from conditions(shape, right, _combined(role, below))
    elif op in _FLIPPED and not returns_bool:
        flip = shape.scalar(left) and not shape.scalar(right)
        signal, threshold = (right, left) if flip else (left, right)
        yield Condition(
            expr, signal, _FLIPPED[op] if flip else op, threshold, shape.constant(threshold), role
        )


def signal(shape: Shape[E], expr: E) -> E:
    """What is compared: the signal of the first main condition, or else what decides the value."""
    expr = shape.bare(expr)
    parts = shape.parts(expr)
    if parts is None:
        return expr
    op, left, right, returns_bool = parts
    if op in ("and", "unless", "or"):
        return signal(shape, left)
    if op in _FLIPPED and not returns_bool:
        inner = right if shape.scalar(left) and not shape.scalar(right) else left
        return signal(shape, inner)
    return expr


def _combined(outer: Role, inner: Role) -> Role:
    """An exception within an exception is a guard again; else the weaker role counts."""
    if "exception" in (outer, inner):
        return "guard" if outer == inner else "exception"
    return "guard" if "guard" in (outer, inner) else "main"
