"""The series `ALERTS` as panels select it. Not what is counted or drawn."""

from collections.abc import Sequence

from tocsin.diag.nodes import Node
from tocsin.library.panels._signals import item
from tocsin.library.panels._thresholds import find_alert
from tocsin.model.plugins import PanelScope
from tocsin.query.matchers import Matcher, regex_literal, selector

TWIN = Matcher("escalated", "!=", "true")
"""An escalation is the same alert once more, with this label: it must not count twice."""


def chosen(
    panel: PanelScope, node: Node, alerts: Sequence[str], services: Sequence[str], severities: Sequence[str]
) -> tuple[tuple[Matcher, ...], tuple[str, ...]] | None:
    """(which series are meant, ids of the named alerts); None after reporting an unknown alert or service."""
    found = [find_alert(panel, name, item(node, "alerts", i)) for i, name in enumerate(alerts)]
    named = [alert for alert in found if alert is not None]
    good = len(named) == len(found)
    for i, name in enumerate(services):
        if name not in panel.scope.services:
            known = panel.scope.services
            panel.scope.sink.unknown(
                "spec/unknown-service", item(node, "services", i), "service", name, known
            )
            good = False
    if not good:
        return None
    own = panel.scope.service
    of = services or [a.service for a in named if a.service] or ([own.name] if own else [])
    matchers = (
        *_any("alertname", [a.name for a in named]),
        *_any("service", of),
        *_any("severity", severities),
    )
    return matchers, tuple(a.id for a in named)


def select(panel: PanelScope, state: str, matchers: Sequence[Matcher]) -> str:
    """The series of alerts in one state, without escalations."""
    return selector("ALERTS", (Matcher("alertstate", "=", state), *panel.scope.pins, *matchers, TWIN))


def _any(label: str, values: Sequence[str]) -> tuple[Matcher, ...]:
    distinct = list(dict.fromkeys(values))
    if not distinct:
        return ()
    if len(distinct) == 1:
        return (Matcher(label, "=", distinct[0]),)
    return (Matcher(label, "=~", "|".join(regex_literal(v) for v in distinct)),)
