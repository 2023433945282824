"""How much of something is used, in percent over time: memory, disks, processors.

## Why

Saturation is a share of what there is. It is computed for each instance (or mount point, ...), because the
average of a full and an empty disk is a lie.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _shares, _signals, _thresholds
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Ratio

EXAMPLES = (
    "{show: percent, of: node_cpu_seconds_total, idle: 'mode=\"idle\"', title: CPU}",
    "{show: percent, of: node_memory_MemTotal_bytes, free: node_memory_MemAvailable_bytes,"
    " warn: 80%, crit: 90%}",
    "{show: percent, of: node_filesystem_size_bytes, free: node_filesystem_avail_bytes,"
    " by: [instance, mountpoint], where: 'fstype!~\"tmpfs|overlay\"'}",
)


@panel_type("percent")
@parameters
class PercentPanel:
    """The used share of a limited thing, for each instance."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    of: str = said(
        "a gauge of how much there is, or with `idle` a counter of seconds",
        pattern="metric",
        example="node_memory_MemTotal_bytes",
    )
    free: str = said("a gauge of how much of it is free", "", pattern="metric")
    used: str = said("a gauge of how much of it is used", "", pattern="metric")
    idle: tuple[Matcher, ...] = said("which part of the counter is idle time", (), example="'mode=\"idle\"'")
    by: tuple[str, ...] = said(
        "a line for each value of these labels", ("instance",), one_or_many=True, pattern="label"
    )
    where: tuple[Matcher, ...] = said("only series that match", ())
    alert: str = said("draw this alert's threshold; it must be about the used share", "")
    warn: Ratio | None = said("an orange line at this share", None, example="80%")
    crit: Ratio | None = said("a red line at this share", None, example="90%")
    decimals: int | None = said("digits after the point; default: 1", 1)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query."""
        built = _shares.used(panel, node, self.of, self.free, self.used, self.idle, self.by, self.where)
        limits = _thresholds.of_used(panel, node, self.alert, self.warn, self.crit)
        if built is None or limits is None:
            return None
        expr, found = built
        what, by = _signals.words(found[0]), _signals.listed(self.by)
        return PanelContent(
            queries=(Query(expr=expr, legend=_signals.legend(self.by, "used"), origin=node),),
            unit="percentunit",
            decimals=self.decimals,
            thresholds=limits.lines,
            alert=limits.alert,
            title=_signals.sentence(f"{what}: used share{by}"),
            description=f"Used share of {what}{by}; 100 % is all there is.",
            extra=_drawing.style(max=1, interval=_signals.scrape_interval(panel, found)),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series from 0 to 100 %."""
        return _drawing.time_series(panel)
