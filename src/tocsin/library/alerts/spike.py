"""Far more events than usual: a multiple of the counter's own past.

## Semantics

Fires while the events of the last `per` are strictly more than `times` as many as the average of such
windows within `baseline` before it, **and** at least `min_events`; in all, or for each value of `by`.
Averaged is what there is: a series that is an hour old is compared with that hour. Something that was
never counted before has a baseline of 0, so any `min_events` of it are a spike, but only where the
service itself has been watched for three windows: a Prometheus that was just started knows no past and is
quiet. No events, no series: quiet. A counter reset is an increase from zero. A spike raises its own
baseline by and by; one that stays for as long as `baseline` is the new usual.

## Why

Errors that are always there wake nobody; ten times as many should. A fixed limit fits one hour of the
day.

## References

- Prometheus 3: `offset` behind a subquery moves all of it; its points are multiples of its step.
- Division by zero is `+Inf`, which is above any number.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import breakdown, counted, declared, either, grouped, labels_known
from tocsin.library.alerts._words import amount, each, plain, things, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, number_text


@alert_template("spike")
@parameters
class Spike:
    """Fires on far more events than usual."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: tuple[str, ...] = said(
        "the counters", example="shop_errors_total", pattern="metric", one_or_many=True
    )
    times: float = said("how many times as many as usual", 4.0, example="4")
    per: Duration = said("window in which events are counted", Duration(300_000), example="5m")
    baseline: Duration = said("how far back is usual", Duration(86_400_000), example="1d")
    min_events: int = said("events that there must be at least", 20, example="20")
    where: tuple[Matcher, ...] = said("which series", (), example="'kind=\"crash\"'")
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[kind]", pattern="label", one_or_many=True
    )
    what: str = said("what is counted, in words", "", example="errors", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Now over usual, and a count."""
        metrics = declared(scope, self.of, node.at("of"), "counter")
        good = bool(metrics) and labels_known(scope, metrics, (m.label for m in self.where), node.at("where"))
        if not good or not labels_known(scope, metrics, self.by, node.at("by")):
            return None
        now = counted(scope, metrics, self.where, self.per, self.by)
        signal = f"  {now}\n/\n{grouped(self._usual(scope, now))}"
        what, times = plain(self.what) or things(scope, metrics), number_text(self.times)
        return Condition(
            expr=f"{signal}\n> {times}\nand\n  {now} >= {self.min_events}",
            signal=signal,
            threshold=self.times,
            direction="above",
            unit="short",
            by=self.by,
            meaning=f"there are more than {times} times as many {what}{each(self.by)} within "
            f"{self.per.words} as usual (the average of {self.baseline.words}), "
            f"and at least {self.min_events}",
            measures=f"{what}{each(self.by)} as a multiple of the usual",
            summary=f"{title(scope)}: {amount('short')} times as many {what} as usual{which(self.by)}",
            threshold_text=f"{times} times the usual",
            offender=breakdown(scope, metrics, self.where, self.per, self.by),
            window=self.per,
        )

    def _usual(self, scope: Scope, now: str) -> str:
        """The average of such windows before this one; 0 for what is new in a service that is watched."""
        known = f"max({scope.up()} offset {self.per.times(3)})"
        past = f"avg_over_time(({now})[{self.baseline}:{self.per}] offset {self.per})"
        return either(past, f"0 * {now}\nand on ()\n  {known}")


CONTRACT = """scrape: {targets: ["a:1"]}
metrics: {shop_errors_total: {type: counter, labels: [kind]}}"""
ALERT = "{of: shop_errors_total, times: 4, per: 5m, baseline: 1h, min_events: 20, by: [kind], for: 2m}"
CRASHES = 'shop_errors_total{kind="crash"}'
TYPOS = 'shop_errors_total{kind="typo"}'
CRASH = ({"kind": "crash"},)
EXAMPLES = (
    fires(
        "just over: from five to some twenty-two a minute, for one of two kinds",
        contract=CONTRACT,
        alert=ALERT,
        series={CRASHES: "0+5x90 455+22x60", TYPOS: "0+5x150"},
        since="1h37m",
        labels=CRASH,
        every="1m",
    ),
    quiet(
        "just under: from five to fifteen a minute",
        contract=CONTRACT,
        alert=ALERT,
        series={CRASHES: "0+5x90 455+15x60"},
        until="2h30m",
        every="1m",
    ),
    quiet(
        "nineteen of something new are too few",
        contract=CONTRACT,
        alert=ALERT,
        series={CRASHES: "0x90 19x60", TYPOS: "0+5x150"},
        until="2h30m",
        every="1m",
    ),
    fires(
        "forty of something new",
        contract=CONTRACT,
        alert=ALERT,
        series={CRASHES: "0x90 40x60", "up": "1x150"},
        since="1h33m",
        ends="1h35m",
        labels=CRASH,
        every="1m",
    ),
    quiet("no events", contract=CONTRACT, alert=ALERT, series={CRASHES: "9x150"}, until="2h", every="1m"),
    quiet("no series", contract=CONTRACT, alert=ALERT, until="1h", every="1m"),
    quiet(
        "the counter is reset",
        contract=CONTRACT,
        alert=ALERT,
        series={CRASHES: "9000+5x90 0+5x60"},
        until="2h30m",
        every="1m",
    ),
    fires(
        "forty of a kind that was never there",
        contract=CONTRACT,
        alert=ALERT,
        series={CRASHES: "_x90 0+40x60", "up": "1x150"},
        since="1h33m",
        labels=CRASH,
        every="1m",
    ),
    quiet(
        "Prometheus was just started",
        contract=CONTRACT,
        alert=ALERT,
        series={CRASHES: "9000+50x90", "up": "1x90"},
        until="1h20m",
        every="1m",
    ),
)
