"""Alerts are named in CamelCase.

## Why

Names are typed into silences and searched for at night; one way of writing them is one thing less to guess.
It is also how the alerts that others write are called.

## Fix

Rename the alert and keep its former name: `was: old_name`.
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Alert

CODE = "alert/name-style"
EXAMPLES = (
    Example(
        title="underscores",
        finds=("queue_long",),
        spec="""
services:
  shop:
    alerts:
      queue_long: {severity: warning, template: threshold, of: queue_length, above: 100}
""",
    ),
    Example(
        title="CamelCase",
        spec="""
services:
  shop:
    alerts:
      QueueLong: {severity: warning, template: threshold, of: queue_length, above: 100}
      OOM: {severity: warning, template: threshold, of: queue_length, above: 1000}
""",
    ),
)
_GOOD = re.compile("[A-Z][A-Za-z0-9]*")


@check(CODE, on=Alert, severity="info")
def name_style(alert: Alert, view: View) -> Iterator[Diagnostic]:
    """Offer the name as it would be."""
    if _GOOD.fullmatch(alert.name):
        return
    better = "".join(part[:1].upper() + part[1:] for part in alert.name.split("_"))
    yield view.finding(
        CODE,
        alert.origin.key_place(),
        f"`{alert.name}` is not in CamelCase",
        help=f"call it `{better}` and add `was: {alert.name}`" if better[:1].isalpha() else "",
    )
