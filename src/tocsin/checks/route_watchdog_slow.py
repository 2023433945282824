"""The heartbeat is quick enough to be missed in time.

## Why

Whoever expects it waits for two or three beats before he alarms. With a beat every half hour, alerting may be
dead for an hour and more before anybody knows.

## Fix

`watchdog: {every: 1m}`, or whatever the dead man's switch accepts; five minutes at most.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.workspace import Model
from tocsin.spec.values import Duration

CODE = "route/watchdog-slow"
_BEAT = "receivers: {beat: {webhook: {url_file: /run/secrets/heartbeat}}}"
EXAMPLES = (
    Example(title="every half hour", finds=("30m",), spec=f"{_BEAT}\nwatchdog: {{to: beat, every: 30m}}"),
    Example(title="every minute", spec=f"{_BEAT}\nwatchdog: {{to: beat, every: 1m}}"),
)
MOST = Duration(300_000)


@check(CODE, on=Model, severity="warning")
def watchdog_slow(model: Model, view: View) -> Iterator[Diagnostic]:
    """Compare with five minutes."""
    dog = model.watchdog
    if dog is not None and dog.every > MOST:
        yield view.finding(
            CODE,
            dog.origin.at("every"),
            f"a heartbeat every {dog.every} is missed after {dog.every.times(2)} at the earliest",
            help=f"write `every: 1m`, {MOST} at most",
        )
