"""Quantiles of a histogram over time: what the typical and the unlucky user get.

## Why

An average hides the slow tail. Buckets are added up over all instances before the quantile is taken, never
the other way round. Where nothing was observed there is no value: NaN is dropped.

## References

- https://prometheus.io/docs/practices/histograms/
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals, _thresholds, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import number_text

EXAMPLES = (
    "{show: quantiles, of: shop_request_duration_seconds}",
    "{show: quantiles, of: shop_request_duration_seconds, at: [0.95], by: [endpoint], title: Slow endpoints}",
    "{show: quantiles, of: shop_request_duration_seconds, log: true, crit: 1}",
)
_COLORS = ("sky", "orange", "red", "purple", "blue")


@panel_type("quantiles")
@parameters
class QuantilesPanel:
    """Quantiles of a histogram."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    of: str = said("the histogram", pattern="metric", example="http_request_duration_seconds")
    at: tuple[float, ...] = said(
        "quantiles between 0 and 1", (0.5, 0.95, 0.99), one_or_many=True, example="[0.5, 0.95, 0.99]"
    )
    by: tuple[str, ...] = said("a line for each value of these labels", (), one_or_many=True, pattern="label")
    where: tuple[Matcher, ...] = said("only series that match", ())
    alert: str = said("draw this alert's threshold; it must be in the same unit", "")
    warn: float | None = said("an orange line at this value", None)
    crit: float | None = said("a red line at this value", None)
    log: bool = said("true: logarithmic axis", default=False)
    unit: str = said("unit; default: by the metric", "", pattern="line")
    decimals: int | None = said("digits after the point; default: as needed", None)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query for each quantile."""
        found = _signals.metrics(panel, node, (self.of,), ("histogram",), self.by)
        limits = _thresholds.chosen(panel, node, self.alert, self.warn, self.crit)
        if found is None or limits is None or not self._between(panel, node):
            return None
        metric = found[0]
        buckets = panel.scope.select(metric, self.where, "_bucket")
        inner = f"sum by ({', '.join(('le', *self.by))}) (rate({buckets}[{_signals.RATE}]))"
        queries = tuple(
            Query(
                expr=f"histogram_quantile({number_text(q)}, {inner}) >= 0",  # NaN is not >= 0
                legend=f"{_name(q)} {_signals.legend(self.by, '')}".rstrip(),
                exemplar=_signals.exemplars(panel, found),
                origin=node,
            )
            for q in self.at
        )
        what, names = _signals.words(metric), ", ".join(_name(q) for q in self.at)
        colors = zip("ABCDE", _COLORS, self.at, strict=False) if not self.by else ()
        return PanelContent(
            queries=queries,
            unit=self.unit or _units.unit_of(metric),
            decimals=self.decimals,
            thresholds=limits.lines,
            alert=limits.alert,
            title=_signals.sentence(f"{what} ({names}){_signals.listed(self.by)}"),
            description=f"{_signals.sentence(what)}: 95 of 100 are at most p95. Estimated from the buckets "
            "of all chosen instances together; no line where nothing was observed.",
            extra=_drawing.style(
                overrides=[_drawing.fixed(ref, color) for ref, color, _ in colors],
                log=self.log,
                room=limits.room,
                interval=_signals.scrape_interval(panel, found),
            ),
        )

    def _between(self, panel: PanelScope, node: Node) -> bool:
        good = True
        for i, q in enumerate(self.at):
            if not 0 < q < 1:
                good = False
                panel.scope.sink.error(
                    "panel/quantile",
                    _signals.item(node, "at", i),
                    f"the quantile {number_text(q)} is not between 0 and 1",
                    help=f"write `{number_text(q / 100)}`" if 1 < q < 100 else "write `0.95`",
                )
        return good

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series."""
        return _drawing.time_series(panel)


def _name(q: float) -> str:
    return f"p{number_text(round(q * 100, 6))}"
