"""Urgent alerts are told at every hour of the week.

## Why

Receivers have hours. What a chat misses at night comes as a digest in the morning, which is right for
warnings; an urgent alert whose receivers all sleep is not heard until then.

## Fix

Give the severity a receiver without hours: a pager, or a second provider.

## Exceptions

Only production. Urgent is a severity that pages, one called `critical`, and one that escalates.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.told import told
from tocsin.checks.week import gap
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Alert
from tocsin.model.workspace import Model

CODE = "alert/not-always-told"
_DAY = """
receivers:
  chat: {slack: {channel: "#alerts", api_url_file: /run/secrets/slack}, hours: day}
hours:
  day: {timezone: Europe/Berlin, when: {times: "07:00-22:00"}}
"""
EXAMPLES = (
    Example(
        title="all receivers sleep",
        finds=("[chat]",),
        spec=f"{_DAY}severities: {{critical: {{notify: [chat], repeat: 1h}}}}",
    ),
    Example(
        title="an alert's own receivers sleep",
        finds=("chat",),
        spec=f"""{_DAY}
services:
  shop:
    alerts:
      QueueFull: {{severity: critical, template: threshold, of: queue_length, above: 100, to: chat}}
""",
    ),
    Example(title="the pager does not sleep", spec=_DAY),
    Example(
        title="shifts that fit together, across time zones",
        spec="""
receivers:
  berlin: {slack: {channel: "#berlin", api_url_file: /run/secrets/slack}, hours: berlin}
  tokyo: {slack: {channel: "#tokyo", api_url_file: /run/secrets/slack}, hours: tokyo}
hours:
  berlin: {timezone: Europe/Berlin, when: {times: "06:00-20:00"}}
  tokyo: {timezone: Asia/Tokyo, when: {times: "00:00-18:00"}}
services:
  shop:
    alerts:
      QueueFull: {severity: critical, template: threshold, of: queue_length, above: 100, to: [berlin, tokyo]}
""",
    ),
)


@check(CODE, on=Model)
def not_always_told(model: Model, view: View) -> Iterator[Diagnostic]:
    """Once for each team, severity and own list of receivers."""
    if model.root:
        return
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    for alert in model.alerts:
        key = (alert.team, alert.severity, alert.to)
        if alert.shadow or key in seen or not _urgent(alert, model):
            continue
        seen.add(key)
        silent = _silent(alert, view)
        if silent:
            severity = model.severities[alert.severity]
            yield view.finding(
                CODE,
                alert.origin.at("to") if alert.to else severity.origin.at("notify"),
                f"nobody is told of `{alert.name}` from {silent}",
                others=_hours(alert, view),
                help="add a receiver without `hours`",
            )


def _urgent(alert: Alert, model: Model) -> bool:
    return alert.severity == "critical" or bool(
        alert.escalate_after or model.severities[alert.severity].pages
    )


def _silent(alert: Alert, view: View) -> str:
    names = [d.hours for d in told(view).of(alert)]
    if not names or "" in names or not all(name in view.model.hours for name in names):
        return ""
    key = ("gap", view.model.root, frozenset(names))
    return view.context.once(key, lambda: gap(view.model.hours[name] for name in dict.fromkeys(names)))


def _hours(alert: Alert, view: View) -> tuple[Label, ...]:
    found = dict.fromkeys(d.hours for d in told(view).of(alert))
    return tuple(
        Label(view.model.hours[name].origin.key_place().span, "told only in these hours") for name in found
    )
