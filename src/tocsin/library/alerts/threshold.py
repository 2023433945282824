"""A measured value above or below a number.

## Semantics

Fires while the value is strictly above `above`, or strictly below `below` (exactly one is said), for each
series or after aggregation. With `per`, a gauge is averaged over the window (`avg_over_time`) and a
counter is turned into a rate per second (`rate`); a counter needs `per`. `minus` takes another gauge with
the same labels off first, as in the lag between two timestamps. NaN compares false and is quiet; a series
that is gone is quiet, also for `below`. A counter reset is an increase from zero.

## Why

Queues, connections, temperatures: some things simply have a limit.

## References

- Prometheus 3: range selectors are left-open; `rate` needs two samples inside the window.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import aggregated, declared, grouped, labels_known
from tocsin.library.alerts._words import amount, each, plain, things, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.model.units import UNITS, threshold_words
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, number_text

_PER_SECOND = {"": "per_second", "count": "per_second", "bytes": "bytes_per_second", "seconds": "none"}


@alert_template("threshold")
@parameters
class Threshold:
    """Fires on a value that is too high or too low."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: str = said("the gauge or counter", example="shop_queue_messages", pattern="metric")
    above: float | None = said("fires above this number", None, example="100")
    below: float | None = said("fires below this number", None, example="1")
    aggregate: Literal["sum", "max", "min", "avg", ""] = said(
        "how series are brought together", "", example="sum"
    )
    by: tuple[str, ...] = said(
        "labels to tell apart after aggregation", (), example="[queue]", pattern="label", one_or_many=True
    )
    where: tuple[Matcher, ...] = said("which series", (), example="'queue=\"mail\"'")
    per: Duration | None = said(
        "average of a gauge, or rate of a counter, over this window", None, example="5m"
    )
    minus: str = said(
        "a gauge with the same labels that is taken off first",
        "",
        example="shop_queue_acknowledged_timestamp_seconds",
        pattern="metric",
    )
    what: str = said("what is measured, in words", "", example="messages in the queue", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """One comparison."""
        metrics = declared(scope, (self.of,), node.at("of"), "gauge", "counter")
        if not metrics or not self._sound(scope, node, metrics[0]):
            return None
        if self.minus:
            other = declared(scope, (self.minus,), node.at("minus"), metrics[0].type)
            if not other or not labels_known(scope, other, metrics[0].labels, node.at("minus")):
                return None
            metrics = (*metrics, *other)
        limit = self.above if self.above is not None else self.below or 0.0
        signal, unit, by = self._signal(scope, metrics), self._unit(metrics[0]), self._by(metrics[0])
        side, sign = ("above", ">") if self.above is not None else ("below", "<")
        words, what = threshold_words(limit, unit), plain(self.what) or things(scope, metrics[:1])
        over = f" over {self.per.words}" if self.per else ""
        return Condition(
            expr=f"{signal} {sign} {number_text(limit)}",
            signal=signal,
            threshold=limit,
            direction="above" if side == "above" else "below",
            unit=unit,
            by=by,
            meaning=f"{what}{each(self.by)}{over} is {side} {words}",
            measures=what + each(self.by),
            summary=f"{title(scope)}: {what} is {amount(unit)}{which(by)}",
            value=amount(unit),
            threshold_text=words,
            window=self.per,
        )

    def _sound(self, scope: Scope, node: Node, metric: Metric) -> bool:
        good = labels_known(scope, (metric,), (m.label for m in self.where), node.at("where"))
        good &= labels_known(scope, (metric,), self.by, node.at("by"))
        said = [key for key in ("above", "below") if node.get(key)]
        if len(said) != 1:  # one that is said wrongly has been told
            scope.sink.error(
                "alert/one-limit",
                node.key_place(),
                "a threshold says either `above` or `below`",
                help="delete one of them" if said else "add `above: ...`",
            )
        good &= (self.above is None) != (self.below is None)
        if metric.type == "counter" and self.per is None:
            scope.sink.error(
                "alert/needs-window",
                node.at("of"),
                f"`{self.of}` is a counter, and it only ever rises",
                help="add `per: 5m` for its rate, or use the template `increase`",
            )
            good = False
        if self.by and not self.aggregate:
            scope.sink.error(
                "alert/needs-aggregate",
                node.at("by"),
                "`by` says what is left after an aggregation",
                help="add `aggregate: sum` (or max, min, avg)",
            )
            good = False
        return good

    def _signal(self, scope: Scope, metrics: tuple[Metric, ...]) -> str:
        inner = "\n-\n".join(self._series(scope, metric) for metric in metrics)
        if self.aggregate:
            return aggregated(self.aggregate, self.by, inner)
        return grouped(inner) if self.minus else inner

    def _series(self, scope: Scope, metric: Metric) -> str:
        series = scope.select(metric, self.where)
        if self.per is None:
            return series
        return f"{'rate' if metric.type == 'counter' else 'avg_over_time'}({series}[{self.per}])"

    def _by(self, metric: Metric) -> tuple[str, ...]:
        return self.by if self.aggregate else ("instance", *(x for x in metric.labels if x != "instance"))

    def _unit(self, metric: Metric) -> str:
        unit = metric.unit if metric.unit in UNITS else ""
        if self.minus and unit == "timestamp":
            return "seconds"
        return _PER_SECOND.get(unit, "none") if metric.type == "counter" else unit


CONTRACT = """scrape: {targets: ["a:1", "b:1"]}
metrics:
  shop_queue_messages: {type: gauge, labels: [queue]}
  shop_workers: {type: gauge}
  shop_messages_total: {type: counter}
  shop_sent_timestamp_seconds: {type: gauge}
  shop_written_timestamp_seconds: {type: gauge}"""
ALERT = "{of: shop_queue_messages, above: 100, aggregate: sum, by: [queue], for: 5m}"
FEW = "{of: shop_workers, below: 3, per: 5m, for: 1m}"
RATE = "{of: shop_messages_total, above: 10, per: 5m, aggregate: sum, for: 5m}"
LAG = "{of: shop_written_timestamp_seconds, minus: shop_sent_timestamp_seconds, above: 120, for: 1m}"
MAIL = 'shop_queue_messages{queue="mail",instance="a:1"}'
OTHER_MAIL = 'shop_queue_messages{queue="mail",instance="b:1"}'
A = ({"instance": "a:1", "job": "shop"},)
EXAMPLES = (
    fires(
        "just over, together",
        contract=CONTRACT,
        alert=ALERT,
        series={MAIL: "60x30 0x20", OTHER_MAIL: "41x60", 'shop_queue_messages{queue="bills"}': "100x60"},
        since="5m",
        ends="7m45s",
        labels=({"queue": "mail"},),
    ),
    quiet(
        "exactly on the limit",
        contract=CONTRACT,
        alert=ALERT,
        series={MAIL: "60x60", OTHER_MAIL: "40x60"},
        until="14m",
    ),
    quiet(
        "over for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={MAIL: "1000x19 0x40"},
        until="14m",
    ),
    quiet("the series end", contract=CONTRACT, alert=ALERT, series={MAIL: "999x9 stale"}, until="14m"),
    quiet("not a number", contract=CONTRACT, alert=ALERT, series={MAIL: " ".join(["NaN"] * 57)}, until="14m"),
    fires(
        "the average of five minutes is too low",
        contract=CONTRACT,
        alert=FEW,
        series={"shop_workers": "4x40 2x40"},
        since="13m45s",
        labels=A,
    ),
    quiet(
        "a counter rises ten times a second",
        contract=CONTRACT,
        alert=RATE,
        series={"shop_messages_total": "0+150x40 0+150x40"},
        until="20m",
    ),
    fires(
        "a counter rises 10.2 times a second",
        contract=CONTRACT,
        alert=RATE,
        series={"shop_messages_total": "153000+153x80"},
        since="9m45s",
    ),
    fires(
        "what was sent is 121 s behind what was written",
        contract=CONTRACT,
        alert=LAG,
        series={"shop_written_timestamp_seconds": "200+15x20", "shop_sent_timestamp_seconds": "79+15x20"},
        since="1m",
        labels=A,
    ),
)
