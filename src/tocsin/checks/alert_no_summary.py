"""An alert with a raw expression says in a summary what is wrong.

## Why

A template knows what it measures and writes the line that people read on their phones. Of a raw expression
nobody knows more than that it has a result.

## Fix

Add `summary:`, with `{{ $value }}` and `{{ $labels.x }}` for what differs from case to case.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Alert

CODE = "alert/no-summary"
EXAMPLES = (
    Example(
        title="a raw expression alone",
        finds=("Jobs",),
        spec="""
services:
  shop:
    alerts:
      Jobs: {severity: warning, expr: 'sum(queue_length{job="shop"}) > 5', for: 5m}
""",
    ),
    Example(
        title="with a summary",
        spec="""
services:
  shop:
    alerts:
      Jobs:
        severity: warning
        expr: 'sum(queue_length{job="shop"}) > 5'
        for: 5m
        summary: "{{ $value }} jobs wait"
""",
    ),
)


@check(CODE, on=Alert, severity="warning")
def no_summary(alert: Alert, view: View) -> Iterator[Diagnostic]:
    """Templates bring their own."""
    if alert.template in ("expr", "logql") and not alert.summary.strip():
        yield view.finding(
            CODE,
            alert.origin.key_place(),
            f"a notification of `{alert.name}` cannot say what is wrong",
            help='add `summary: "..."`, in the words of those who read it',
        )
