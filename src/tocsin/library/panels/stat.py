"""One number, large: how many there are now, or how many there were in the chosen time.

## Why

Some questions have one number for an answer: devices uploaded this week, availability today. A counter is
counted over the time that the reader has chosen (or over `over`); a gauge is read as it is now.
"""

from typing import Any, ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _shares, _signals, _thresholds, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio

EXAMPLES = (
    "{show: stat, of: shop_orders_total, where: 'status=\"success\"', title: Orders}",
    "{show: stat, of: [shop_orders_total, shop_returns_total], by: [status], over: 24h}",
    "{show: stat, of: shop_carts, graph: true}",
    "{show: stat, of: shop_requests_total, bad: 'status=~\"5..\"', rest: true, warn_share: 99.9%}",
    "{show: stat, of: shop_build_info, by: [version], how: max}",
)


@panel_type("stat")
@parameters
class StatPanel:
    """A single number, or one for each value of a label."""

    width: ClassVar[int] = 4
    height: ClassVar[int] = 4

    of: tuple[str, ...] = said(
        "counters (taken together) or a gauge", one_or_many=True, pattern="metric", example="orders_total"
    )
    by: tuple[str, ...] = said(
        "a number for each value of these labels", (), one_or_many=True, pattern="label"
    )
    where: tuple[Matcher, ...] = said("only series that match", ())
    how: Literal["sum", "avg", "min", "max"] = said("gauges: how several series become one", "sum")
    over: Duration | None = said("counters: over how long; default: the time that is being looked at", None)
    bad: tuple[Matcher, ...] = said("counters: the share of those that match", ())
    rest: bool = said("true: the share of all others", default=False)
    age: bool = said(
        "true: the gauge is a time stamp in seconds, shown as time that has passed", default=False
    )
    graph: bool = said("gauges: true: a small graph behind the number", default=False)
    alert: str = said("colour by this alert's threshold", "")
    warn: float | None = said("orange from this value", None)
    crit: float | None = said("red from this value", None)
    warn_share: Ratio | None = said("orange from this share", None)
    crit_share: Ratio | None = said("red from this share", None)
    direction: Literal["above", "below", ""] = said(
        "on which side the trouble is; default: above, with `rest` below", ""
    )
    unit: str = said("unit; default: by the metric", "", pattern="line")
    decimals: int | None = said("digits after the point; default: as needed", None)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query."""
        found = _signals.metrics(panel, node, self.of, ("counter", "gauge", "histogram", "info"), self.by)
        limits = _thresholds.chosen(
            panel,
            node,
            self.alert,
            self.warn if self.warn_share is None else self.warn_share,
            self.crit if self.crit_share is None else self.crit_share,
            self.direction or ("below" if self.rest else "above"),
        )
        if found is None or limits is None:
            return None
        counted = found[0].type in ("counter", "histogram")
        expr = self._expr(panel, found, counted=counted)
        what = _signals.words_of(found) + _signals.listed(self.by)
        when = (
            f" in the last {self.over.words}" if self.over else " in the chosen time" if counted else " now"
        )
        names = found[0].type == "info" and bool(self.by)
        return PanelContent(
            queries=(
                Query(
                    expr=expr,
                    legend=_signals.legend(self.by, what),
                    instant=counted or not self.graph,
                    origin=node,
                ),
            ),
            unit=self.unit or self._unit(found[0], counted=counted),
            decimals=self.decimals if self.decimals is not None else 0 if counted and not self.bad else None,
            thresholds=limits.lines,
            alert=limits.alert,
            title=_signals.sentence(what),
            description=f"{_signals.sentence(what)}{when}, over all chosen instances.",
            extra=_drawing.style(
                graph=self.graph and not counted,
                text="name" if names else "",
                interval=_signals.scrape_interval(panel, found),
            ),
        )

    def _expr(self, panel: PanelScope, found: tuple[Metric, ...], *, counted: bool) -> str:
        window = str(self.over) if self.over else _signals.RANGE
        if counted and self.bad:
            return _shares.failing(
                panel,
                found,
                self.bad,
                self.where,
                self.by,
                rest=self.rest,
                window=window,
                function="increase",
            )
        if counted:
            parts = [_signals.rated(panel, m, self.where, window=window, function="increase") for m in found]
            return _signals.together(parts, self.by)
        gauges = [panel.scope.select(m, self.where) for m in found]
        aged = self.age or _units.unit_of(found[0]) == "timestamp"
        return _signals.together([f"time() - {g}" if aged else g for g in gauges], self.by, self.how)

    def _unit(self, metric: Metric, *, counted: bool) -> str:
        if self.bad:
            return "percentunit"
        if self.age or _units.unit_of(metric) == "timestamp":
            return "seconds"
        return "short" if metric.type == "histogram" else _units.unit_of(metric)

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A stat."""
        return _drawing.stat(panel)
