"""The conditions of a PromQL alert, and the signal that is compared; see `tocsin.query.conditions`."""

from tocsin.query import conditions as shared
from tocsin.query.arithmetic import calculate
from tocsin.query.promql.ast import Binary, Call, Expr, Number, Unary
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import bare


def conditions(expr: Expr) -> tuple[shared.Condition[Expr], ...]:
    """All comparisons that decide whether `expr` gives anything, in the order of the text."""
    return tuple(shared.conditions(_SHAPE, expr))


def signal(expr: Expr) -> Expr:
    """What is compared: `rate(x[5m])` of `rate(x[5m]) > 5 and y > 1`; the whole when nothing is."""
    return shared.signal(_SHAPE, expr)


def constant(expr: Expr) -> float | None:
    """The value of an expression of numbers only; None when it needs data or the time."""
    match bare(expr):
        case Number(value=value):
            return value
        case Unary(op=op, expr=inner):
            value_below = constant(inner)
            return None if value_below is None else -value_below if op == "-" else value_below
        case Binary(op=op, left=left, right=right):
            first, second = constant(left), constant(right)
            return None if first is None or second is None else calculate(op, first, second)
        case Call(name=("vector" | "scalar"), args=(inner,)):
            return constant(inner)
        case _:
            return None


def _parts(expr: Expr) -> tuple[str, Expr, Expr, bool] | None:
    return (expr.op, expr.left, expr.right, expr.returns_bool) if isinstance(expr, Binary) else None


def _scalar(expr: Expr) -> bool:
    return type_of(expr) == "scalar" or constant(expr) is not None


_SHAPE: shared.Shape[Expr] = shared.Shape(bare, _parts, constant, _scalar)
