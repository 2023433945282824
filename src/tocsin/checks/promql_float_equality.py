"""Computed values are compared with `>` or `<`, not with `==`.

## Why

`a / b == 0.1` holds when the rounding happens to agree, which is next to never; `!= 0.1` holds nearly always.

## Fix

Write the side that is meant: `>= 0.1`.

## Exceptions

Whole numbers that a gauge really holds, and 0 and 1, which a share reaches exactly.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import Aggregate, Binary, Call, Expr, Number
from tocsin.query.promql.walk import bare

CODE = "promql/float-equality"
EXAMPLES = (
    Example(
        title="a share, in the second line",
        finds=("== 0.1",),
        spec=alert('sum(up{job="shop"}) / count(up{job="shop"})\n  == 0.1'),
    ),
    Example(title="a rate", finds=("!= 5",), spec=alert("sum(rate(http_requests_total[5m])) != 5")),
    Example(
        title="a state, zero, all",
        spec=alert("queue_length == 5 or sum(rate(http_requests_total[5m])) == 0 or avg(up) == 1"),
    ),
    Example(title="in a panel", spec=panel("queue_length > 0.5")),
)
_INEXACT = frozenset(
    ("rate", "irate", "increase", "deriv", "delta", "predict_linear", "histogram_quantile", "avg_over_time")
)
_INEXACT_AGGREGATIONS = frozenset(("avg", "stddev", "stdvar", "quantile"))


@check(CODE, on=Promql, severity="warning")
def float_equality(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every `==` and `!=` with a number."""
    from tocsin.query.promql.walk import walk

    for node in walk(expression.tree):
        if not isinstance(node, Binary) or node.op not in ("==", "!="):
            continue
        number = bare(node.right)
        if not isinstance(number, Number) or number.value in (0, 1):
            continue
        if expression.has_variable(number.start, number.end):
            continue
        if number.value % 1 or _inexact(node.left):
            meant = ">" if node.op == "!=" else ">="
            yield view.within(
                CODE,
                expression,
                (node.op_start, node.right.end),
                "a computed value is next to never equal to a number",
                help=f"write `{meant}` or `{'<' if node.op == '!=' else '<='}`",
            )


def _inexact(expr: Expr) -> bool:
    """Whether the value is calculated, not counted."""
    expr = bare(expr)
    match expr:
        case Call(name=name):
            return name in _INEXACT
        case Aggregate(op=op, expr=inner):
            return op in _INEXACT_AGGREGATIONS or (op in ("sum", "max", "min") and _inexact(inner))
        case Binary(op=op, left=left, right=right):
            return op == "/" or (op in "+-*" and (_inexact(left) or _inexact(right)))
        case _:
            return False
