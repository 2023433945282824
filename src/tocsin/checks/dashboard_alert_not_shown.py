"""A service's dashboards show what wakes people.

## Why

The notification links to the panel that shows the alert's own value with its threshold. Without one it leads
to a dashboard on which nothing is red.

## Fix

Add `{show: alert, alert: <name>}` to a row.

## Exceptions

A service without a dashboard. One of its paging alerts on a panel is enough: of whether a service answers at
all there is little to draw.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Alert
from tocsin.model.dashboards import Dashboard
from tocsin.model.workspace import Model

CODE = "dashboard/alert-not-shown"
_PAY = """
services:
  pay:
    scrape: {targets: ["pay:8000"]}
    metrics: {pay_total: {type: counter, labels: [status], help: payments}}
    alerts:
      PayErrors: {severity: critical, template: error-ratio, of: pay_total, bad: 'status="500"', above: 5%}
    dashboards:
      overview:
        title: Pay
        rows:
          Payments: [{show: rate, of: pay_total}"""
EXAMPLES = (
    Example(title="nothing turns red", finds=("overview",), spec=f"{_PAY}]"),
    Example(title="the alert's own panel", spec=f"{_PAY}, {{show: alert, alert: PayErrors}}]"),
)


@check(CODE, on=Model, severity="warning")
def alert_not_shown(model: Model, view: View) -> Iterator[Diagnostic]:
    """Service by service."""
    paging: dict[str, list[Alert]] = {}
    for alert in model.alerts:
        if model.severities[alert.severity].pages and not alert.shadow:
            paging.setdefault(alert.service, []).append(alert)
    homes: dict[str, Dashboard] = {}
    for dashboard in model.dashboards:
        for service in dashboard.services:
            homes.setdefault(service, dashboard)
    for service, alerts in paging.items():
        home = homes.get(service)
        if home is not None and all(alert.panel is None for alert in alerts):
            names = " and ".join(f"`{alert.name}`" for alert in alerts[:2])
            yield view.finding(
                CODE,
                home.origin.key_place(),
                f"no panel shows {names}" if len(alerts) < 3 else f"no panel shows {names}, or other pages",
                others=(Label(alerts[0].origin.key_place().span, "this wakes people"),),
                help=f"add `{{show: alert, alert: {alerts[0].name}}}` to a row",
            )
