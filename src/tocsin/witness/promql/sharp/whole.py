"""Which PromQL expressions can have whole numbers only. Sound; what is not known is not whole."""

from tocsin.query.promql.ast import (
    COMPARISONS,
    Aggregate,
    Binary,
    Call,
    Expr,
    Number,
    Range,
    Selector,
    Subquery,
    Unary,
)
from tocsin.query.promql.walk import bare

_COUNTING_CALLS = frozenset(
    ("count_over_time", "changes", "resets", "present_over_time", "absent", "ceil", "floor")
)
_KEEPING_CALLS = frozenset(
    (
        "sum_over_time",
        "min_over_time",
        "max_over_time",
        "last_over_time",
        "first_over_time",
        "abs",
        "sgn",
        "label_replace",
        "label_join",
        "scalar",
        "vector",
        "sort",
        "sort_desc",
    )
)
_COUNTING_AGGREGATIONS = frozenset(("count", "group"))
_KEEPING_AGGREGATIONS = frozenset(("sum", "min", "max", "topk", "bottomk", "limitk"))
_KEEPING_OPERATORS = frozenset(("+", "-", "*", "and", "or", "unless"))
STATES = frozenset(("up", "probe_success", "ALERTS", "ALERTS_FOR_STATE"))
"""Metrics of Prometheus itself and of its probes that are 0 or 1, or whole seconds."""


def whole(expr: Expr) -> bool:
    """Whether every value of the expression is a whole number, whatever the data are."""
    match bare(expr):
        case Number(value=value):
            return value.is_integer()
        case Selector() as selector:
            return selector.metric in STATES
        case Range(selector=inner) | Subquery(expr=inner) | Unary(expr=inner):
            return whole(inner)
        case Aggregate(op=op, expr=inner):
            return op in _COUNTING_AGGREGATIONS or (op in _KEEPING_AGGREGATIONS and whole(inner))
        case Call(name=name, args=args):
            return name in _COUNTING_CALLS or (name in _KEEPING_CALLS and bool(args) and whole(args[0]))
        case Binary() as binary:
            return _of_binary(binary)
        case _:
            return False


def counted(expr: Expr) -> bool:
    """Whether values are whole, or stand for a number of events, as those of `increase` do."""
    match bare(expr):
        case Call(name=("increase" | "delta" | "idelta")):
            return True
        case Aggregate(op=("sum" | "min" | "max" | "avg"), expr=inner):
            return counted(inner)
        case _:
            return whole(expr)


def _of_binary(expr: Binary) -> bool:
    if expr.op in COMPARISONS:
        return expr.returns_bool or whole(expr.left)
    return expr.op in _KEEPING_OPERATORS and whole(expr.left) and whole(expr.right)
