"""How many alerts fire right now: one number, green while it is 0.

## Why

The first thing that somebody who was not woken wants to know.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _firing
from tocsin.model.dashboards import Panel, Query, Threshold
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.spec.declare import parameters, said

EXAMPLES = ("{show: firing}", "{show: firing, severities: [critical], title: Critical alerts}")


@panel_type("firing")
@parameters
class FiringPanel:
    """The number of firing alerts."""

    width: ClassVar[int] = 4
    height: ClassVar[int] = 4

    services: tuple[str, ...] = said(
        "only of these services; default: the dashboard's, or all", (), one_or_many=True, pattern="name"
    )
    severities: tuple[str, ...] = said("only of these severities", (), one_or_many=True, pattern="name")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One instant query."""
        found = _firing.chosen(panel, node, (), self.services, self.severities)
        if found is None:
            return None
        one = Threshold(value=1, color="red", what="any", origin=node)
        which = f" {' and '.join(self.severities)}" if self.severities else ""
        return PanelContent(
            queries=(
                Query(
                    expr=f"count({_firing.select(panel, 'firing', found[0])}) or vector(0)",
                    instant=True,
                    legend="firing",
                    origin=node,
                ),
            ),
            unit="short",
            decimals=0,
            thresholds=(one,),
            title=f"Firing{which} alerts",
            description=f"How many{which} alerts fire now.",
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A stat."""
        return _drawing.stat(panel)
