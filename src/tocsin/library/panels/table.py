"""Several numbers side by side for each endpoint, instance or whatever tells things apart.

## Why

Rate, errors and duration of one endpoint belong on one line: that is how the odd one is found.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _rows, _shares, _signals, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import HERE, parameters, said

EXAMPLES = (
    "{show: table, by: [endpoint], columns: {Requests: {of: shop_requests_total},"
    " Errors: {of: shop_requests_total, bad: 'status=~\"5..\"'}, p95: {of: shop_request_duration_seconds}}}",
    "{show: table, by: [type], columns: {Carts: {of: shop_carts}}}",
)
_TYPES = ("counter", "gauge", "histogram", "info")


@parameters
class Column:
    """One column: a counter's rate, a gauge's sum, a histogram's quantile, or with `bad` a share."""

    of: str = said("the metric", pattern="metric", example="http_requests_total")
    where: tuple[Matcher, ...] = said("only series that match", ())
    bad: tuple[Matcher, ...] = said("the share of events that match", ())
    at: float = said("histograms: the quantile", 0.95)
    how: Literal["sum", "avg", "min", "max"] = said("gauges: how several series become one", "sum")
    total: bool = said("counters: true: the number in the chosen time, not per second", default=False)
    unit: str = said("unit; default: by the metric", "", pattern="line")
    node: Node = HERE

    def expr(self, panel: PanelScope, metric: Metric, by: tuple[str, ...]) -> str:
        """The instant query; everything is taken over the chosen time."""
        if self.bad:
            return _shares.failing(
                panel, (metric,), self.bad, self.where, by, rest=False, window=_signals.RANGE
            )
        group = _signals.grouping(by)
        if metric.type == "histogram":
            buckets = panel.scope.select(metric, self.where, "_bucket")
            inner = f"sum by ({', '.join(('le', *by))}) (rate({buckets}[{_signals.RANGE}]))"
            return f"histogram_quantile({self.at}, {inner}) >= 0"
        if metric.type == "counter":
            function = "increase" if self.total else "rate"
            rated = _signals.rated(panel, metric, self.where, window=_signals.RANGE, function=function)
            return f"sum{group}({rated})"
        return f"{self.how}{group}({panel.scope.select(metric, self.where)})"

    def unit_of(self, metric: Metric) -> str:
        """Of the column's values."""
        if self.unit or self.bad:
            return self.unit or "percentunit"
        rated = metric.type == "counter" and not self.total
        return _units.rate_unit(metric) if rated else _units.unit_of(metric)


@panel_type("table")
@parameters
class TablePanel:
    """A line for each value of a label, a column for each number."""

    width: ClassVar[int] = 12
    height: ClassVar[int] = 9

    by: tuple[str, ...] = said(
        "the labels that tell the lines apart", one_or_many=True, pattern="label", example="[endpoint]"
    )
    columns: Mapping[str, Column] = said("title to number", example="{Requests: {of: http_requests_total}}")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One instant query for each column."""
        queries: list[Query] = []
        values: list[tuple[str, str, str]] = []
        metrics: list[Metric] = []
        for title, column in self.columns.items():
            found = _signals.metrics(panel, column.node, (column.of,), _TYPES, self.by)
            if found is None:
                return None
            ref = chr(65 + len(queries))
            # Grafana calls the field of a lone table query `Value`, those of several `Value #A`, `Value #B`.
            field = "Value" if len(self.columns) == 1 else f"Value #{ref}"
            values.append((field, title, column.unit_of(found[0])))
            queries.append(
                Query(
                    expr=column.expr(panel, found[0], self.by),
                    ref=ref,
                    instant=True,
                    format="table",
                    legend=title,
                    origin=column.node,
                )
            )
            metrics += found
        if not values:
            panel.scope.sink.error("panel/empty", node.at("columns"), "a table needs at least one column")
            return None
        titles = ", ".join(self.columns)
        return PanelContent(
            queries=tuple(queries),
            title=_signals.sentence(f"{titles}{_signals.listed(self.by)}"),
            description=f"{titles}{_signals.listed(self.by)}, over the chosen time.",
            extra=_rows.columns(self.by, values),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A table."""
        return _drawing.table(panel)
