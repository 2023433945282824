"""An alert's own signal with its threshold line: exactly what the rule measures, over time.

## Why

Whoever is woken must see the value cross the line at once, on the same expression that the rule evaluates.
Overrides have lines of their own. The panel links to the runbook; notifications link to the panel.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals, _thresholds
from tocsin.model.alerting import Alert, Variant
from tocsin.model.dashboards import Panel, Query, Source
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: alert, alert: HighErrorRate, title: Error rate}",
    "{show: alert, alert: shop/SlowRequests}",
    "{show: alert, alert: LowMemory}",
    "{show: alert, alert: ErrorsInLogs}",
)


@panel_type("alert")
@parameters
class AlertPanel:
    """The signal and threshold of an alert."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    alert: str = said("the alert: `Name`, or `service/Name`", pattern="line", example="HighErrorRate")
    log: bool = said("true: logarithmic axis", default=False)
    decimals: int | None = said("digits after the point; default: as needed", None)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query for each variant of the alert."""
        alert = _thresholds.find_alert(panel, self.alert, node.at("alert"))
        if alert is None:
            return None
        variants = panel.signals.get(alert.id, alert.variants)
        shown = [v for v in variants if v.condition.signal is not None]
        if not shown:
            panel.scope.sink.error(
                "panel/no-signal",
                node.at("alert"),
                f"`{alert.name}` has no value that could be drawn",
                help=f"use `{{show: alert-state, alerts: [{alert.name}]}}`",
            )
            return None
        first = shown[0].condition
        limits = _thresholds.Limits(_thresholds.of_alert(panel, alert), alert.id)
        measured = first.measures or alert.name
        return PanelContent(
            queries=tuple(_query(alert, variant, node) for variant in shown),
            unit=first.unit,
            decimals=self.decimals,
            thresholds=limits.lines,
            alert=alert.id,
            title=_signals.sentence(measured),
            description=_words(alert, shown),
            extra=_drawing.style(
                log=self.log,
                room=limits.room,
                max=1 if first.unit == "percentunit" and first.direction == "below" else None,
                legend="" if len(shown) > 1 or first.by else "list",
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series with threshold lines."""
        return _drawing.time_series(panel)


def _query(alert: Alert, variant: Variant, node: Node) -> Query:
    source: Source = "loki" if alert.language == "logql" else "prometheus"
    condition = variant.condition
    legend = _signals.legend(condition.by, condition.measures or alert.name)
    if variant.only and not condition.by:
        legend = f"{legend} ({variant.only})"
    return Query(expr=condition.signal or condition.expr, legend=legend, source=source, origin=node)


def _words(alert: Alert, shown: list[Variant]) -> str:
    lines = [
        f"**{alert.name}** ({alert.severity}) fires when {v.condition.meaning or v.condition.expr}"
        + (f", for {v.only}" if v.only else "")
        for v in shown
    ]
    held = f" for {alert.hold.words}" if alert.hold.ms else ""
    return "; ".join(lines) + f"{held}. The dashed line is where it starts."
