"""The conditions of a LogQL alert, and the signal that is compared; see `tocsin.query.conditions`."""

from tocsin.query import conditions as shared
from tocsin.query.arithmetic import calculate
from tocsin.query.logql.ast import Binary, Expr, Number, Vector
from tocsin.query.logql.walk import bare


def conditions(expr: Expr) -> tuple[shared.Condition[Expr], ...]:
    """All comparisons that decide whether `expr` gives anything, in the order of the text."""
    return tuple(shared.conditions(_SHAPE, expr))


def signal(expr: Expr) -> Expr:
    """What is compared; the whole when nothing is."""
    return shared.signal(_SHAPE, expr)


def constant(expr: Expr) -> float | None:
    """The value of an expression of numbers only; None when it needs lines."""
    match bare(expr):
        case Number(value=value):
            return value
        case Vector(value=number):
            return number.value
        case Binary(op=op, left=left, right=right):
            first, second = constant(left), constant(right)
            return None if first is None or second is None else calculate(op, first, second)
        case _:
            return None


def _parts(expr: Expr) -> tuple[str, Expr, Expr, bool] | None:
    return (expr.op, expr.left, expr.right, expr.returns_bool) if isinstance(expr, Binary) else None


def _scalar(expr: Expr) -> bool:
    return constant(expr) is not None


_SHAPE: shared.Shape[Expr] = shared.Shape(bare, _parts, constant, _scalar)
