"""A quantile's rank is between 0 and 1.

## Why

`histogram_quantile(95, ...)` is infinite, whatever was measured: the alert always fires, the panel is empty.

## Fix

Write `0.95`.

## References

Prometheus 3.15: a rank above 1 gives +Inf, one below 0 gives -Inf.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import Aggregate, Call, Expr, Number
from tocsin.query.promql.walk import bare, walk
from tocsin.spec.values import number_text

CODE = "promql/quantile-range"
EXAMPLES = (
    Example(
        title="a percentage, in the second line",
        finds=("95",),
        spec=alert(
            "histogram_quantile(\n  95, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1"
        ),
    ),
    Example(title="an aggregation, in a panel", finds=("99",), spec=panel("quantile(99, queue_length)")),
    Example(title="a rank", spec=panel("quantile_over_time(0.5, queue_length[5m])")),
    Example(
        title="a variable", spec=panel("quantile($rank, up)", dashboard="variables: {rank: {values: ['1']}}")
    ),
)
_RANKED = frozenset(("histogram_quantile", "quantile_over_time"))


@check(CODE, on=Promql)
def quantile_range(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every rank that is a number."""
    for node in walk(expression.tree):
        rank = _rank(node)
        if rank is None or 0 <= rank.value <= 1 or expression.has_variable(rank.start, rank.end):
            continue
        share = rank.value / 100
        yield view.within(
            CODE,
            expression,
            rank,
            f"the rank {number_text(rank.value)} is not between 0 and 1",
            help=f"write `{number_text(share)}`" if 0 < share <= 1 else "write a share, such as `0.95`",
        )


def _rank(node: Expr) -> Number | None:
    found: Expr | None = None
    if isinstance(node, Call) and node.name in _RANKED:
        found = node.args[0]
    elif isinstance(node, Aggregate) and node.op == "quantile":
        found = node.param
    found = bare(found) if found is not None else None
    return found if isinstance(found, Number) else None
