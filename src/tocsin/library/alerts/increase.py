"""A counter that rose by more than so many within a window, counted from its very first value.

## Semantics

Fires while strictly more than `above` events were counted within `per`, summed, or for each value of
`by`. A series that is born inside the window while its target was already scraped counts with its whole
value, which `increase` alone would not see: a counter with labels appears with its first event. A series
that is born together with its target (a new instance, a Prometheus that was just started) counts only
from its first sample on, because its past is unknown; so a Prometheus that starts beside a process that
is days old pages nobody.

A counter reset is an increase from zero. No series is no event: quiet. Counts are extrapolated to the
window's edges by `increase`: with `above: 0` that does not matter.

## Why

Rare events (a failed rule, a lost message) often are their counter's first, and so the one that is
missed.

## References

- Prometheus 3: `increase` needs two samples inside the window and knows nothing of what was before the
  first.
- Prometheus 3: `up` and the metrics of one scrape carry the same timestamp.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import aggregated, breakdown, declared, each_metric, labels_known
from tocsin.library.alerts._words import amount, each, more_than, plain, things, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher, selector
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, number_text


@alert_template("increase")
@parameters
class Increase:
    """Fires on the number of events in a window."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: tuple[str, ...] = said(
        "the counters", example="shop_lost_messages_total", pattern="metric", one_or_many=True
    )
    above: float = said("events above which it fires", 0.0, example="0")
    per: Duration = said("window in which events are counted", Duration(300_000), example="5m")
    where: tuple[Matcher, ...] = said("which series", (), example="'kind=\"mail\"'")
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[kind]", pattern="label", one_or_many=True
    )
    what: str = said("what is counted, in words", "", example="lost messages", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Births and increases, summed."""
        metrics = declared(scope, self.of, node.at("of"), "counter")
        if not metrics or not labels_known(scope, metrics, (m.label for m in self.where), node.at("where")):
            return None
        if not labels_known(scope, metrics, self.by, node.at("by")):
            return None
        signal = aggregated("sum", self.by, each_metric(metrics, lambda metric: self._events(scope, metric)))
        what, limit = plain(self.what) or things(scope, metrics), number_text(self.above)
        return Condition(
            expr=f"{signal} > {limit}",
            signal=signal,
            threshold=self.above,
            direction="above",
            unit="count",
            by=self.by,
            meaning=f"{more_than(self.above, what)}{each(self.by)} within {self.per.words}",
            measures=f"{what} in {self.per.words}",
            summary=f"{amount('count')} {what} in {self.per.words} at {title(scope)}{which(self.by)}",
            value=amount("count"),
            threshold_text=limit,
            offender=breakdown(scope, metrics, self.where, self.per, self.by),
            window=self.per,
        )

    def _events(self, scope: Scope, metric: Metric) -> str:
        series = scope.select(metric, self.where)
        up = selector("up", (*scope.pins, *(m for m in metric.matchers if m.label == "job")))
        born = f"({series} unless {series} offset {self.per})"
        known = f"({up} offset {self.per} == 1)"
        text = f"    {born}\n  and on (job, instance)\n    {known}\nor\n  increase({series}[{self.per}])"
        return f"(\n{text}\n)" if len(self.of) > 1 else text


CONTRACT = """scrape: {targets: ["a:1", "b:1"]}
metrics: {shop_lost_total: {type: counter, labels: [kind]}}"""
ALERT = "{of: shop_lost_total, above: 0, per: 5m, by: [kind]}"
FIVE = "{of: shop_lost_total, above: 5, per: 5m, for: 1m}"
LOST = 'shop_lost_total{kind="mail",instance="a:1"}'
OTHER_LOST = 'shop_lost_total{kind="mail",instance="b:1"}'
OTHER_UP = 'up{instance="b:1"}'
MAIL = ({"kind": "mail"},)
EXAMPLES = (
    fires(
        "one event",
        contract=CONTRACT,
        alert=ALERT,
        series={LOST: "5x10 6x40", "up": "1x60"},
        since="2m45s",
        ends="7m30s",
        labels=MAIL,
    ),
    quiet("no event", contract=CONTRACT, alert=ALERT, series={LOST: "5x60", "up": "1x60"}, until="14m"),
    quiet("no series", contract=CONTRACT, alert=ALERT, series={"up": "1x60"}, until="14m"),
    fires(
        "the counter is born with its first three events",
        contract=CONTRACT,
        alert=ALERT,
        series={LOST: "_x40 3x60", "up": "1x100"},
        since="10m",
        ends="15m",
        labels=MAIL,
    ),
    quiet(
        "Prometheus is started beside a process that is days old",
        contract=CONTRACT,
        alert=ALERT,
        series={LOST: "1000x60", "up": "1x60"},
        until="14m",
    ),
    quiet(
        "a new instance comes with a past that nobody saw",
        contract=CONTRACT,
        alert=ALERT,
        series={LOST: "0x100", "up": "1x100", OTHER_LOST: "_x40 7x60", OTHER_UP: "_x40 1x60"},
        until="24m",
    ),
    quiet(
        "scrapes fail for some minutes",
        contract=CONTRACT,
        alert=ALERT,
        series={LOST: "1000x10 stale _x29 1000x60", "up": "1x10 0x29 1x60"},
        until="24m",
    ),
    quiet(
        "the counter is reset",
        contract=CONTRACT,
        alert=ALERT,
        series={LOST: "1000x10 0x60", "up": "1x80"},
        until="14m",
    ),
    fires(
        "an event after a reset",
        contract=CONTRACT,
        alert=ALERT,
        series={LOST: "1000x10 0x10 1x60", "up": "1x80"},
        since="5m30s",
        labels=MAIL,
    ),
    fires(
        "six of two instances are more than five",
        contract=CONTRACT,
        alert=FIVE,
        series={LOST: "0x10 3x40", OTHER_LOST: "0x10 3x40", "up": "1x60", OTHER_UP: "1x60"},
        since="3m45s",
    ),
    quiet(
        "five are not more than five",
        contract=CONTRACT,
        alert=FIVE,
        series={LOST: "0x10 5x40", "up": "1x60"},
        until="12m",
    ),
)
