"""The share of requests that take longer than a limit, exact at a bucket's edge.

## Semantics

Fires while strictly more than `above` of the requests within `per` took longer than `slower_than` **and**
there were at least `min_events` requests. `slower_than` must be an edge of the histogram's buckets, so
the count is exact; a request that takes exactly the limit is not slow (buckets include their upper edge).
With `above: 5%` this is p95 > `slower_than`, without the guess that `histogram_quantile` makes inside a
bucket.

No traffic (0/0 is NaN) and series that are gone are quiet. A counter reset is an increase from zero.
Health and metrics endpoints are not traffic. `by: [endpoint]` judges each endpoint alone: a slow one does
not hide among fast ones.

## Why

A quantile of each series means nothing over a service, is NaN without traffic, and is interpolated.

## References

- Prometheus 3.15: `le` is normalised to an OpenMetrics float when scraped (`1` becomes `1.0`); the
  selector takes both.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import counted, declared, divided, indented, labels_dropped, labels_known
from tocsin.library.alerts._edges import has_edge, in_unit, le_matcher
from tocsin.library.alerts._words import amount, each, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.model.units import threshold_words
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio, number_text


@alert_template("slow-share")
@parameters
class SlowShare:
    """Fires on the share of slow requests."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: str = said("the histogram of durations", example="shop_request_duration_seconds", pattern="metric")
    slower_than: Duration = said("what is slow; an edge of the histogram's buckets", example="1s")
    above: Ratio = said("share of slow requests above which it fires", example="5%")
    per: Duration = said("window in which requests are counted", Duration(300_000), example="5m")
    min_events: int = said("requests that there must be at least", 100, example="100")
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[endpoint]", pattern="label", one_or_many=True
    )

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """One minus the share of the bucket, and the count of requests."""
        metrics = declared(scope, (self.of,), node.at("of"), "histogram")
        if not metrics or not has_edge(scope, metrics[0], self.slower_than, node.at("slower_than")):
            return None
        if not labels_known(scope, metrics, self.by, node.at("by")):
            return None
        limit, slow = threshold_words(self.above.value, "percentunit"), self.slower_than.words
        p = number_text(round(100 - self.above.value * 100, 10))
        share = self._share(scope, metrics)
        requests = counted(scope, metrics, (), self.per, self.by, "_count")
        return Condition(
            expr=f"{indented(share)}\n> {self.above.number}\nand\n  {requests} >= {self.min_events}",
            signal=share,
            threshold=self.above.value,
            direction="above",
            unit="percentunit",
            by=self.by,
            meaning=f"more than {limit} of the requests{each(self.by)} took longer than {slow} within "
            f"{self.per.words} (p{p} above {self.slower_than}), "
            f"and there were at least {self.min_events} requests",
            measures=f"share of requests{each(self.by)} slower than {slow}",
            summary=f"{amount('percentunit')} of requests to {title(scope)} take longer than {slow}"
            f"{which(self.by)}",
            value=amount("percentunit"),
            threshold_text=f"{limit} slower than {self.slower_than}",
            offender=self._offender(scope, metrics),
            window=self.per,
        )

    def _counts(self, scope: Scope, metrics: tuple[Metric, ...], by: tuple[str, ...]) -> tuple[str, str]:
        fast = le_matcher(in_unit(metrics[0], self.slower_than))
        return (
            counted(scope, metrics, (fast,), self.per, by, "_bucket"),
            counted(scope, metrics, (), self.per, by, "_count"),
        )

    def _share(self, scope: Scope, metrics: tuple[Metric, ...]) -> str:
        return "1 -\n" + divided(*self._counts(scope, metrics, self.by))

    def _offender(self, scope: Scope, metrics: tuple[Metric, ...]) -> str | None:
        dropped = labels_dropped(scope, metrics, (), self.by)
        if not dropped:
            return None
        quick, requests = self._counts(scope, metrics, (*self.by, *dropped))
        return f"topk(1, {requests} - {quick})"


CONTRACT = """scrape: {targets: ["a:1"]}
metrics:
  shop_request_duration_seconds: {type: histogram, labels: [endpoint], buckets: [0.5, 1, 2.5]}"""
ALERT = """{of: shop_request_duration_seconds, slower_than: 1s, above: 5%, per: 5m, min_events: 100,
  by: [endpoint], for: 5m}"""
QUICK = 'shop_request_duration_seconds_bucket{endpoint="/a",le="1"}'
NEW_QUICK = 'shop_request_duration_seconds_bucket{endpoint="/a",le="1.0"}'
HALF = 'shop_request_duration_seconds_bucket{endpoint="/a",le="0.5"}'
ALL = 'shop_request_duration_seconds_count{endpoint="/a"}'
OTHER_QUICK = 'shop_request_duration_seconds_bucket{endpoint="/b",le="1"}'
OTHER_ALL = 'shop_request_duration_seconds_count{endpoint="/b"}'
AT_A = ({"endpoint": "/a"},)
EXAMPLES = (
    fires(
        "just over: fifty-one of a thousand are slow, at one of two endpoints",
        contract=CONTRACT,
        alert=ALERT,
        series={
            HALF: "0+9x60",
            QUICK: "0+949x60",
            ALL: "0+1000x60",
            OTHER_QUICK: "0+1000x60",
            OTHER_ALL: "0+1000x60",
        },
        since="5m15s",
        labels=AT_A,
    ),
    fires(
        "the same as Prometheus 3 writes it",
        contract=CONTRACT,
        alert=ALERT,
        series={NEW_QUICK: "0+949x60", ALL: "0+1000x60"},
        since="5m15s",
        labels=AT_A,
    ),
    quiet(
        "just under: forty-nine of a thousand are slow",
        contract=CONTRACT,
        alert=ALERT,
        series={QUICK: "0+951x80", ALL: "0+1000x80"},
        until="20m",
    ),
    fires(
        "just enough requests",
        contract=CONTRACT,
        alert=ALERT,
        series={QUICK: "0+3x60", ALL: "0+6x60"},
        since="9m15s",
        labels=AT_A,
    ),
    quiet(
        "too few requests",
        contract=CONTRACT,
        alert=ALERT,
        series={QUICK: "0+2x80", ALL: "0+4x80"},
        until="20m",
    ),
    quiet(
        "slow for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={QUICK: "0x20 40000+1000x60", ALL: "0+1000x20 41000+1000x60"},
        until="20m",
    ),
    quiet("no traffic", contract=CONTRACT, alert=ALERT, series={QUICK: "5x80", ALL: "900x80"}, until="20m"),
    quiet(
        "the series end",
        contract=CONTRACT,
        alert=ALERT,
        series={QUICK: "0+9x40 stale", ALL: "0+9x40 stale"},
        until="20m",
    ),
    quiet(
        "the counters are reset",
        contract=CONTRACT,
        alert=ALERT,
        series={QUICK: "90000+99x30 0+99x50", ALL: "90000+100x30 0+100x50"},
        until="20m",
    ),
    quiet(
        "only the metrics endpoint is slow",
        contract=CONTRACT,
        alert=ALERT,
        series={
            'shop_request_duration_seconds_bucket{endpoint="/metrics",le="1"}': "0x80",
            'shop_request_duration_seconds_count{endpoint="/metrics"}': "0+100x80",
        },
        until="20m",
    ),
)
