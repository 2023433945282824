"""The whole distribution of a histogram over time: where most observations are, and how many groups.

## Why

Quantiles hide shape. Two bands (a cache that hits and misses) or the thin, slow band of one tenant show
only here.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: heatmap, of: shop_request_duration_seconds}",
    "{show: heatmap, of: shop_request_duration_seconds, where: 'endpoint=\"/upload\"', title: Uploads}",
)


@panel_type("heatmap")
@parameters
class HeatmapPanel:
    """A histogram's buckets over time."""

    width: ClassVar[int] = 12
    height: ClassVar[int] = 8

    of: str = said("the histogram", pattern="metric", example="http_request_duration_seconds")
    where: tuple[Matcher, ...] = said("only series that match", ())
    unit: str = said("unit; default: by the metric", "", pattern="line")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query in heatmap format."""
        found = _signals.metrics(panel, node, (self.of,), ("histogram",))
        if found is None:
            return None
        buckets = panel.scope.select(found[0], self.where, "_bucket")
        what = _signals.words(found[0])
        return PanelContent(
            queries=(
                Query(
                    expr=f"sum by (le) (increase({buckets}[{_signals.RATE}]))",
                    legend="{{le}}",
                    format="heatmap",
                    exemplar=_signals.exemplars(panel, found),
                    origin=node,
                ),
            ),
            unit=self.unit or _units.unit_of(found[0]),
            title=_signals.sentence(f"{what}: distribution"),
            description=f"How many observations of {what} fell into each bucket; the more, the darker.",
            extra=_drawing.style(interval=_signals.scrape_interval(panel, found)),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A heatmap; grafanalib's is of the Angular age, so the options are said here."""
        import grafanalib.core as g

        return g.Heatmap(
            extraJson={
                "fieldConfig": {
                    "defaults": {
                        "custom": {
                            "hideFrom": {"legend": False, "tooltip": False, "viz": False},
                            "scaleDistribution": {"type": "linear"},
                        }
                    }
                },
                "options": {
                    "calculate": False,
                    "cellGap": 1,
                    "filterValues": {"le": 1e-9},
                    "rowsFrame": {"layout": "auto"},
                    "color": {
                        "mode": "scheme",
                        "scheme": "Viridis",
                        "fill": _drawing.COLORS["orange"],
                        "exponent": 0.5,
                        "scale": "exponential",
                        "steps": 64,
                        "reverse": False,
                    },
                    "exemplars": {"color": _drawing.COLORS["purple"]},
                    "legend": {"show": True},
                    "showValue": "never",
                    "tooltip": {"mode": "single", "yHistogram": True, "showColorScale": True},
                    "yAxis": {
                        "axisPlacement": "left",
                        "unit": _drawing.unit_id(panel.unit),
                        "reverse": False,
                    },
                },
            }
        )
