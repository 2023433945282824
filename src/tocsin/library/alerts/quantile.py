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
from tocsin.library.example import fires, quiet
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


CONTRACT = """scrape: {targets: ["a:1"]}
metrics: {shop_request_duration_seconds: {type: histogram, buckets: [0.5, 1, 2.5]}}"""
ALERT = "{of: shop_request_duration_seconds, quantile: 95%, above: 800ms, per: 5m, min_events: 100, for: 5m}"
HALF = 'shop_request_duration_seconds_bucket{le="0.5"}'
ONE = 'shop_request_duration_seconds_bucket{le="1"}'
ALL = 'shop_request_duration_seconds_bucket{le="+Inf"}'
COUNT = "shop_request_duration_seconds_count"
EXAMPLES = (
    fires(
        "just over: p95 is 0.83 s",
        contract=CONTRACT,
        alert=ALERT,
        series={HALF: "0+850x60", ONE: "0+1000x60", ALL: "0+1000x60", COUNT: "0+1000x60"},
        since="5m15s",
    ),
    quiet(
        "just under: p95 is 0.75 s",
        contract=CONTRACT,
        alert=ALERT,
        series={HALF: "0+900x80", ONE: "0+1000x80", ALL: "0+1000x80", COUNT: "0+1000x80"},
        until="20m",
    ),
    fires(
        "just enough requests",
        contract=CONTRACT,
        alert=ALERT,
        series={HALF: "0x60", ONE: "0+6x60", ALL: "0+6x60", COUNT: "0+6x60"},
        since="9m15s",
    ),
    quiet(
        "too few requests",
        contract=CONTRACT,
        alert=ALERT,
        series={HALF: "0x80", ONE: "0+4x80", ALL: "0+4x80", COUNT: "0+4x80"},
        until="20m",
    ),
    quiet(
        "no traffic",
        contract=CONTRACT,
        alert=ALERT,
        series={HALF: "0x80", ONE: "900x80", ALL: "900x80", COUNT: "900x80"},
        until="20m",
    ),
    quiet(
        "the counters are reset",
        contract=CONTRACT,
        alert=ALERT,
        series={
            HALF: "90000+99x30 0+99x50",
            ONE: "90000+100x30 0+100x50",
            ALL: "90000+100x30 0+100x50",
            COUNT: "90000+100x30 0+100x50",
        },
        until="20m",
    ),
)
