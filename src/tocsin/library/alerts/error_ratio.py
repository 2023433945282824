"""The share of requests that fail, in two windows: one for traffic, one for the quiet hours.

## Semantics

Fires while strictly more than `above` of the events counted within `per` are bad **and** at least
`min_events` of them are. The guard counts failures, not requests: two failures among thirty requests wake
nobody, and a total failure is not missed because there are few requests.

At low traffic, that is when fewer events were counted within `per` than it takes to reach `min_events` at
a share of `low.above`, the second window decides instead: more than `low.above` within `low.per` and at
least `low.min_events` of them. So the alert ends soon after a failure at full traffic has ended, although
the long window still holds it. `low: {enabled: false}` leaves the second window out.

- No bad series at all is no failure. No series at all, or no traffic (0/0 is NaN), is quiet:
  `service-down` tells that.
- A counter reset is an increase from zero (`increase`). A counter that is *born* with its first failure
  loses that first jump: expose the label values that matter with 0 at the start of the process.
- Counts are what `increase` extrapolates to the edges of the window: about one sample's worth more than
  was seen.
- Several counters are summed; one that is missing does not hide the others.
- Health and metrics endpoints are not traffic.

## Why

A rate guard fails both ways: 0.1 failures/s is two failures in a calm minute, and 0.05 requests/s that
all fail never reach it.

## References

- Prometheus 3: range selectors are left-open, `[5m]` at 15 s holds 20 samples.
- Prometheus 3: `increase` extrapolates to the window's edges, at most to where the counter would have
  been zero.
"""

import math
from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import grouped
from tocsin.library.alerts._shares import Share, share
from tocsin.library.alerts._words import amount, each, said_matchers, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.units import threshold_words
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio


@parameters
class LowTraffic:
    """The second window, for hours with little traffic."""

    enabled: bool = said("whether there is a second window", default=True)
    above: Ratio = said("share of failures above which it fires", default=Ratio(0.5), example="50%")
    per: Duration = said("window in which events are counted", default=Duration(1_800_000), example="30m")
    min_events: int = said("failures that there must be at least", default=5, example="5")


@alert_template("error-ratio")
@parameters
class ErrorRatio:
    """Fires on the share of failing requests."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: tuple[str, ...] = said(
        "the counters of requests", example="shop_requests_total", pattern="metric", one_or_many=True
    )
    bad: tuple[Matcher, ...] = said("which of them failed", example="'status=~\"5..\"'")
    above: Ratio = said("share of failures above which it fires", example="5%")
    per: Duration = said("window in which events are counted", Duration(300_000), example="5m")
    min_events: int = said("failures that there must be at least", 10, example="10")
    low: LowTraffic = said(
        "the window for low traffic", LowTraffic(), example="{above: 50%, per: 30m, min_events: 5}"
    )
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[endpoint]", pattern="label", one_or_many=True
    )

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Both windows, joined by `or`."""
        found = share(scope, node, self.of, self.bad, self.by, self.above)
        if found is None:
            return None
        what, limit = f"requests{each(self.by)}", threshold_words(self.above.value, "percentunit")
        return Condition(
            expr=self._expr(found),
            signal=found.signal(self.per),
            threshold=self.above.value,
            direction="above",
            unit="percentunit",
            by=self.by,
            meaning=f"more than {limit} of the {what} failed within {self.per.words}, "
            f"and at least {self.min_events} of them{self._low_words()}",
            measures=f"share of failing requests{each(self.by)}",
            summary=f"{amount('percentunit')} of requests to {title(scope)} fail{which(self.by)}",
            value=amount("percentunit"),
            threshold_text=limit,
            offender=found.offender(self.per),
            window=self.per,
            facts=(("Counts as a failure", said_matchers(self.bad)),),
        )

    @property
    def _two_windows(self) -> bool:
        return self.low.enabled and self.low.above.value < 1

    def _expr(self, found: Share) -> str:
        main = found.above(self.above, self.per, self.min_events)
        if not self._two_windows:
            return main
        few = math.ceil(self.min_events / self.low.above.value)
        low = found.above(self.low.above, self.low.per, self.low.min_events)
        low += f"\nand\n  {found.all(self.per)} < {few}"
        return f"{grouped(main)}\nor\n{grouped(low)}"

    def _low_words(self) -> str:
        if not self._two_windows:
            return ""
        limit = threshold_words(self.low.above.value, "percentunit")
        return (
            f"; or, at low traffic, more than {limit} within {self.low.per.words}, "
            f"and at least {self.low.min_events}"
        )


