"""What a total is made of: by label, stacked as areas or bars, or as shares of the whole.

## Why

When the total moves, the next question is which part moved.
"""

from typing import Any, ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: breakdown, of: shop_requests_total, by: [status]}",
    "{show: breakdown, of: shop_orders_total, by: status, per: hour, style: bars}",
    "{show: breakdown, of: shop_carts, by: type, shares: true}",
)


@panel_type("breakdown")
@parameters
class BreakdownPanel:
    """Parts of a whole over time."""

    width: ClassVar[int] = 12
    height: ClassVar[int] = 8

    of: tuple[str, ...] = said(
        "counters or gauges, taken together",
        one_or_many=True,
        pattern="metric",
        example="http_requests_total",
    )
    by: tuple[str, ...] = said(
        "the labels that tell the parts apart", one_or_many=True, pattern="label", example="[status]"
    )
    where: tuple[Matcher, ...] = said("only series that match", ())
    per: Literal["second", "minute", "hour", "day"] = said("counters: per what", "second")
    style: Literal["area", "bars"] = said("areas or bars", "area")
    shares: bool = said("true: as shares of the whole", default=False)
    unit: str = said("unit; default: by the metric", "", pattern="line")
    decimals: int | None = said("digits after the point; default: as needed", None)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query."""
        found = _signals.metrics(panel, node, self.of, ("counter", "gauge", "histogram"), self.by)
        if found is None:
            return None
        gauge = found[0].type == "gauge"
        parts = [
            panel.scope.select(m, self.where) if gauge else _signals.rated(panel, m, self.where)
            for m in found
        ]
        expr = _signals.together(parts, self.by) + ("" if gauge else _units.per_factor(self.per))
        what, by = _signals.words_of(found), _signals.listed(self.by)
        return PanelContent(
            queries=(Query(expr=expr, legend=_signals.legend(self.by, what), origin=node),),
            unit=self.unit or (_units.unit_of(found[0]) if gauge else _units.rate_unit(found[0], self.per)),
            decimals=self.decimals,
            title=_signals.sentence(what + by),
            description=f"{_signals.sentence(what)}{by}, stacked" + ("." if gauge else f", per {self.per}."),
            extra=_drawing.style(
                stack=True,
                percent=self.shares,
                legend="right",
                calcs=["max", "lastNotNull"],
                draw="bars" if self.style == "bars" else "",
                fill=60 if self.style == "area" else None,
                interval=_units.step(self.per, _signals.scrape_interval(panel, found)),
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A stacked time series."""
        return _drawing.time_series(panel)
