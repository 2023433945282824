"""A quantile is made of what the buckets counted lately.

## Why

Buckets are counters: without `rate` or `increase` the quantile is that of the whole life of the process. It
hardly moves when everything becomes slow, and jumps at a restart.

## Fix

Write `histogram_quantile(0.95, sum by (le) (rate(metric_bucket[5m])))`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import Call, Expr, Selector
from tocsin.query.promql.walk import walk_with_parents

CODE = "promql/quantile-without-rate"
EXAMPLES = (
    Example(
        title="the buckets themselves, in the second line",
        finds=("http_request_duration_seconds_bucket",),
        spec=alert("histogram_quantile(0.95,\n  sum by (le) (http_request_duration_seconds_bucket)) > 1"),
    ),
    Example(
        title="in a panel",
        finds=("http_request_duration_seconds_bucket",),
        spec=panel("histogram_quantile(0.95, http_request_duration_seconds_bucket)"),
    ),
    Example(
        title="rated",
        spec=alert(
            "histogram_quantile(0.95, sum by (le) (increase(http_request_duration_seconds_bucket[5m]))) > 1"
        ),
    ),
    Example(
        title="of a subquery",
        spec=panel(
            "histogram_quantile(0.95, sum by (le) "
            "(sum_over_time(rate(http_request_duration_seconds_bucket[5m])[1h:5m])))"
        ),
    ),
)
_COUNTERS_ONLY = frozenset({"rate", "irate", "increase"})


@check(CODE, on=Promql, severity="warning")
def quantile_without_rate(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every bucket below a quantile."""
    for node, above in walk_with_parents(expression.tree):
        if not isinstance(node, Selector) or not (node.name or "").endswith("_bucket"):
            continue
        calls = [parent.name for parent in above if isinstance(parent, Call)]
        if "histogram_quantile" in calls and not _COUNTERS_ONLY & set(calls) and not _moved(node, above):
            yield view.within(
                CODE,
                expression,
                (node.start, node.start + len(node.name)),
                "this quantile is over the whole life of the process",
                help=f"write `rate({node.name}[5m])`",
            )


def _moved(node: Selector, above: tuple[Expr, ...]) -> bool:
    """The difference to its own past is an increase, made by hand."""
    return node.offset is not None or any(getattr(parent, "op", "") == "-" for parent in above)
