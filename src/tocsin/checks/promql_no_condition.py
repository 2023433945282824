"""An alert's expression has a condition.

## Why

An alert fires for every element of the result, whatever its value: `rate(errors[5m])` has a result while
there is a counter at all, and `x > bool 5` is 0 where it is not above.

## Fix

Compare with a number: `... > 5`. Leave out `bool`.

## Exceptions

`absent`, `unless`, `and`, and `ALERTS` say themselves when there is a result; a constant (`vector(1)`) is
meant to fire. Of a bare selector it is a warning: its series may be there only in trouble.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.contract_index import OF_ALERTS
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import (
    COMPARISONS,
    Aggregate,
    Binary,
    Call,
    Expr,
    Paren,
    Selector,
    Subquery,
    Unary,
)
from tocsin.query.promql.conditions import constant
from tocsin.query.promql.walk import bare, walk

CODE = "promql/no-condition"
EXAMPLES = (
    Example(
        title="only a value",
        finds=("sum(rate(http_requests_total[5m]))",),
        spec=alert("sum(rate(http_requests_total[5m]))"),
    ),
    Example(
        title="bool, in the second line",
        finds=("> bool",),
        spec=alert("sum(rate(http_requests_total[5m]))\n  > bool 5"),
    ),
    Example(
        title="one of two alternatives has none",
        finds=("changes(process_start_time_seconds[5m])",),
        spec=alert("up == 0 or changes(process_start_time_seconds[5m])"),
    ),
    Example(
        title="conditions",
        spec=alert("""
            up == 0 or absent(up) or (queue_length > bool 5) + 1 == 2
            or max(sum_over_time((up == 0)[5m:])) or up unless on (job) queue_length
            or ALERTS{alertname="Other"} or queue_length and on (job) up or vector(1)
        """),
    ),
)


@check(CODE, on=Promql)
def no_condition(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the expression of every raw alert, and at each of its alternatives."""
    if expression.role != "alert":
        return
    for part in _always(expression.tree):
        if constant(part) is not None:
            continue
        bools = [n for n in walk(part) if isinstance(n, Binary) and n.returns_bool]
        if bools:
            found = bools[0]
            end = expression.text.find("bool", found.op_end) + len("bool")
            yield view.within(
                CODE,
                expression,
                (found.op_start, end),
                "`bool` keeps every element, so this always fires",
                help=f"write `{found.op}` without `bool`",
            )
        else:
            yield view.within(
                CODE,
                expression,
                part,
                "this has no condition, so it fires as long as there is any data",
                severity="warning" if isinstance(bare(part), Selector) else "error",
                help="compare it with a number, such as `> 5`",
            )


def _always(expr: Expr) -> Iterator[Expr]:
    """The parts that have a result as long as there is data."""
    match expr:
        case Paren(expr=inner):
            yield from _always(inner)
        case Binary(op="or"):
            yield from _always(expr.left)
            yield from _always(expr.right)
        case _ if not _filters(expr):
            yield expr


def _filters(expr: Expr) -> bool:
    """Whether the result depends on a condition."""
    match expr:
        case Binary(op=op):
            if op in ("unless", "and") or (op in COMPARISONS and not expr.returns_bool):
                return True
            if op == "or":
                return _filters(expr.left) and _filters(expr.right)
            return _filters(expr.left) or _filters(expr.right)
        case Call(name="absent" | "absent_over_time"):
            return True
        case Call(args=args):
            return any(_filters(arg) for arg in args)
        case Aggregate(expr=inner) | Paren(expr=inner) | Unary(expr=inner) | Subquery(expr=inner):
            return _filters(inner)
        case Selector():
            return expr.metric in OF_ALERTS or expr.metric is None
        case _:
            return False
