"""An inhibition mutes what it says, and no more.

## Why

`mute: [shop/HighErrorRate]` under a `when` without a service mutes HighErrorRate of every service that has
the alert of `when`: rules hold by name, within each service.

## Fix

Say the service of `when`: `when: shop/ServiceDown`. Then the rule is for that service only.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.inhibit_pairs import by_service, named
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Inhibition

CODE = "inhibit/mutes-more"
_DOWN = """
services:
  shop: {alerts: {Down: {severity: critical, template: service-down, for: 1m}}}
  pay:
    scrape: {targets: ["pay:8000"]}
    alerts:
      Down: {severity: critical, template: service-down, for: 1m}
      HighErrorRate: {severity: warning, expr: 'sum(up{job="pay"}) == 0', summary: errors}
"""
EXAMPLES = (
    Example(
        title="pay's alert too",
        finds=("shop/HighErrorRate",),
        spec=f"{_DOWN}\ninhibit: [{{when: Down, mute: [shop/HighErrorRate]}}]",
    ),
    Example(title="only the shop's", spec=f"{_DOWN}\ninhibit: [{{when: shop/Down, mute: [HighErrorRate]}}]"),
)


@check(CODE, on=Inhibition, severity="warning")
def mutes_more(rule: Inhibition, view: View) -> Iterator[Diagnostic]:
    """Services other than the one that was said."""
    if rule.service:
        return
    for place, service, name in named(rule):
        if not service:
            continue
        both = by_service(view, rule.when).keys() & by_service(view, name).keys()
        others = sorted(both - {service})
        if others:
            listed = ", ".join(f"`{other}`" for other in others[:3]) + (" ..." if others[3:] else "")
            yield view.finding(
                CODE,
                place,
                f"`{name}` of {listed} is muted too",
                help=f"write `when: {service}/{rule.when}`, or `{name}` if every service's is meant",
            )
