"""An alert says its unit, and an alert or panel with a raw expression says the right one.

## Why

A notification that says "the measured value is 0.0731" makes the reader guess: seconds, a share, a rate?
One that says "73 ms" for 73 seconds is worse.

## Fix

Add or correct `unit`: `seconds`, `bytes`, `bytes_per_second`, `percentunit` (a share, 0 to 1).

## Exceptions

Only units that follow from the declared metrics: durations, sizes, rates of sizes, and shares. What is
multiplied or divided by a number may be in any unit. That a panel says a unit at all is
`dashboard/no-unit`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.checks.promql_units import KINDS, OF_OTHERS, unit
from tocsin.diag.diagnostic import Diagnostic

CODE = "promql/unit"
P95 = "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))"
SHARE = 'sum(rate(http_requests_total{status="500"}[5m]))\n  / sum(rate(http_requests_total[5m]))'
EXAMPLES = (
    Example(title="an alert without its unit", finds=(f"{P95} > 1",), spec=alert(f"{P95} > 1")),
    Example(title="another unit", finds=("bytes",), spec=alert(f"{P95} > 1", "unit: bytes")),
    Example(
        title="a share as a percentage, in a panel",
        finds=("percent",),
        spec=panel(SHARE, "unit: percent"),
    ),
    Example(
        title="the right units",
        spec=alert(f"{P95} > 1", "unit: seconds")
        + panel(SHARE, "unit: percentunit").removeprefix("services:\n  shop:\n"),
    ),
    Example(title="calculated", spec=alert(f"1000 * {P95} > 900", "unit: count")),
    Example(title="a number", spec=alert("sum(rate(http_requests_total[5m])) > 1")),
)


@check(CODE, on=Promql, severity="warning")
def right_unit(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Hold what is said against what follows from the metrics."""
    about = expression.panel or expression.alert
    if about is None or expression.role == "record":
        return
    found = unit(expression.tree, view.index)
    said = about.origin.get("unit")
    if found not in KINDS or (said is not None and said.text in KINDS[found]):
        return
    if said is None or said.text in ("", "short"):
        if expression.role == "alert":
            yield view.within(
                CODE,
                expression,
                expression.tree,
                f"the value is in {_words(found)}, and the alert does not say so",
                help=f"add `unit: {found}`",
            )
    elif said.text in OF_OTHERS or any(said.text in names for names in KINDS.values()):
        part = expression.tree.start, expression.tree.end
        yield view.finding(
            CODE,
            said,
            f"the value is in {_words(found)}, not in `{said.text}`",
            others=(view.within(CODE, expression, part, "").at,),
            help=f"write `unit: {found}`",
        )


def _words(found: str) -> str:
    return {"percentunit": "parts of 1", "bytes_per_second": "bytes per second"}.get(found, found)
