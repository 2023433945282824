"""A gauge over time: connections, queue length, temperature, or with `age` the time since something happened.

## Why

What a gauge counts exists on several instances: `how` says whether they are added up (connections), or only
the worst matters (queue length). A gauge is never rated.
"""

from typing import Any, ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals, _thresholds, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: value, of: shop_carts, by: [type], stack: true}",
    "{show: value, of: shop_database_connections, how: max, where: 'state=\"active\"', warn: 80, crit: 100}",
    "{show: value, of: shop_last_success_timestamp_seconds, age: true, how: max, crit: 60}",
    "{show: value, of: [shop_carts, shop_database_connections], how: each, direction: below, crit: 1}",
)


@panel_type("value")
@parameters
class ValuePanel:
    """Gauges over time."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    of: tuple[str, ...] = said("gauges", one_or_many=True, pattern="metric", example="queue_length")
    by: tuple[str, ...] = said("a line for each value of these labels", (), one_or_many=True, pattern="label")
    where: tuple[Matcher, ...] = said("only series that match", ())
    how: Literal["sum", "avg", "min", "max", "each"] = said("how several series become one", "sum")
    age: bool = said(
        "true: the gauge is a time stamp in seconds, shown as time that has passed", default=False
    )
    until: bool = said(
        "true: the time stamp lies ahead (an expiry), shown as time that is left", default=False
    )
    stack: bool = said("true: areas on top of each other", default=False)
    alert: str = said("draw this alert's threshold; it must be in the same unit", "")
    warn: float | None = said("an orange line at this value", None)
    crit: float | None = said("a red line at this value", None)
    direction: Literal["above", "below"] = said("on which side of the lines the trouble is", "above")
    unit: str = said("unit; default: by the metric", "", pattern="line")
    decimals: int | None = said("digits after the point; default: as needed", None)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query for each metric."""
        found = _signals.metrics(panel, node, self.of, ("gauge",), self.by)
        limits = _thresholds.chosen(panel, node, self.alert, self.warn, self.crit, self.direction)
        if found is None or limits is None:
            return None
        queries = tuple(
            self._query(panel, m, _signals.item(node, "of", i), many=len(found) > 1)
            for i, m in enumerate(found)
        )
        what, by = _signals.words_of(found), _signals.listed(self.by)
        passed = not self.until and (self.age or _units.unit_of(found[0]) == "timestamp")
        title = f"time {'since' if passed else 'until'} {what}{by}" if passed or self.until else f"{what}{by}"
        how = {
            "sum": "added up over",
            "avg": "averaged over",
            "min": "the lowest of",
            "max": "the highest of",
            "each": "for each of",
        }[self.how]
        return PanelContent(
            queries=queries,
            unit=self.unit or ("seconds" if passed or self.until else _units.unit_of(found[0])),
            decimals=self.decimals,
            thresholds=limits.lines,
            alert=limits.alert,
            title=_signals.sentence(title),
            description=f"{_signals.sentence(title)}, {how} the chosen instances.",
            extra=_drawing.style(
                stack=self.stack,
                room=limits.room,
                legend="" if len(queries) > 1 or self.by or self.how == "each" else "list",
                interval=_signals.scrape_interval(panel, found),
            ),
        )

    def _query(self, panel: PanelScope, metric: Metric, origin: Node, *, many: bool) -> Query:
        expr = panel.scope.select(metric, self.where)
        if self.until:
            expr = f"{expr} - time()"
        elif self.age or _units.unit_of(metric) == "timestamp":
            expr = f"time() - {expr}"
        pinned = {m.label for m in self.where if m.op == "="}
        by = (
            ("instance", *(label for label in metric.labels if label not in pinned))
            if self.how == "each"
            else self.by
        )
        if self.how != "each":
            expr = f"{self.how}{_signals.grouping(self.by)}({expr})"
        what = _signals.words(metric)
        legend = _signals.legend(by, what)
        return Query(expr=expr, legend=f"{what} {legend}" if many and by else legend, origin=origin)

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series."""
        return _drawing.time_series(panel)
