"""Which LogQL expressions can have whole numbers only. Sound; what is not known is not whole."""

from tocsin.query.logql.ast import (
    COMPARISONS,
    Aggregate,
    Binary,
    Expr,
    LabelReplace,
    Number,
    RangeAggregate,
    Vector,
)
from tocsin.query.logql.walk import bare

_COUNTING = frozenset(("count_over_time", "bytes_over_time", "absent_over_time"))
_KEEPING_AGGREGATIONS = frozenset(("sum", "min", "max", "topk", "bottomk", "sort", "sort_desc"))
_KEEPING_OPERATORS = frozenset(("+", "-", "*", "and", "or", "unless"))


def whole(expr: Expr) -> bool:
    """Whether every value of the expression is a whole number, whatever the lines are."""
    match bare(expr):
        case Number(value=value):
            return value.is_integer()
        case Vector(value=inner) | LabelReplace(expr=inner):
            return whole(inner)
        case RangeAggregate(op=op):
            return op in _COUNTING
        case Aggregate(op=op, expr=inner):
            return op == "count" or (op in _KEEPING_AGGREGATIONS and whole(inner))
        case Binary(op=op) as binary if op in COMPARISONS:
            return binary.returns_bool or whole(binary.left)
        case Binary(op=op, left=left, right=right):
            return op in _KEEPING_OPERATORS and whole(left) and whole(right)
        case _:
            return False
