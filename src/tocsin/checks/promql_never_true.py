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
from tocsin.checks.promql_bounds import SHARE, Bounds, bounds
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import COMPARISONS, Aggregate, Binary, Number
from tocsin.query.promql.walk import bare, walk
from tocsin.spec.values import number_text

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
    if expression.language != "promql" or not _in_question(expression) or expression.tree is None:
        return
    found: list[Binary] = []
    for node in walk(expression.tree):
        if not isinstance(node, Binary) or node.op not in COMPARISONS or node.returns_bool:
            continue
        if expression.has_variable(node.op_start, node.right.end):
            continue
        left, right = bounds(node.left, view.index), bounds(node.right, view.index)
        if never(node.op, left, right):
            found = [one for one in found if not (one.start <= node.start and node.end <= one.end)] + [node]
    for node in found:
        yield _finding(node, expression, view)


def _in_question(expression: Expression) -> bool:
    """What somebody wrote; of templates, which know shares and buckets, only limits of a state."""
    if expression.node is not None:
        return True
    if expression.variant is None or expression.role != "alert":
        return False
    condition = expression.variant.condition
    return condition.unit == "bool" and condition.threshold is not None


def never(op: str, left: Bounds, right: Bounds) -> bool:
    """Whether the comparison fails for all values within the bounds."""
    if left.low > left.high or right.low > right.high:
        return False  # empty, because of something below that is told itself
    match op:
        case ">":
            return left.high <= right.low
        case ">=":
            return left.high < right.low
        case "<":
            return left.low >= right.high
        case "<=":
            return left.low > right.high
        case "==":
            return left.high < right.low or left.low > right.high
        case _:
            return left == right and left.low == left.high


def _finding(node: Binary, expression: Expression, view: View) -> Diagnostic:
    left = bounds(node.left, view.index)
    below, limit = bare(node.left), bare(node.right)
    value = limit.value if isinstance(limit, Number) else None
    summed = isinstance(below, Aggregate) and below.op == "sum" and left == (0, 0)
    help = "compare with a value that can occur"
    if summed:
        help = f"write `count` instead of `sum`: `count(...) {node.op} ...`"
    elif left == SHARE and value is not None and 1 <= value <= 100:
        help = f"write `{node.op} {number_text(value / 100)}` for {number_text(value)} %"
    return view.within(
        CODE,
        expression,
        (node.op_start, node.right.end),
        "this comparison never holds",
        label=f"the left side is {_words(left)}",
        help=help,
    )


def _words(found: Bounds) -> str:
    if found.low == found.high:
        return f"always {number_text(found.low)}"
    low, high = (number_text(value) if abs(value) < float("inf") else "" for value in found)
    return " and ".join(filter(None, (f"at least {low}" if low else "", f"at most {high}" if high else "")))
