"""How much will be free in a few hours if it goes on like this: disks, quotas, certificates.

## Why

90 % of a steady disk is no emergency, 70 % of a leaking one is. A straight line through the last hours tells
them apart; it is a guess, and drawn dashed.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals, _thresholds
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio, number_text

EXAMPLES = (
    "{show: forecast, free: node_filesystem_avail_bytes, of: node_filesystem_size_bytes,"
    " by: [instance, mountpoint]}",
    "{show: forecast, free: node_memory_MemAvailable_bytes, of: node_memory_MemTotal_bytes,"
    " after: 1h, from: 30m, crit: 5%}",
)


@panel_type("forecast")
@parameters
class ForecastPanel:
    """The free share now and after some hours."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    free: str = said("a gauge of how much is free", pattern="metric", example="node_filesystem_avail_bytes")
    of: str = said("a gauge of how much there is", pattern="metric", example="node_filesystem_size_bytes")
    by: tuple[str, ...] = said(
        "a pair of lines for each value of these labels", ("instance",), one_or_many=True, pattern="label"
    )
    where: tuple[Matcher, ...] = said("only series that match", ())
    after: Duration = said("how far ahead", Duration.parse("4h"))
    from_: Duration = said("how much of the past the line is drawn through", Duration.parse("6h"))
    alert: str = said("draw this alert's threshold; it must be about the free share", "")
    crit: Ratio | None = said("a red line at this free share", None, example="3%")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """Now, and then."""
        free = _signals.metrics(panel, node, (self.free,), ("gauge",), self.by, key="free")
        whole = _signals.metrics(panel, node, (self.of,), ("gauge",), self.by)
        limits = _thresholds.chosen(panel, node, self.alert, None, self.crit, "below")
        if free is None or whole is None or limits is None:
            return None
        group = _signals.grouping(self.by)
        series = panel.scope.select(free[0], self.where)
        bottom = f"(sum{group}({panel.scope.select(whole[0], self.where)}) > 0)"
        ahead = f"predict_linear({series}[{self.from_}], {number_text(self.after.seconds)})"
        legend = _signals.legend(self.by, "")
        what, by = _signals.words(free[0]), _signals.listed(self.by)
        dashes = {
            "matcher": {"id": "byFrameRefID", "options": "B"},
            "properties": [
                {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [8, 8]}},
                {"id": "custom.fillOpacity", "value": 0},
            ],
        }
        return PanelContent(
            queries=(
                Query(
                    expr=f"sum{group}({series}) / {bottom}",
                    legend=f"{legend} now".strip(),
                    ref="A",
                    origin=node,
                ),
                Query(
                    expr=f"clamp(sum{group}({ahead}) / {bottom}, 0, 1)",
                    ref="B",
                    origin=node,
                    legend=f"{legend} in {self.after}".strip(),
                ),
            ),
            unit="percentunit",
            thresholds=limits.lines,
            alert=limits.alert,
            title=_signals.sentence(f"{what}: free now and in {self.after.words}"),
            description=f"Free share of {what}{by}; dashed: in {self.after.words}, if it goes on as in the "
            f"last {self.from_.words}. 0 % is full.",
            extra=_drawing.style(
                max=1,
                overrides=[dashes],
                calcs=["lastNotNull"],
                interval=_signals.scrape_interval(panel, (*free, *whole)),
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series."""
        return _drawing.time_series(panel)
