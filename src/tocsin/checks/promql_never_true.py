"""Every comparison can hold.

## Why

A share is never above 1, a count never below 0, the sum of series that are all 0 is 0, and no quantile is
above the last bucket's edge. Such an alert is silent whatever happens.

## Fix

Write the number in the unit of the left side: a share of 5 % is `0.05`. To count, write `count(up == 0) > 0`.

## Exceptions

What is not declared has no bounds, and gauges have none unless their unit is `bool`.

## References

Prometheus 3.15: `histogram_quantile` answers with the edge of the last finite bucket at most.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.checks.promql_example import alert, panel
from tocsin.checks.refutation import analysed
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import Binary
from tocsin.query.promql.walk import walk
from tocsin.witness.outcome import Reason
from tocsin.witness.promql.refute.analysis import Analysis

CODE = "promql/never-true"
EXAMPLES = (
    Example(
        title="a share in percent, in the third line",
        finds=("> 5",),
        spec=alert(
            'sum(rate(http_requests_total{status=~"5.."}[5m]))\n  / sum(rate(http_requests_total[5m]))\n  > 5'
        ),
    ),
    Example(title="a sum of zeroes", finds=("> 0",), spec=alert("sum(up == 0) > 0")),
    Example(
        title="a quantile behind the last bucket",
        finds=("> 10",),
        spec=alert(
            "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 10"
        ),
    ),
    Example(title="a count below zero", finds=("< 1",), spec=alert("count(up == 0) < 1")),
    Example(title="a state that there is not, in a panel", finds=("== 2",), spec=panel("up == 2")),
    Example(
        title="a template's limit for a state",
        finds=("Offline",),
        spec="""
services:
  shop:
    metrics: {shop_online: {type: gauge, unit: bool, help: 1 while it is online}}
    alerts: {Offline: {severity: warning, template: threshold, of: shop_online, below: 0}}
""",
    ),
    Example(
        title="what can hold",
        spec=alert("""
            100 * sum(rate(http_requests_total{status="500"}[5m])) / sum(rate(http_requests_total[5m])) > 5
            or sum(rate(http_requests_total[5m])) / sum(queue_length) > 5
            or count(up == 0) > 0 or queue_length < 0 or sum(up) < 1 or avg(up) < 0.5
            or 1 - sum(rate(http_requests_total{status="500"}[5m])) / sum(rate(http_requests_total[5m])) < 0.9
            or histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1
            or absent(up) == 1
        """),
    ),
)


@check(CODE, on=Expression)
def never_true(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every comparison; of those inside each other only the innermost is told."""
    if expression.language != "promql" or not _in_question(expression):
        return
    found = analysed(expression, view)
    if found is None:
        return
    for node in walk(found.tree):
        if not isinstance(node, Binary) or expression.has_variable(node.op_start, node.right.end):
            continue
        reason = never(node, found)
        if reason is not None:
            yield view.within(
                CODE,
                expression,
                (node.op_start, node.right.end),
                "this comparison never holds",
                label=reason.words,
                help=_help(reason),
            )


def _in_question(expression: Expression) -> bool:
    """What somebody wrote; of templates, which know shares and buckets, only limits of a state."""
    if expression.node is not None:
        return True
    if expression.variant is None or expression.role != "alert":
        return False
    condition = expression.variant.condition
    return condition.unit == "bool" and condition.threshold is not None


def never(node: Binary, view: Analysis) -> Reason | None:
    """Why the comparison fails for all values; None where it may hold, or another part is to blame."""
    reason = view[node].reason
    own = reason is not None and (reason.start, reason.end) == (node.start, node.end)
    return reason if own and reason is not None and reason.kind == "never-holds" else None


def _help(reason: Reason) -> str:
    if not reason.help:
        return "compare with a value that can occur"
    return reason.help if reason.help.startswith("write ") else f"write `{reason.help}`"
