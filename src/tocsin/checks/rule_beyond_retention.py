"""A rule looks back no further than what is kept.

## Why

`increase(x[30d])` where metrics are kept for 15 days is the increase of 15 days: no error, only half the
value.

## Fix

Shorten the range, or keep the data longer (`stack: {metrics_retention: ...}`, `logs: {retention: ...}`).

## Exceptions

Panels, which may ask a long-term store. Rules are evaluated by Prometheus and Loki themselves.
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.query.durations import read_duration
from tocsin.spec.values import Duration

CODE = "rule/beyond-retention"
EXAMPLES = (
    Example(
        title="metrics, in the second line",
        finds=("30d",),
        spec=alert("sum(\n  increase(http_requests_total[30d])) < 10"),
    ),
    Example(
        title="logs",
        finds=("40d",),
        spec=alert('sum(count_over_time({service_name="shop"}[40d])) < 10', language="logql"),
    ),
    Example(title="the past", finds=("4w",), spec=alert("queue_length > 2 * queue_length offset 4w")),
    Example(
        title="a template",
        finds=("HighErrorRate",),
        spec="services: {shop: {alerts: {HighErrorRate: {per: 20d}}}}",
    ),
    Example(title="kept", spec=alert("sum(increase(http_requests_total[14d])) < 10")),
    Example(title="a panel", spec=panel("sum(increase(http_requests_total[90d]))")),
)
_LOOKS_BACK = re.compile(r"\[\s*([0-9][0-9a-z]*)\s*[\]:]|\boffset\s+([0-9][0-9a-z]*)")


@check(CODE, on=Expression, severity="warning")
def beyond_retention(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Read ranges and offsets off the text: four thousand alerts are not parsed for this."""
    if expression.role == "panel":
        return
    kept, place = _kept(expression, view)
    for found in _LOOKS_BACK.finditer(expression.text):
        group = 1 if found[1] else 2
        span = read_duration(found[group])
        if isinstance(span, float) and span > kept.seconds:
            yield view.within(
                CODE,
                expression,
                found.span(group),
                f"this looks back {found[group]}, and data are kept for {kept}",
                others=[Label(place.span, "kept this long")] if place is not None else (),
                help=f"look back at most {kept}, or keep them longer",
            )
            return


def _kept(expression: Expression, view: View) -> tuple[Duration, Node | None]:
    stack = view.model.stack
    if expression.language == "promql":
        return stack.metrics_retention, stack.origin.get("metrics_retention")
    service = view.model.services.get(expression.service)
    logs = service.logs if service is not None else None
    if logs is not None and logs.retention is not None:
        return logs.retention, logs.origin.get("retention")
    return stack.logs_retention, stack.origin.get("logs_retention")
