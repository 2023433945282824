"""The share of events that went wrong (or, with `rest`, that went well), over time.

## Why

A number of failures says little without the number of tries. Where nothing has failed yet the failing series
do not exist: the share is 0 then, not missing. Without traffic there is no share, and no line.
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
    "{show: ratio, of: shop_requests_total, bad: 'status=~\"5..\"'}",
    "{show: ratio, of: shop_requests_total, bad: 'status=~\"5..\"', by: endpoint, alert: HighErrorRate}",
    "{show: ratio, of: [shop_orders_total, shop_returns_total], bad: 'status=\"failed\"', rest: true,"
    " crit: 99%}",
)


@panel_type("ratio")
@parameters
class RatioPanel:
    """Share of events that match, over time."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    of: tuple[str, ...] = said(
        "counters of all events, taken together",
        one_or_many=True,
        pattern="metric",
        example="http_requests_total",
    )
    bad: tuple[Matcher, ...] = said("which of them count", example="'status=~\"5..\"'")
    by: tuple[str, ...] = said("a line for each value of these labels", (), one_or_many=True, pattern="label")
    where: tuple[Matcher, ...] = said("only events that match, of both kinds", ())
    rest: bool = said("true: the share of all others (availability)", default=False)
    alert: str = said("draw this alert's threshold", "")
    warn: Ratio | None = said("an orange line at this share", None, example="1%")
    crit: Ratio | None = said("a red line at this share", None, example="5%")
    decimals: int | None = said("digits after the point; default: as needed", None)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query."""
        found = _signals.metrics(panel, node, self.of, ("counter", "histogram"), self.by)
        limits = _thresholds.chosen(
            panel, node, self.alert, self.warn, self.crit, "below" if self.rest else "above"
        )
        if found is None or limits is None:
            return None
        what, by = _signals.words_of(found), _signals.listed(self.by)
        bad = ", ".join(str(m) for m in self.bad)
        kind = "without" if self.rest else "with"
        expr = _shares.failing(panel, found, self.bad, self.where, self.by, rest=self.rest)
        return PanelContent(
            queries=(Query(expr=expr, legend=_signals.legend(self.by, f"share {kind} {bad}"), origin=node),),
            unit="percentunit",
            decimals=self.decimals,
            thresholds=limits.lines,
            alert=limits.alert,
            title=_signals.sentence(f"{what}: share {kind} {bad}{by}"),
            description=f"Share of {what} {kind} {bad}{by}. No line means no traffic.",
            extra=_drawing.style(
                legend="" if self.by else "list",
                room=limits.room,
                max=1 if self.rest else None,
                interval=_signals.scrape_interval(panel, found),
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series."""
        return _drawing.time_series(panel)
