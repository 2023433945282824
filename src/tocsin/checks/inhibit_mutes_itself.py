"""No alert mutes itself.

## Why

Tocsin leaves such a rule out, because an alert that is muted by itself is never told. Something else was
meant.

## Fix

Delete the name from `mute`, or write the alert that was meant.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.inhibit_pairs import named
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Inhibition

CODE = "inhibit/mutes-itself"
_DOWN = "services: {shop: {alerts: {Down: {severity: critical, template: service-down, for: 1m}}}}"
EXAMPLES = (
    Example(
        title="itself",
        finds=("Down",),
        spec=f"{_DOWN}\ninhibit: [{{when: Down, mute: [HighErrorRate, Down]}}]",
    ),
    Example(title="another one", spec=f"{_DOWN}\ninhibit: [{{when: Down, mute: [HighErrorRate]}}]"),
)


@check(CODE, on=Inhibition, severity="warning")
def mutes_itself(rule: Inhibition, view: View) -> Iterator[Diagnostic]:
    """Compare the names."""
    for place, _, name in named(rule):
        if name == rule.when:
            yield view.finding(
                CODE, place, f"`{name}` cannot mute itself", help=f"delete `{place.text}` from `mute`"
            )
