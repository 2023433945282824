"""`for` is at least two evaluations long, or is left out.

## Why

A rule is looked at once in each interval. `for: 15s` at an interval of 15 s is met by two looks in a row;
one that is shorter still waits for the next one. A single delayed evaluation then decides whether somebody
is woken.

## Fix

Write `for` as two intervals or more, or leave it out to fire at once, or evaluate more often (`every`).

## References

Prometheus 3.15 and Loki 3.7.8: an alert fires at the first evaluation at which it has been active for `for`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Alert
from tocsin.spec.values import Duration

CODE = "rule/for-too-short"
EXAMPLES = (
    Example(
        title="shorter than one evaluation",
        finds=("10s",),
        spec="services: {shop: {alerts: {HighErrorRate: {for: 10s}}}}",
    ),
    Example(
        title="the alert's own interval, in a block",
        finds=("1m",),
        spec="""
services:
  shop:
    alerts:
      HighErrorRate:
        every: 1m
        for: 1m
""",
    ),
    Example(title="two evaluations", spec="services: {shop: {alerts: {HighErrorRate: {for: 30s}}}}"),
    Example(title="at once", spec="services: {shop: {alerts: {HighErrorRate: {for: 0s}}}}"),
)


@check(CODE, on=Alert, severity="warning")
def for_too_short(alert: Alert, view: View) -> Iterator[Diagnostic]:
    """Compare `for` with the interval of the alert's rule group."""
    stack = view.model.stack
    every = alert.every or stack.evaluation_interval
    if not Duration(0) < alert.hold < every.times(2):
        return
    place = alert.origin.get("every") or stack.origin.get("evaluate_every")
    yield view.finding(
        CODE,
        alert.origin.at("for"),
        f"`for: {alert.hold}` is less than two evaluations, which are {every} apart",
        others=[Label(place.span, "evaluated this often")] if place is not None else (),
        help=f"write `for: {every.times(2)}` or more, or leave it out",
    )
