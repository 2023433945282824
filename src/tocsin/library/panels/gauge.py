"""A dial: how full the fullest is right now.

## Why

The first look at saturation: one number against its limits. It shows the worst of the chosen instances, or
with `each` a dial for every one of them.
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
    "{show: gauge, of: node_memory_MemTotal_bytes, free: node_memory_MemAvailable_bytes, title: Memory}",
    "{show: gauge, of: node_cpu_seconds_total, idle: 'mode=\"idle\"', each: true, warn: 70%, crit: 85%}",
)


@panel_type("gauge")
@parameters
class GaugePanel:
    """The used share of a limited thing, now."""

    width: ClassVar[int] = 4
    height: ClassVar[int] = 5

    of: str = said(
        "a gauge of how much there is, or with `idle` a counter of seconds",
        pattern="metric",
        example="node_memory_MemTotal_bytes",
    )
    free: str = said("a gauge of how much of it is free", "", pattern="metric")
    used: str = said("a gauge of how much of it is used", "", pattern="metric")
    idle: tuple[Matcher, ...] = said("which part of the counter is idle time", (), example="'mode=\"idle\"'")
    by: tuple[str, ...] = said(
        "what the share is computed for", ("instance",), one_or_many=True, pattern="label"
    )
    where: tuple[Matcher, ...] = said("only series that match", ())
    each: bool = said("true: a dial for each; false: the worst", default=False)
    alert: str = said("colour by this alert's threshold; it must be about the used share", "")
    warn: Ratio = said("orange from this share", Ratio(0.8), example="80%")
    crit: Ratio = said("red from this share", Ratio(0.9), example="90%")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query."""
        built = _shares.used(panel, node, self.of, self.free, self.used, self.idle, self.by, self.where)
        mine = (None, None) if self.alert else (self.warn, self.crit)
        limits = _thresholds.of_used(panel, node, self.alert, *mine)
        if built is None or limits is None:
            return None
        expr, found = built
        what, by = _signals.words(found[0]), _signals.listed(self.by)
        return PanelContent(
            queries=(
                Query(
                    expr=expr if self.each else f"max({expr})",
                    origin=node,
                    legend=_signals.legend(self.by, "used") if self.each else "worst",
                ),
            ),
            unit="percentunit",
            decimals=0,
            thresholds=limits.lines,
            alert=limits.alert,
            title=_signals.sentence(f"{what}: used{by if self.each else ''}"),
            description=f"Used share of {what} now, "
            + (f"{by.strip()}." if self.each else f"the worst{by}."),
            extra=_drawing.style(min=0, max=1, interval=_signals.scrape_interval(panel, found)),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A gauge."""
        return _drawing.gauge(panel)
