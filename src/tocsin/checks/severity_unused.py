"""Every severity has alerts.

## Why

Its routes are written, tested and read by people who wonder what they are for.

## Fix

Delete it, or use it.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.told import everywhere
from tocsin.diag.diagnostic import Diagnostic

CODE = "severity/unused"
_USED = """
services:
  shop:
    alerts: {QueueLong: {severity: warning, template: threshold, of: queue_length, above: 100}}
"""
EXAMPLES = (
    Example(
        title="no alert has it", finds=("note",), spec=f"{_USED}\nseverities: {{note: {{notify: [chat]}}}}"
    ),
    Example(title="all are used", spec=_USED),
)


@check(CODE, on=Context, severity="info")
def severity_unused(context: Context, view: View) -> Iterator[Diagnostic]:
    """What is unused in one environment may be used in another."""
    used = {alert.severity for alert in everywhere(context)}
    for model in context.models():
        for severity in model.severities.values():
            if severity.name not in used:
                yield view.finding(
                    CODE,
                    severity.origin.key_place(),
                    f"no alert is `{severity.name}`",
                    help="delete it, or use it",
                )
