"""Series that should be there are not.

## Semantics

Fires while no series of the metric exists in this environment, or, with `each`, for every declared value
of that label that has none. It asks for the series alone: it fires when the service is down too (inhibit
it by `ServiceDown`), because what it watches may be pushed and have no `up`. A series ends when its
target leaves discovery, when it is no longer exposed, or five minutes after its last sample where it is
pushed.

## Why

A panel that is empty and a rule that is quiet look like peace.

## References

- Prometheus 3: `absent()` takes its labels from the selector's `=` matchers; the look-back is 5 minutes.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import aggregated, declared, labels_known
from tocsin.library.alerts._words import plain, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said


@alert_template("absent")
@parameters
class Absent:
    """Fires when series are gone."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: str = said("the metric", example="shop_build_info", pattern="metric")
    where: tuple[Matcher, ...] = said("which series", (), example="'region=\"eu\"'")
    each: str = said(
        "a label whose declared values must all be there (the metric says `only: true`)",
        "",
        example="region",
        pattern="label",
    )
    what: str = said("what is gone, in words", "", example="nightly report", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """`absent` for the whole, or for each value."""
        metrics = declared(scope, (self.of,), node.at("of"))
        if not metrics or not labels_known(scope, metrics, (m.label for m in self.where), node.at("where")):
            return None
        metric, suffix = metrics[0], "_count" if metrics[0].type == "histogram" else ""
        if self.each and not self._inventory(scope, metric, node):
            return None
        values = metric.labels[self.each] if self.each else ("",)
        parts = [scope.select(metric, self._extra(value), suffix) for value in values]
        by = (self.each,) if self.each else ()
        whole = scope.select(metric, self.where, suffix)
        signal = aggregated("count", by, whole) + ("" if by else " or vector(0)")
        what = plain(self.what) or f"`{self.of}`"
        return Condition(
            expr="\nor\n".join(f"absent({part})" for part in parts),
            signal=signal,
            threshold=1,
            direction="below",
            unit="count",
            by=by,
            meaning=f"there is no {what}" + (f" for one of {len(values)} known {self.each}s" if by else ""),
            measures=f"series of {what}",
            summary=f"{title(scope)}: no {what}{which(by)}",
            value="none",
            threshold_text="1 series",
        )

    def _extra(self, value: str) -> tuple[Matcher, ...]:
        return (*self.where, Matcher(self.each, "=", value)) if self.each else self.where

    def _inventory(self, scope: Scope, metric: Metric, node: Node) -> bool:
        if not labels_known(scope, (metric,), (self.each,), node.at("each")):
            return False
        if metric.only and metric.labels.get(self.each):
            return True
        scope.sink.error(
            "alert/no-inventory",
            node.at("each"),
            f"`{metric.name}` does not say all values of `{self.each}`",
            help=f"add `only: true` and `labels: {{{self.each}: [...]}}` to the metric",
        )
        return False


CONTRACT = """scrape: {targets: ["a:1"]}
metrics:
  shop_region_up: {type: gauge, labels: {region: [eu, us]}, only: true}
  shop_build_info: {type: info, labels: [version]}"""
ALERT = "{of: shop_region_up, each: region, for: 5m}"
WHOLE = "{of: shop_build_info, for: 5m}"
EU = 'shop_region_up{region="eu"}'
US = 'shop_region_up{region="us"}'
EXAMPLES = (
    fires(
        "one of two known regions is gone",
        contract=CONTRACT,
        alert=ALERT,
        series={EU: "1x80", US: "1x10 stale _x30 1x20"},
        since="7m45s",
        ends="10m30s",
        labels=({"region": "us", "job": "shop"},),
    ),
    quiet("both are there", contract=CONTRACT, alert=ALERT, series={EU: "0x60", US: "1x60"}, until="14m"),
    quiet(
        "gone for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={EU: "1x80", US: "1x10 stale _x18 1x40"},
        until="17m",
    ),
    fires(
        "all is gone, five minutes after the last pushed sample",
        contract=CONTRACT,
        alert=WHOLE,
        series={'shop_build_info{version="1"}': "1x10"},
        since="12m30s",
        labels=({"job": "shop"},),
    ),
    quiet(
        "any version is there",
        contract=CONTRACT,
        alert=WHOLE,
        series={'shop_build_info{version="2"}': "1x60"},
        until="14m",
    ),
)
