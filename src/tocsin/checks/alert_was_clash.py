"""A former name belongs to one alert, and to none that still exists.

## Why

`was:` moves the runbook and lets silences of the old name be found. Both go wrong when the old name is in use
or is claimed twice.

## Fix

Delete the `was:` that is not true.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert
from tocsin.model.workspace import Model

CODE = "alert/was-clash"
EXAMPLES = (
    Example(
        title="still in use",
        finds=("HighErrorRate",),
        spec="""
services:
  shop:
    alerts:
      Errors: {severity: warning, template: threshold, of: queue_length, above: 100, was: HighErrorRate}
""",
    ),
    Example(
        title="claimed twice",
        finds=("Long",),
        spec="""
services:
  shop:
    alerts:
      QueueLong: {severity: warning, template: threshold, of: queue_length, above: 100, was: Long}
      QueueHuge: {severity: warning, template: threshold, of: queue_length, above: 900, was: [Old, Long]}
""",
    ),
    Example(
        title="a true former name",
        spec="""
services:
  shop:
    alerts:
      QueueLong: {severity: warning, template: threshold, of: queue_length, above: 100, was: LongQueue}
""",
    ),
)


@check(CODE, on=Model)
def was_clash(model: Model, view: View) -> Iterator[Diagnostic]:
    """Names count within one service: two services may have alerts of the same name."""
    current = {(alert.service, alert.name): alert for alert in model.alerts}
    former: dict[tuple[str, str], Alert] = {}
    for alert in model.alerts:
        for index, name in enumerate(alert.was):
            key = (alert.service, name)
            still, other = current.get(key), former.setdefault(key, alert)
            if still is None and other is alert:
                continue
            text = f"`{name}` is still an alert" if still else f"two alerts were called `{name}`"
            place = (still or other).origin.key_place().span
            yield view.finding(
                CODE,
                _place(alert, index),
                text,
                others=(Label(place, "this one"),) if still is not alert else (),
                help=f"delete `{name}` from `was`",
            )


def _place(alert: Alert, index: int) -> Node:
    node = alert.origin.at("was")
    return node.items[index] if node.items else node
