"""A reminder comes later than the news.

## Why

Alertmanager looks at a group once in every `interval`. It reminds no more often than that, whatever `repeat`
says; with both alike, every second reminder is found not yet due and left out.

## Fix

Make `repeat` a few times `interval`.

## References

- Alertmanager 0.31.1: a repeat as long as the interval is late by milliseconds (tried).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Severity

CODE = "severity/repeat-too-short"
EXAMPLES = (
    Example(
        title="more often than it is looked at",
        finds=("1m",),
        spec="severities: {critical: {interval: 5m, repeat: 1m}}",
    ),
    Example(title="alike", finds=("5m",), spec="severities: {critical: {interval: 5m, repeat: 5m}}"),
    Example(title="a few times the interval", spec="severities: {critical: {interval: 5m, repeat: 30m}}"),
)


@check(CODE, on=Severity, severity="warning")
def repeat_too_short(severity: Severity, view: View) -> Iterator[Diagnostic]:
    """Compare the two."""
    if severity.repeat > severity.interval:
        return
    real = severity.interval if severity.repeat < severity.interval else severity.interval.times(2)
    interval = severity.origin.get("interval")
    yield view.finding(
        CODE,
        severity.origin.get("repeat") or severity.origin.key_place(),
        f"`{severity.name}` alerts are repeated every {real}, not every {severity.repeat}",
        others=(Label(interval.span, "groups are looked at this often"),) if interval else (),
        help=f"write `repeat: {severity.interval.times(6)}`, or a shorter `interval`",
    )
