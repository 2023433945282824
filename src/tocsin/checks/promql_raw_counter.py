"""A counter is read through `rate` or `increase`.

## Why

A counter's value says how many events there were since the process started: it grows with age and falls to
zero at every restart. An alert on it fires late and stops by itself; a panel of it is a saw.

## Fix

Write `rate(counter[5m])` or `increase(counter[5m])`.

## Exceptions

`absent`, `count`, `group`, `timestamp`, `resets` and the like ask something else. A counter that is compared
with its own past (`offset`), and one behind `and` or `unless`, which asks whether it is there, are fine.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.telemetry import Metric
from tocsin.query.promql.ast import COMPARISONS, Aggregate, Binary, Call, Expr, Selector, Subquery
from tocsin.query.promql.walk import selectors, walk, walk_with_parents

CODE = "promql/raw-counter"
EXAMPLES = (
    Example(
        title="compared with a number, in the second line",
        finds=("http_requests_total",),
        spec=alert('sum(\n  http_requests_total{status="500"}\n) > 100'),
    ),
    Example(
        title="a share over the whole life of the process",
        finds=("http_requests_total", "http_requests_total"),
        spec=alert('sum(http_requests_total{status="500"}) / sum(http_requests_total) > 0.05'),
    ),
    Example(
        title="a histogram's count in a panel",
        finds=("http_request_duration_seconds_count",),
        spec=panel("sum(http_request_duration_seconds_count)"),
    ),
    Example(
        title="a function for gauges",
        finds=("http_requests_total",),
        spec=alert("delta(http_requests_total[5m]) > 100"),
    ),
    Example(
        title="rates, existence, its own past",
        spec=alert("""
            sum(rate(http_requests_total[5m])) > 100
            or absent(http_requests_total)
            or count(http_requests_total) > 50
            or time() - timestamp(http_requests_total) > 60
            or http_requests_total == http_requests_total offset 5m
            or up == 1 unless on (instance) http_requests_total
        """),
    ),
)
_FINE = frozenset(
    (
        "rate",
        "irate",
        "increase",
        "absent",
        "absent_over_time",
        "present_over_time",
        "count_over_time",
        "resets",
        "changes",
        "timestamp",
        "count",
        "group",
        "count_values",
        "start_timestamp",
    )
)


@check(CODE, on=Promql, severity="warning")
def raw_counter(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every counter that stands outside of the functions for counters."""
    moved = {s.metric for s in selectors(expression.tree) if s.offset is not None}
    compared = expression.role == "panel" or any(_compares(node) for node in walk(expression.tree))
    for node, above in walk_with_parents(expression.tree):
        if not isinstance(node, Selector) or not compared or node.metric in moved or _fine(node, above):
            continue
        metrics = view.index.of(node)
        counters = [m for m in metrics if _counts(m, node)]
        if metrics and len(counters) == len(metrics):
            metric = metrics[0]
            yield view.within(
                CODE,
                expression,
                (node.start, node.start + len(node.name)) if node.name else node,
                f"`{node.metric}` counts since the process started",
                others=(Label(metric.origin.key_place().span, f"declared here as a {metric.type}"),),
                help=f"write `increase({node.metric}[5m])` or `rate({node.metric}[5m])`",
            )


def _counts(metric: Metric, selector: Selector) -> bool:
    """A counter, or what a histogram or summary counts; a summary's quantiles are values."""
    return metric.type == "counter" or (metric.type != "gauge" and selector.metric != metric.name)


def _compares(node: Expr) -> bool:
    return isinstance(node, Binary) and node.op in COMPARISONS


def _fine(node: Selector, above: tuple[Expr, ...]) -> bool:
    """Whether something above asks for the counter's increase, or only whether it is there."""
    below: Expr = node
    for parent in reversed(above):
        if isinstance(parent, Call) and parent.name in _FINE:
            return True
        if isinstance(parent, Aggregate) and parent.op in _FINE:
            return True
        if isinstance(parent, Subquery) and parent.offset is not None:
            return True
        if isinstance(parent, Binary):
            if parent.op in ("and", "unless") and parent.right is below:
                return True
            if _compares(parent):
                return False
        below = parent
    return False
