"""`rate`, `irate` and `increase` are only for counters.

## Why

They take every fall for a counter reset, so over a gauge they invent events.

## Fix

Use `delta()` or `deriv()` for the change of a gauge, or declare the metric as a counter if it is one.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.query.promql.ast import Call, Range
from tocsin.query.promql.walk import bare, walk

CODE = "promql/rate-on-gauge"
EXAMPLES = (
    Example(
        title="a gauge, in the second line",
        finds=("rate(queue_length[5m])",),
        spec=alert("sum by (queue) (\n  rate(queue_length[5m])\n) > 1"),
    ),
    Example(title="in a panel", finds=("increase(up[1h])",), spec=panel("increase(up[1h])")),
    Example(title="a counter", spec=alert("rate(http_requests_total[5m]) > 1")),
    Example(title="the change of a gauge", spec=alert("delta(queue_length[5m]) > 1")),
)
_COUNTERS_ONLY = frozenset({"rate", "irate", "increase"})


@check(CODE, on=Promql)
def rate_on_gauge(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every call of a function that is only for counters."""
    for call in walk(expression.tree):
        if not isinstance(call, Call) or call.name not in _COUNTERS_ONLY:
            continue
        over = bare(call.args[0])
        if not isinstance(over, Range):
            continue
        metrics = view.index.of(over.selector)
        if over.selector.metric != "up" and not (metrics and all(m.type == "gauge" for m in metrics)):
            continue
        yield view.within(
            CODE,
            expression,
            call,
            f"`{call.name}()` over the gauge `{over.selector.metric}`",
            others=[Label(m.origin.key_place().span, "declared here as a gauge") for m in metrics[:1]],
            help="use `delta()`, or `deriv()` for a trend",
        )
