"""Alerts use `rate`, not `irate`.

## Why

`irate` looks at the last two samples only: one quiet scrape resets `for`, one busy scrape is a peak. It is
made for graphs that are zoomed in.

## Fix

Write `rate` over the same range.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import Call
from tocsin.query.promql.walk import walk

CODE = "promql/irate-in-alert"
EXAMPLES = (
    Example(
        title="in the second line",
        finds=("irate",),
        spec=alert("sum(\n  irate(http_requests_total[5m])\n) > 1"),
    ),
    Example(title="rate", spec=alert("sum(rate(http_requests_total[5m])) > 1")),
    Example(title="in a panel", spec=panel("sum(irate(http_requests_total[5m]))")),
)


@check(CODE, on=Promql, severity="warning")
def irate_in_alert(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every call in an alert."""
    if expression.role == "panel":
        return
    for call in walk(expression.tree):
        if isinstance(call, Call) and call.name == "irate":
            yield view.within(
                CODE,
                expression,
                (call.start, call.start + len(call.name)),
                "`irate` sees the last two samples only, so one quiet scrape ends the alert",
                help="write `rate`",
            )
