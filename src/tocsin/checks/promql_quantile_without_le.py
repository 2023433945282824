"""A quantile is made of buckets that still have their `le`.

## Why

`histogram_quantile` reads the buckets' edges from `le`; without them it gives nothing at all.

## Fix

Keep `le`: `histogram_quantile(0.95, sum by (le) (rate(metric_bucket[5m])))`.

## Exceptions

Native histograms have no `le`: nothing is said where no `_bucket` is read.

## References

Prometheus 3.15: elements without `le` are ignored.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import Aggregate, Call
from tocsin.query.promql.walk import selectors, walk

CODE = "promql/quantile-without-le"
EXAMPLES = (
    Example(
        title="grouped by something else, in the second line",
        finds=("by (endpoint)",),
        spec=alert(
            "histogram_quantile(0.95,\n"
            "  sum by (endpoint) (rate(http_request_duration_seconds_bucket[5m]))) > 1"
        ),
    ),
    Example(
        title="not grouped, in a panel",
        finds=("sum",),
        spec=panel("histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket[5m])))"),
    ),
    Example(
        title="le is kept",
        spec=alert(
            "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1"
            " or histogram_quantile(0.5, sum without (endpoint) "
            "(rate(http_request_duration_seconds_bucket[5m]))) > 1"
            " or histogram_quantile(0.5, rate(http_request_duration_seconds_bucket[5m])) > 1"
        ),
    ),
    Example(
        title="a native histogram", spec=panel("histogram_quantile(0.95, sum(rate(native_seconds[5m])))")
    ),
)
_KEEP = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))


@check(CODE, on=Promql)
def quantile_without_le(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the aggregations below each quantile."""
    for call in walk(expression.tree):
        if not isinstance(call, Call) or call.name != "histogram_quantile":
            continue
        for node in walk(call.args[1]):
            if not isinstance(node, Aggregate) or node.op in _KEEP or _keeps(node):
                continue
            if any((s.metric or "").endswith("_bucket") for s in selectors(node)):
                yield _finding(node, expression, view)
                break


def _keeps(node: Aggregate) -> bool:
    return node.grouping is not None and ("le" in node.grouping.names) != node.grouping.without


def _finding(node: Aggregate, expression: Expression, view: View) -> Diagnostic:
    grouping = node.grouping
    if grouping is None:
        part, cure = (node.start, node.start + len(node.op)), f"write `{node.op} by (le) (...)`"
    elif grouping.without:
        part, cure = (grouping.start, grouping.end), "leave `le` out of `without`"
    else:
        part = (grouping.start, grouping.end)
        cure = f"write `by ({', '.join(('le', *grouping.names))})`"
    return view.within(
        CODE, expression, part, f"this `{node.op}` drops `le`, which the quantile is made of", help=cure
    )