CONTRACT = """scrape: {targets: ["a:1"]}
metrics: {shop_requests_total: {type: counter, labels: [endpoint, status]}}"""
ALERT = """{of: shop_requests_total, bad: 'status=~"5.."', above: 5%, per: 5m, min_events: 10, for: 2m}"""
BY_ENDPOINT = """{of: shop_requests_total, bad: 'status=~"5.."', above: 5%, by: [endpoint],
  low: {enabled: false}, for: 2m}"""
GOOD = 'shop_requests_total{endpoint="/a",status="200"}'
BAD = 'shop_requests_total{endpoint="/a",status="502"}'
OTHER_GOOD = 'shop_requests_total{endpoint="/b",status="200"}'
EXAMPLES = (
    fires(
        "just over: six of a hundred requests fail",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+94x80", BAD: "0+6x80"},
        since="2m30s",
    ),
    quiet(
        "just under: forty-nine of a thousand requests fail",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+951x120", BAD: "0+49x120"},
        until="30m",
    ),
    quiet(
        "over for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+1x28 2000+10x80", BAD: "0x20 12x80"},
        until="25m",
    ),
    quiet(
        "eight failures among thirty requests are too few",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+1x150", BAD: "0x20 0+1x8 8x120"},
        until="35m",
    ),
    fires(
        "at low traffic, everything fails",
        contract=CONTRACT,
        alert=ALERT,
        series={BAD: "0x6 1x6 2x6 3x6 4x6 5x6 6x6 7x20"},
        since="10m45s",
    ),
    quiet(
        "at low traffic, four failures are too few",
        contract=CONTRACT,
        alert=ALERT,
        series={BAD: "0x6 1x6 2x6 3x6 4x120"},
        until="35m",
    ),
    quiet(
        "at low traffic, one in two fails",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0x6 1x6 2x6 3x6 4x6 5x6 6x6 7x60", BAD: "0x6 1x6 2x6 3x6 4x6 5x6 6x6 7x60"},
        until="25m",
    ),
    fires(
        "it ends soon after a total failure at full traffic, although the long window still holds it",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0x40 0+3x40", BAD: "0+3x40 120x40"},
        since="2m30s",
        ends="14m",
    ),
    quiet("no traffic", contract=CONTRACT, alert=ALERT, series={GOOD: "9x80", BAD: "9x80"}, until="15m"),
    quiet("nothing was ever bad", contract=CONTRACT, alert=ALERT, series={GOOD: "0+9x80"}, until="15m"),
    quiet("the series end", contract=CONTRACT, alert=ALERT, series={GOOD: "0+9x40 stale"}, until="20m"),
    quiet(
        "the counters are reset",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "10000+99x20 0+99x60", BAD: "10000+1x20 0+1x60"},
        until="15m",
    ),
    quiet(
        "only the health endpoint fails",
        contract=CONTRACT,
        alert=ALERT,
        series={'shop_requests_total{endpoint="/health/ready",status="503"}': "0+9x80"},
        until="15m",
    ),
    fires(
        "one of two endpoints fails, by endpoint",
        contract=CONTRACT,
        alert=BY_ENDPOINT,
        series={GOOD: "0+94x40", BAD: "0+6x40", OTHER_GOOD: "0+9000x40"},
        since="2m30s",
        labels=({"endpoint": "/a"},),
    ),
    quiet(
        "the same in all is a small share",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+94x80", BAD: "0+6x80", OTHER_GOOD: "0+9000x80"},
        until="15m",
    ),
)
