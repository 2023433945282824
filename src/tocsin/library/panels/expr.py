"""Whatever PromQL or LogQL you write, drawn as you like.

## Why

No set of panels covers every question. Expressions are used exactly as written: `$environment`, `$instance`,
any label of a metric that occurs, and the dashboard's own variables may be used, and are declared for it.
"""

from typing import Any, ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _thresholds
from tocsin.model.dashboards import Panel, Query, Source
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.spec.declare import Expr, parameters, said
from tocsin.spec.values import Duration

EXAMPLES = (
    "{show: expr, title: Carts, query: 'sum by (type) (shop_carts{environment=~\"$environment\"})',"
    " legend: '{{type}}'}",
    "{show: expr, title: Orders, as: stat, query: 'sum(increase(shop_orders_total[$__range]))', decimals: 0}",
    "{show: expr, title: Slow, query: ['scrape_duration_seconds', 'up'], legend: [took, up], unit: seconds,"
    " crit: 5}",
    "{show: expr, title: Timeouts,"
    " logql: 'sum(count_over_time({service_name=\"shop\"} |= `timeout` [$__auto]))'}",
    "{show: expr, title: Targets, as: table, query: up}",
)
_INSTANT = ("stat", "gauge", "bars", "table")


@panel_type("expr")
@parameters
class ExprPanel:
    """A raw expression."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    query: tuple[Expr, ...] = said("PromQL, one or several", (), one_or_many=True)
    logql: tuple[Expr, ...] = said("LogQL that gives numbers, one or several", (), one_or_many=True)
    legend: tuple[str, ...] = said("a legend for each, may use `{{label}}`", (), one_or_many=True)
    as_: Literal["graph", "stat", "gauge", "bars", "table"] = said("how it is drawn", "graph")
    instant: bool | None = said("true: only the value at the end; default: by `as`", None)
    stack: bool = said("graphs: true: areas on top of each other", default=False)
    min: float | None = said("the lowest value of the axis", None)
    max: float | None = said("the highest value of the axis", None)
    every: Duration | None = said("the smallest step between points; default: the scrape interval", None)
    alert: str = said("draw this alert's threshold; it must be in the same unit", "")
    warn: float | None = said("an orange line at this value", None)
    crit: float | None = said("a red line at this value", None)
    direction: Literal["above", "below"] = said("on which side of the lines the trouble is", "above")
    unit: str = said("unit, ours or Grafana's", "short", pattern="line")
    decimals: int | None = said("digits after the point; default: as needed", None)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """A query for each expression."""
        limits = _thresholds.chosen(panel, node, self.alert, self.warn, self.crit, self.direction)
        if not self.query and not self.logql:
            panel.scope.sink.error(
                "panel/empty",
                node,
                "`expr` needs `query` or `logql`",
                help="add `query: 'sum(rate(http_requests_total[$__rate_interval]))'`",
            )
            return None
        if limits is None:
            return None
        said: list[tuple[Expr, Source]] = [(e, "prometheus") for e in self.query]
        said += [(e, "loki") for e in self.logql]
        instant = self.as_ in _INSTANT if self.instant is None else self.instant
        queries = tuple(
            Query(
                expr=e.text.strip(),
                source=source,
                instant=instant,
                origin=e.node,
                legend=self.legend[i] if i < len(self.legend) else "",
                format="table" if self.as_ == "table" and source == "prometheus" else "",
            )
            for i, (e, source) in enumerate(said)
        )
        return PanelContent(
            queries=queries,
            unit=self.unit,
            decimals=self.decimals,
            thresholds=limits.lines,
            alert=limits.alert,
            title="Expression",
            description="\n\n".join(f"`{q.expr}`" for q in queries),
            extra=_drawing.style(
                shape=self.as_,
                stack=self.stack,
                min=self.min,
                max=self.max,
                room=limits.room,
                interval=str(self.every or panel.scope.every),
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """As `as` says."""
        shapes = {
            "stat": _drawing.stat,
            "gauge": _drawing.gauge,
            "bars": _drawing.bar_gauge,
            "table": _drawing.table,
        }
        return shapes.get(_drawing.extra(panel).get("shape", ""), _drawing.time_series)(panel)
