"""No alert depends on the fallback receiver.

## Why

The fallback is for what nobody foresaw. An alert of the spec that ends there wakes, or bothers, whoever
happens to be the fallback.

## Fix

Name roles under the severity's `notify:`, or receivers with the alert's `to:`. What should be told to nobody
is an alert in `stage: shadow`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Alert
from tocsin.model.workspace import Model

CODE = "route/fallback-used"
_QUIET = """
severities: {note: {notify: []}}
services:
  shop:
    alerts:
      QueueLong: {severity: note, template: threshold, of: queue_length, above: 100"""
EXAMPLES = (
    Example(title="a severity that tells nobody", finds=("[]",), spec=_QUIET + "}"),
    Example(title="receivers of its own", spec=_QUIET + ", to: chat}"),
    Example(title="only recorded", spec=_QUIET + ", stage: shadow}"),
)


@check(CODE, on=Model, severity="warning")
def fallback_used(model: Model, view: View) -> Iterator[Diagnostic]:
    """A missing role is reported when the spec is read; here it is about severities that name none."""
    first: dict[str, Alert] = {}
    for alert in model.alerts:
        if not (alert.shadow or alert.to or model.severities[alert.severity].notify):
            first.setdefault(alert.severity, alert)
    fallback = model.receivers.get(model.fallback)
    for name, alert in first.items():
        yield view.finding(
            CODE,
            model.severities[name].origin.at("notify"),
            f"`{name}` alerts go to the fallback `{model.fallback}`",
            severity="error" if fallback is not None and fallback.pager else "warning",
            others=(Label(alert.origin.key_place().span, "such an alert"),),
            help="name roles here, give the alert `to: [...]`, or `stage: shadow` if nobody should be told",
        )
