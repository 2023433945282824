"""The parts of an alert expression that decide whether it gives anything: comparisons, guards, exceptions."""

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.query.logql.ast import COMPARISONS, SET_OPERATORS, Aggregate, Binary, Expr, LabelReplace, Paren
from tocsin.query.logql.conditions import constant
from tocsin.query.logql.parse import is_literal


@dataclass(frozen=True, slots=True)
class Deciding:
    """One such part. `inside`: parts that stand within it, whose failing makes this one fail, too."""

    node: Expr
    inside: tuple[Expr, ...] = ()

    @property
    def place(self) -> tuple[int, int]:
        """Its characters in the expression."""
        return self.node.start, self.node.end


def deciding(expr: Expr) -> tuple[Deciding, ...]:
    """All deciding parts, the outer ones first."""
    return tuple(_deciding(expr))


def is_comparison(node: Expr) -> bool:
    """Whether it compares and gives only what holds."""
    return isinstance(node, Binary) and node.op in COMPARISONS and not node.returns_bool


def branches(expr: Expr) -> tuple[Expr, ...]:
    """The sides of the outermost `or`, each of which can fire alone; the expression itself without one."""
    match expr:
        case Paren(expr=inner):
            return branches(inner)
        case Binary(op="or", left=left, right=right):
            return (*branches(left), *branches(right))
        case _:
            return (expr,)


def _deciding(expr: Expr) -> Iterator[Deciding]:
    match expr:
        case Paren(expr=inner):
            yield from _deciding(inner)
        case Binary(op=op, left=left, right=right) if op in SET_OPERATORS:
            yield from _deciding(left)
            yield from _deciding(right)
        case Binary(op=op, returns_bool=False) if op in COMPARISONS and not is_literal(expr):
            below = (*_inner(expr.left), *_inner(expr.right))
            yield Deciding(expr, tuple(each.node for each in below))
            yield from below
        case _ if constant(expr) is None:
            yield Deciding(expr, tuple(each.node for each in _inner(expr)))
            yield from _inner(expr)
        case _:
            return


def _inner(expr: Expr) -> Iterator[Deciding]:
    """Comparisons below arithmetic and aggregations, such as in `count(... > 5)`."""
    match expr:
        case Paren(expr=inner) | Aggregate(expr=inner) | LabelReplace(expr=inner):
            yield from _inner(inner)
        case Binary(op=op, returns_bool=False) if op in COMPARISONS | SET_OPERATORS:
            yield from _deciding(expr)
        case Binary(left=left, right=right):
            yield from _inner(left)
            yield from _inner(right)
        case _:
            return
