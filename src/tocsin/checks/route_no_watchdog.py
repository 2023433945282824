"""A heartbeat tells somebody outside when alerting itself is dead.

## Why

A stack that is down sends no alert, and silence looks like health. Only somebody who expects a message, and
does not get it, can tell.

## Fix

`watchdog: {to: <receiver>}` with a receiver that alarms when it hears nothing: a dead man's switch, outside
this stack.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.workspace import Model

CODE = "route/no-watchdog"
EXAMPLES = (
    Example(title="no heartbeat", finds=("acme",), spec="name: acme"),
    Example(
        title="a heartbeat",
        spec="""
receivers:
  heartbeat: {webhook: {url_file: /run/secrets/heartbeat}}
watchdog: {to: heartbeat, every: 1m}
""",
    ),
)


@check(CODE, on=Model, severity="warning")
def no_watchdog(model: Model, view: View) -> Iterator[Diagnostic]:
    """Only where there is somebody to be told of anything."""
    if model.watchdog is None and model.alerts:
        yield view.finding(
            CODE,
            model.origin.at("name"),
            "nobody notices when alerting itself is dead",
            help="add `watchdog: {to: <a receiver outside this stack>}`",
        )
