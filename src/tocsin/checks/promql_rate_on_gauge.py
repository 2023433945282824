"""`rate`, `irate` and `increase` are only for counters.

## Why

They take every fall for a counter reset, so over a gauge they invent events.

## Fix

Use `delta()` or `deriv()` for the change of a gauge, or declare the metric as a counter if it is one.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.query.promql.ast import Call, Selector
from tocsin.query.promql.walk import walk

CODE = "promql/rate-on-gauge"
EXAMPLES = (
    Example(
        title="a gauge",
        finds=("rate(queue_length[5m])",),
        spec="""
services:
  shop:
    alerts:
      Jobs: {severity: warning, expr: 'rate(queue_length[5m]) > 1', for: 5m}
""",
    ),
    Example(
        title="a counter",
        spec="""
services:
  shop:
    alerts:
      Requests: {severity: warning, expr: 'rate(http_requests_total[5m]) > 1', for: 5m}
""",
    ),
)
_COUNTERS_ONLY = frozenset({"rate", "irate", "increase"})


@check(CODE, on=Expression)
def rate_on_gauge(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every call of a function that is only for counters."""
    if expression.language != "promql" or expression.tree is None:
        return
    for call in walk(expression.tree):
        if not isinstance(call, Call) or call.name not in _COUNTERS_ONLY:
            continue
        for selector in (node for node in walk(call) if isinstance(node, Selector)):
            metric = view.metric(selector.name)
            if metric is not None and metric.type == "gauge":
                where, others = expression.place(call.start, call.end)
                declared = Label(metric.origin.key_place().span, "declared here as a gauge")
                yield view.finding(
                    CODE,
                    where,
                    f"`{call.name}()` over the gauge `{metric.name}`",
                    others=(*others, declared),
                    help="use `delta()`, or `deriv()` for a trend",
                )
