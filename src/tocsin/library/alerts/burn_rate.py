"""An error budget is being used up too fast: several windows, several paces.

## Semantics

The objective says which share of events must be good over `period`; the rest is the error budget. Fires
while, for one of the paces, the share of bad events is strictly above pace x (1 - objective) in its long
window **and** in its short window (a twelfth of it), and at least `min_events` were bad in the long one.
The long window makes it matter, the short one ends it soon after the fault has ended.

`pace: fast` is for pages: 2 % of the budget within an hour, or 5 % within six (for 30 days: 14.4 and 6
times as fast as the budget allows). `pace: slow` is for working hours: 10 % within a day, or 10 % within
three.

No bad series is no failure; no series, or no traffic (0/0 is NaN), is quiet. A counter reset is an
increase from zero. Health and metrics endpoints are not traffic.

## Why

It pages in proportion to what the users were promised, and not for a blip.

## References

- The paces and windows are those of the Site Reliability Workbook, chapter "Alerting on SLOs".
- Prometheus 3: a range over three days is read whole at each evaluation; give `pace: slow` an `every` of
  minutes.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import divided, grouped
from tocsin.library.alerts._shares import Share, share
from tocsin.library.alerts._words import amount, each, listed, said_matchers, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio, number_text

_HOUR = Duration(3_600_000)
_PACES = {
    "fast": ((0.02, _HOUR), (0.05, _HOUR.times(6))),
    "slow": ((0.10, _HOUR.times(24)), (0.10, _HOUR.times(72))),
}
"""Share of the budget that is used up within a window."""
_SHORT = 1 / 12


@alert_template("burn-rate")
@parameters
class BurnRate:
    """Fires when an error budget is used up too fast."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: tuple[str, ...] = said(
        "the counters of events", example="shop_requests_total", pattern="metric", one_or_many=True
    )
    bad: tuple[Matcher, ...] = said("which of them were bad", (), example="'status=~\"5..\"'")
    failed: tuple[str, ...] = said(
        "the counters of bad events, where they are counted apart",
        (),
        example="shop_request_errors_total",
        pattern="metric",
        one_or_many=True,
    )
    objective: Ratio = said("share of events that must be good", example="99.9%")
    period: Duration = said("over which time", Duration(2_592_000_000), example="30d")
    pace: Literal["fast", "slow"] = said(
        "`fast` is for pages, `slow` for working hours", "fast", example="slow"
    )
    min_events: int = said("bad events that there must be at least in the long window", 10, example="10")
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[endpoint]", pattern="label", one_or_many=True
    )

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Both windows of each pace, joined by `or`."""
        found = self._share(scope, node)
        if found is None:
            return None
        budget = 1 - self.objective.value
        paces = [(used * self.period.ms / long.ms, long) for used, long in _PACES[self.pace]]
        parts = [grouped(self._pace(found, budget * times, long)) for times, long in paces]
        long = paces[0][1]
        words = listed((f"{number_text(round(t, 2))} times over {w.words}" for t, w in paces), "or")
        limit = round(budget * paces[0][0], 12)
        return Condition(
            expr="\nor\n".join(parts),
            signal=found.signal(long),
            threshold=limit,
            direction="above",
            unit="percentunit",
            by=self.by,
            meaning=f"the error budget of {self.objective} in {self.period.words}{each(self.by)} is used up "
            f"{words} as fast as it allows",
            measures=f"share of bad events{each(self.by)} over {long.words}",
            summary=f"{title(scope)} uses up its error budget of {self.objective} too fast: "
            f"{amount('percentunit')} fail{which(self.by)}",
            value=amount("percentunit"),
            threshold_text=f"{number_text(round(limit * 100, 6))} % over {long}",
            offender=found.offender(long),
            window=long,
            facts=(
                ("Objective", f"{self.objective} good in {self.period.words}"),
                ("Counts as bad", said_matchers(self.bad) or listed(self.failed)),
            ),
        )

    def _share(self, scope: Scope, node: Node) -> Share | None:
        if not self.bad and not self.failed:
            scope.sink.error(
                "alert/no-failures",
                node.key_place(),
                "nothing says which events are bad",
                help="add `bad: 'status=~\"5..\"'`, or `failed: ...` with the counter of bad events",
            )
            return None
        if not 0 < self.objective.value < 1:
            scope.sink.error(
                "alert/objective",
                node.at("objective"),
                f"an objective of {self.objective} leaves no error budget, or nothing else",
                help="write a percentage below 100 %, such as `99.9%`",
            )
            return None
        return share(scope, node, self.of, self.bad, self.by, Ratio(0), self.failed)

    def _pace(self, found: Share, limit: float, long: Duration) -> str:
        number, short = number_text(round(limit, 12)), long.times(_SHORT)
        recent = f"{divided(found.failed(short), found.all(short))}\n> {number}"
        return f"{found.above(Ratio(round(limit, 12)), long, self.min_events)}\nand\n{recent}"


CONTRACT = """scrape: {targets: ["a:1"]}
metrics: {shop_requests_total: {type: counter, labels: [status]}}"""
ALERT = """{of: shop_requests_total, bad: 'status=~"5.."', objective: 99%, for: 2m}"""
GOOD = 'shop_requests_total{status="200"}'
BAD = 'shop_requests_total{status="500"}'
EXAMPLES = (
    fires(
        "just over the fast pace: fifteen percent of all requests fail",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+85x30 2635+100x60", BAD: "0+15x30 465x60"},
        since="3m",
        ends="49m",
        every="1m",
    ),
    fires(
        "just over the pace of six hours: seven percent fail",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+93x60", BAD: "0+7x60"},
        since="4m",
        every="1m",
    ),
    quiet(
        "just under: five percent fail",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+95x480", BAD: "0+5x480"},
        until="8h",
        every="1m",
    ),
    fires(
        "a fifth of few requests fails after hours without a failure",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+10x300 3000+8x49 3392+19x20", BAD: "0x300 0+2x49 98+1x20"},
        since="5h46m",
        ends="5h52m",
        every="1m",
    ),
    quiet(
        "a blip: a fifth fails for six minutes",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+100x300 30000+80x6 30480+100x60", BAD: "0x300 0+20x6 120x60"},
        until="6h",
        every="1m",
    ),
    quiet(
        "a tenth fails for twenty-five minutes",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0+100x300 30000+90x25 32250+100x60", BAD: "0x300 0+10x25 250x60"},
        until="6h20m",
        every="1m",
    ),
    quiet(
        "nine failures are too few",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "0x480", BAD: "0+1x9 9x470"},
        until="7h",
        every="1m",
    ),
    quiet(
        "no traffic",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "9x99", BAD: "9x99"},
        until="1h",
        every="1m",
    ),
    quiet("nothing is bad", contract=CONTRACT, alert=ALERT, series={GOOD: "0+9x99"}, until="1h", every="1m"),
    quiet(
        "the counters are reset",
        contract=CONTRACT,
        alert=ALERT,
        series={GOOD: "9000+99x60 0+99x60", BAD: "9000+1x60 0+1x60"},
        until="2h",
        every="1m",
    ),
)
