"""The N largest, in the chosen time: the endpoints with the most failures, the fullest queues.

## Why

A graph with a hundred lines answers nothing; a sorted list of ten does.
"""

from typing import Any, ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _rows, _signals, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: top, of: shop_requests_total, by: [endpoint], where: 'status=~\"5..\"'}",
    "{show: top, of: shop_requests_total, by: [method, endpoint], limit: 5, style: table}",
    "{show: top, of: shop_carts, by: type}",
)


@panel_type("top")
@parameters
class TopPanel:
    """The largest, sorted."""

    width: ClassVar[int] = 12
    height: ClassVar[int] = 8

    of: tuple[str, ...] = said(
        "counters or gauges, taken together",
        one_or_many=True,
        pattern="metric",
        example="http_requests_total",
    )
    by: tuple[str, ...] = said(
        "the labels of what is listed", one_or_many=True, pattern="label", example="[endpoint]"
    )
    where: tuple[Matcher, ...] = said("only series that match", ())
    limit: int = said("how many", 10)
    style: Literal["bars", "table"] = said("bars or a table", "bars")
    unit: str = said("unit; default: by the metric", "", pattern="line")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One instant query."""
        found = _signals.metrics(panel, node, self.of, ("counter", "gauge", "histogram"), self.by)
        if found is None or not _rows.limit_is_good(panel, node, self.limit):
            return None
        gauge = found[0].type == "gauge"
        parts = [
            panel.scope.select(m, self.where)
            if gauge
            else _signals.rated(panel, m, self.where, window=_signals.RANGE, function="increase")
            for m in found
        ]
        what, by = _signals.words_of(found), _signals.listed(self.by)
        table = self.style == "table"
        # `> 0`: what did not happen is not among the most frequent.
        expr = f"sort_desc(topk({self.limit}, {_signals.together(parts, self.by)} > 0))"
        unit = "short" if found[0].type == "histogram" else _units.unit_of(found[0])
        return PanelContent(
            queries=(
                Query(
                    expr=expr,
                    legend=_signals.legend(self.by, ""),
                    instant=True,
                    origin=node,
                    format="table" if table else "",
                ),
            ),
            unit=self.unit or unit,
            decimals=None if gauge else 0,
            title=_signals.sentence(f"top {self.limit}: {what}{by}"),
            description=f"The {self.limit} largest {what}{by} "
            + ("now." if gauge else "in the chosen time."),
            extra=_drawing.style(
                table=table,
                **(_rows.single(self.by, what) if table else {}),
                interval=_signals.scrape_interval(panel, found),
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A bar gauge or a table."""
        return _drawing.table(panel) if _drawing.extra(panel).get("table") else _drawing.bar_gauge(panel)
