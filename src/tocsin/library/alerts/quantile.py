"""A quantile of durations above a limit, with enough requests to mean something.

## Semantics

Fires while the quantile over the requests of `per` is strictly above `above` **and** there were at least
`min_events` requests. The quantile is interpolated inside a bucket: prefer `slow-share`, which is exact.
The limit must lie below the last finite bucket, because a quantile is never reported above it. No traffic
is NaN and quiet, as are series that are gone. A counter reset is an increase from zero.

## Why

Sometimes the agreement with the users is a quantile, and the limit no bucket's edge.

## References

- Prometheus 3: `histogram_quantile` returns the last finite edge when the quantile lies in the `+Inf`
  bucket.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import counted, declared, labels_known
from tocsin.library.alerts._edges import below_last_edge, in_unit
from tocsin.library.alerts._words import amount, each, title, which
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio, number_text


@alert_template("quantile")
@parameters
class Quantile:
    """Fires on a quantile of durations."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: str = said("the histogram of durations", example="shop_request_duration_seconds", pattern="metric")
    quantile: Ratio = said("which quantile", Ratio(0.95), example="95%")
    above: Duration = said("duration above which it fires", example="800ms")
    per: Duration = said("window in which requests are counted", Duration(300_000), example="5m")
    min_events: int = said("requests that there must be at least", 100, example="100")
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[endpoint]", pattern="label", one_or_many=True
    )

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """The quantile of the summed buckets, and the count of requests."""
        metrics = declared(scope, (self.of,), node.at("of"), "histogram")
        if not metrics or not below_last_edge(scope, metrics[0], self.above, node.at("above")):
            return None
        if not labels_known(scope, metrics, self.by, node.at("by")):
            return None
        buckets = counted(scope, metrics, (), self.per, ("le", *self.by), "_bucket")
        signal = f"histogram_quantile({self.quantile.number}, {buckets})"
        requests = counted(scope, metrics, (), self.per, self.by, "_count")
        limit, p = in_unit(metrics[0], self.above), f"p{number_text(self.quantile.value * 100)}"
        return Condition(
            expr=f"  {signal} > {number_text(limit)}\nand\n  {requests} >= {self.min_events}",
            signal=signal,
            threshold=limit,
            direction="above",
            unit=metrics[0].unit,
            by=self.by,
            meaning=f"the {p} of request durations{each(self.by)} within {self.per.words} is above "
            f"{self.above.words}, and there were at least {self.min_events} requests",
            measures=f"{p} of request durations{each(self.by)}",
            summary=f"{p} of requests to {title(scope)} is {amount(metrics[0].unit)}{which(self.by)}",
            value=amount(metrics[0].unit),
            threshold_text=str(self.above),
            window=self.per,
        )
