"""Which alerts were pending or firing, and when: a line for each alert.

## Why

During an incident the order in which alerts began tells cause from effect. `ALERTS` holds what Prometheus
itself evaluated; alerts on logs show here when Loki's ruler writes its series to the same Prometheus.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _firing
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: alert-state}",
    "{show: alert-state, services: [shop], severities: [critical]}",
    "{show: alert-state, alerts: [ShopDown, shop/HighErrorRate]}",
)
_STATES = (("1", "pending", "orange"), ("2", "firing", "red"))


@panel_type("alert-state")
@parameters
class AlertStatePanel:
    """Alerts over time."""

    width: ClassVar[int] = 24
    height: ClassVar[int] = 6

    alerts: tuple[str, ...] = said("only these alerts", (), one_or_many=True, example="[HighErrorRate]")
    services: tuple[str, ...] = said(
        "only of these services; default: the dashboard's, or all", (), one_or_many=True, pattern="name"
    )
    severities: tuple[str, ...] = said("only of these severities", (), one_or_many=True, pattern="name")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query: 1 pending, 2 firing."""
        found = _firing.chosen(panel, node, self.alerts, self.services, self.severities)
        if found is None:
            return None
        matchers, named = found
        pending, firing = (_firing.select(panel, state, matchers) for state in ("pending", "firing"))
        by = "service, alertname"
        return PanelContent(
            queries=(
                Query(
                    expr=f"max by ({by}) (2 * {firing} or {pending})",
                    origin=node,
                    legend="{{service}} {{alertname}}",
                ),
            ),
            title="Alerts",
            description="Pending and firing alerts. Nothing is shown while there are none.",
            alert=named[0] if len(named) == 1 else "",
            extra=_drawing.style(
                mappings=_drawing.mapping(*_STATES), no_value="no alert is pending or firing"
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A state timeline."""
        return _drawing.state_timeline(panel)
