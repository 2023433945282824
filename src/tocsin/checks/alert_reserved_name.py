"""No alert has the name of one that Tocsin makes itself.

## Why

`Watchdog` is the heartbeat: whatever is called so goes to the dead man's switch, and nobody hears of it.
`OffHoursDigest` is the morning digest.

## Fix

Choose another name. A heartbeat is said as `watchdog: {to: ...}`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.told import RESERVED
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Alert

CODE = "alert/reserved-name"
EXAMPLES = (
    Example(
        title="a heartbeat by hand",
        finds=("Watchdog",),
        spec="""
alerts:
  Watchdog: {severity: critical, expr: vector(1), summary: it beats}
""",
    ),
    Example(
        title="the heartbeat as it is meant",
        spec="""
receivers:
  heartbeat: {webhook: {url_file: /run/secrets/heartbeat}}
watchdog: {to: heartbeat}
""",
    ),
)


@check(CODE, on=Alert)
def reserved_name(alert: Alert, view: View) -> Iterator[Diagnostic]:
    """Look at the name alone."""
    if alert.name in RESERVED:
        yield view.finding(
            CODE,
            alert.origin.key_place(),
            f"`{alert.name}` is the name of an alert that Tocsin makes itself",
            help="choose another name; the heartbeat is said as `watchdog: {to: <receiver>}`",
        )
