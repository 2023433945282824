"""First rate, then sum.

## Why

`rate` sees that one counter was reset; in a sum of counters a restart of one instance is a fall of the whole,
which `rate` takes for a reset of all: a spike of everything that was ever counted.

## Fix

Write `sum(rate(counter[5m]))`, not `rate(sum(counter)[5m:])`.

## References

Prometheus 3.15: `rate` over a subquery is computed from the results of the expression inside.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import Aggregate, Call, Expr, Range, Subquery
from tocsin.query.promql.walk import bare, walk

CODE = "promql/rate-of-sum"
EXAMPLES = (
    Example(
        title="a sum inside, in the second line",
        finds=("sum",),
        spec=alert("max(\n  rate(sum by (status) (http_requests_total)[5m:])) > 1"),
    ),
    Example(title="in a panel", finds=("sum",), spec=panel("increase((sum(http_requests_total))[1h:1m])")),
    Example(title="the other way round", spec=alert("sum(rate(http_requests_total[5m])) > 1")),
    Example(
        title="the increase of a rate's sum is nobody's reset",
        spec=panel("max_over_time(sum(rate(http_requests_total[5m]))[1h:])"),
    ),
)
_COUNTERS_ONLY = frozenset({"rate", "irate", "increase"})


@check(CODE, on=Promql)
def rate_of_sum(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at subqueries below the functions for counters."""
    for call in walk(expression.tree):
        if not isinstance(call, Call) or call.name not in _COUNTERS_ONLY:
            continue
        over = bare(call.args[0])
        found = _aggregate(over.expr) if isinstance(over, Subquery) else None
        if found is not None:
            yield view.within(
                CODE,
                expression,
                (found.start, found.start + len(found.op)),
                f"`{call.name}` of a `{found.op}` takes the restart of one instance for a reset of all",
                help=f"write `{found.op}({call.name}(...[5m]))`",
            )


def _aggregate(expr: Expr) -> Aggregate | None:
    """An aggregation of plain series; of rates it would be a gauge."""
    for node in walk(expr):
        if isinstance(node, Aggregate) and not any(isinstance(below, Range) for below in walk(node)):
            return node
    return None
