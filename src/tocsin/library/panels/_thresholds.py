"""Threshold lines and colours: from an alert, or said by the panel itself. Not how Grafana draws them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert
from tocsin.model.dashboards import Threshold
from tocsin.model.plugins import PanelScope
from tocsin.spec.values import Ratio, number_text

Direction = Literal["above", "below"]
Number = float | Ratio | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a panel's values are held against."""

    lines: tuple[Threshold, ...] = ()
    alert: str = ""
    """`service/Alert` whose threshold it is."""

    @property
    def room(self) -> float | None:
        """How far the axis must reach for every line to be seen."""
        return max((round(t.value * 1.2, 9) for t in self.lines if t.value > 0), default=None)


def find_alert(panel: PanelScope, name: str, node: Node) -> Alert | None:
    """The alert called `name` or `service/name`; reports an unknown one."""
    service = panel.scope.service
    own = f"{service.name}/{name}" if service else name
    alert = panel.alerts.get(own) or panel.alerts.get(name)
    if alert is None:
        known = [a for a in panel.alerts if "/" not in a] or list(panel.alerts)
        panel.scope.sink.unknown("spec/unknown-alert", node, "alert", name, known)
    return alert


def of_alert(panel: PanelScope, alert: Alert) -> tuple[Threshold, ...]:
    """One threshold for each value at which the alert or one of its overrides starts."""
    color: Literal["red", "orange"] = "red" if alert.severity == "critical" else "orange"
    found: dict[tuple[float, str], Threshold] = {}
    for variant in panel.signals.get(alert.id, alert.variants):
        c = variant.condition
        if c.threshold is None or not c.direction:
            continue
        words = f"{alert.name} {c.limit or f'{c.direction} {number_text(c.threshold)}'}"
        if variant.only:
            words += f" for {variant.only}"
        line = Threshold(
            value=c.threshold, color=color, direction=c.direction, what=words, origin=variant.origin
        )
        found.setdefault((c.threshold, c.direction), line)
    return tuple(found.values())


def own(node: Node, warn: Number, crit: Number, direction: Direction) -> tuple[Threshold, ...]:
    """The thresholds that a panel says itself as `warn` and `crit`."""
    said: Iterable[tuple[str, Number, Literal["red", "orange"]]]
    said = ("warn", warn, "orange"), ("crit", crit, "red")
    return tuple(
        Threshold(
            # 99.9% is 0.999, not 0.9990000000000001
            value=round(v.value, 12) if isinstance(v, Ratio) else v,
            color=color,
            direction=direction,
            what=key,
            origin=node.at(key),
        )
        for key, v, color in said
        if v is not None
    )


def of_used(
    panel: PanelScope, node: Node, alert: str, warn: Number = None, crit: Number = None
) -> Limits | None:
    """As `chosen`, for panels of a used share: an alert on what is left would draw its line upside down."""
    limits = chosen(panel, node, alert, warn, crit)
    if limits is not None and any(line.direction == "below" for line in limits.lines):
        panel.scope.sink.error(
            "panel/alert-side",
            node.at("alert"),
            f"`{alert}` watches what is left, `{node.at('show').text}` shows what is used",
            help=f"write `{{show: alert, alert: {alert}}}`, or `crit:` with the used share",
        )
        return None
    return limits


def chosen(
    panel: PanelScope,
    node: Node,
    alert: str,
    warn: Number = None,
    crit: Number = None,
    direction: Direction = "above",
) -> Limits | None:
    """The alert's and the panel's own lines; None after reporting an unknown alert."""
    mine = own(node, warn, crit, direction)
    if not alert:
        return Limits(mine)
    found = find_alert(panel, alert, node.at("alert"))
    return Limits(of_alert(panel, found) + mine, found.id) if found else None
