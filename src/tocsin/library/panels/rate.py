"""How often something happens, over time: the increase of counters per second, minute, hour or day.

## Why

A counter itself only grows; its rate is what people can compare. `$__rate_interval` follows the zoom and
never falls below four scrapes. Health and metrics endpoints are not traffic and are left out.

## References

- https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
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
    "{show: rate, of: shop_requests_total}",
    "{show: rate, of: shop_requests_total, by: [endpoint], stack: true}",
    "{show: rate, of: [shop_orders_total, shop_returns_total], per: hour, title: Orders and returns}",
    "{show: rate, of: [shop_orders_total, shop_returns_total], together: true, where: 'status=\"failed\"'}",
)


@panel_type("rate")
@parameters
class RatePanel:
    """Rate of counters over time."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    of: tuple[str, ...] = said(
        "counters (or histograms: their observations)",
        one_or_many=True,
        pattern="metric",
        example="http_requests_total",
    )
    by: tuple[str, ...] = said("a line for each value of these labels", (), one_or_many=True, pattern="label")
    where: tuple[Matcher, ...] = said("only series that match", (), example="'status=~\"5..\"'")
    per: Literal["second", "minute", "hour", "day"] = said("per what", "second")
    together: bool = said("true: several metrics as one sum; false: a line for each", default=False)
    stack: bool = said("true: areas on top of each other", default=False)
    style: Literal["line", "bars"] = said("lines or bars", "line")
    alert: str = said("draw this alert's threshold; it must be in the same unit", "")
    warn: float | None = said("an orange line at this value", None)
    crit: float | None = said("a red line at this value", None)
    unit: str = said("unit; default: by the metric", "", pattern="line")
    decimals: int | None = said("digits after the point; default: as needed", None)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query for each metric, or one for all."""
        found = _signals.metrics(panel, node, self.of, ("counter", "histogram"), self.by)
        limits = _thresholds.chosen(panel, node, self.alert, self.warn, self.crit)
        if found is None or limits is None:
            return None
        queries = self._queries(panel, node, found)
        what, by = _signals.words_of(found), _signals.listed(self.by)
        return PanelContent(
            queries=queries,
            unit=self.unit or _units.rate_unit(found[0], self.per),
            decimals=self.decimals,
            thresholds=limits.lines,
            alert=limits.alert,
            title=_signals.sentence(f"{what} per {self.per}{by}"),
            description=f"{_signals.sentence(what)} per {self.per}{by}, averaged over at least four scrapes.",
            extra=_drawing.style(
                stack=self.stack,
                draw=self.style if self.style == "bars" else "",
                legend="" if len(queries) > 1 or self.by else "list",
                room=limits.room,
                interval=_units.step(self.per, _signals.scrape_interval(panel, found)),
            ),
        )

    def _queries(self, panel: PanelScope, node: Node, found: tuple[Metric, ...]) -> tuple[Query, ...]:
        groups = [found] if self.together else [(metric,) for metric in found]
        queries = []
        for i, group in enumerate(groups):
            parts = [_signals.rated(panel, metric, self.where) for metric in group]
            what = _signals.words_of(group)
            legend = _signals.legend(self.by, what)
            if len(groups) > 1 and self.by:
                legend = f"{what} {legend}"
            queries.append(
                Query(
                    expr=_signals.together(parts, self.by) + _units.per_factor(self.per),
                    legend=legend,
                    origin=_signals.item(node, "of", i),
                )
            )
        return tuple(queries)

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series."""
        return _drawing.time_series(panel)
