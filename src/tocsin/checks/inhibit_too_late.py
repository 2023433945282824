"""What mutes fires before what it mutes, and lasts as long.

## Why

If the consequence fires first, people are told of it before the rule holds: the very message that the rule
was to spare them. If it lasts longer, they are told of it when the cause is over.

## Fix

A shorter `for` for the source, a longer one for the target; a `keep_firing_for` for the source.

## Exceptions

How long a template looks back is not compared, only `for` and `keep_firing_for`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.inhibit_pairs import Pair, pairs
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Alert
from tocsin.model.workspace import Model
from tocsin.spec.values import Duration

CODE = "inhibit/too-late"
_ALERTS = """
services:
  shop:
    alerts:
      Down: {severity: critical, template: service-down, for: 10m}
"""
EXAMPLES = (
    Example(
        title="fires later",
        finds=("HighErrorRate",),
        spec=f"{_ALERTS}\ninhibit: [{{when: Down, mute: [HighErrorRate]}}]",
    ),
    Example(
        title="ends earlier",
        finds=("HighErrorRate",),
        spec=f"""{_ALERTS.replace("10m", "1m")}
      HighErrorRate: {{keep_firing_for: 10m}}
inhibit: [{{when: Down, mute: [HighErrorRate]}}]
""",
    ),
    Example(
        title="fires first",
        spec=f"{_ALERTS.replace('10m', '1m')}\ninhibit: [{{when: Down, mute: [HighErrorRate]}}]",
    ),
)


@check(CODE, on=Model, severity="info")
def too_late(model: Model, view: View) -> Iterator[Diagnostic]:
    """Compare what the spec says of both; once for each place, whatever the number of services."""
    seen: set[int] = set()
    for pair in pairs(view):
        source, target = pair.source, pair.target
        if target.shadow or id(pair.place) in seen:
            continue
        if source.hold > target.hold:
            seen.add(id(pair.place))
            fact = f"`{target.name}` is told before `{source.name}` can mute it"
            yield _finding(pair, fact, f"for: {source.hold}", f"for: {target.hold}", view)
        elif _kept(target) > _kept(source):
            seen.add(id(pair.place))
            fact = f"`{target.name}` is told after `{source.name}` has ended"
            words = f"goes on for {_kept(source)}", f"goes on for {_kept(target)}"
            yield _finding(pair, fact, *words, view)


def _kept(alert: Alert) -> Duration:
    return alert.keep_firing_for or Duration(0)


def _finding(pair: Pair, fact: str, source: str, target: str, view: View) -> Diagnostic:
    return view.finding(
        CODE,
        pair.place,
        fact,
        others=(
            Label(pair.source.origin.key_place().span, source),
            Label(pair.target.origin.key_place().span, target),
        ),
        help="let the source fire first and last as long",
    )
