"""What goes in and what goes out: bytes of a network or disk, in above and out below the zero line.

## Why

Both directions on one graph show at once which one is busy, without two graphs of different scale.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: flow, in: node_network_receive_bytes_total, out: node_network_transmit_bytes_total,"
    " where: 'device!=\"lo\"'}",
    "{show: flow, in: shop_received_bytes_total, out: shop_sent_bytes_total, by: [], bits: true}",
)


@panel_type("flow")
@parameters
class FlowPanel:
    """Two counters in opposite directions."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    in_: str = said(
        "the counter of what comes in", pattern="metric", example="node_network_receive_bytes_total"
    )
    out: str = said(
        "the counter of what goes out", pattern="metric", example="node_network_transmit_bytes_total"
    )
    by: tuple[str, ...] = said(
        "a line for each value of these labels", ("instance",), one_or_many=True, pattern="label"
    )
    where: tuple[Matcher, ...] = said("only series that match", (), example="'device!=\"lo\"'")
    bits: bool = said("true: bits instead of bytes", default=False)
    unit: str = said("unit; default: by the metric", "", pattern="line")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """Two queries, the second negative."""
        came = _signals.metrics(panel, node, (self.in_,), ("counter",), self.by, key="in")
        went = _signals.metrics(panel, node, (self.out,), ("counter",), self.by, key="out")
        if came is None or went is None:
            return None
        factor = " * 8" if self.bits else ""
        rates = [
            f"sum{_signals.grouping(self.by)}({_signals.rated(panel, m, self.where)}){factor}"
            for m in (came[0], went[0])
        ]
        names = [f"{word} {_signals.legend(self.by, '')}".rstrip() for word in ("in", "out")]
        what, by = f"{_signals.words(came[0])} and {_signals.words(went[0])}", _signals.listed(self.by)
        unit = "bits_per_second" if self.bits else _units.rate_unit(came[0])
        return PanelContent(
            queries=(
                Query(expr=rates[0], legend=names[0], origin=node.at("in")),
                Query(expr=f"-({rates[1]})", legend=names[1], origin=node.at("out")),
            ),
            unit=self.unit or unit,
            title=_signals.sentence(what + by),
            description=f"{_signals.sentence(what)}{by}: in above, out below the zero line.",
            extra=_drawing.style(
                negative=True,
                fill=20,
                calcs=["mean", "lastNotNull"],
                interval=_signals.scrape_interval(panel, (*came, *went)),
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series around zero."""
        return _drawing.time_series(panel)
