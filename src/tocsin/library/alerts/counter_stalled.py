"""A counter that has stopped rising while its service is up.

## Semantics

Fires while the counter did not rise at all within `per`, although at least one instance of the service
answered during all of `per`. `fed_by` names the counters of what feeds it: while these are known and did
not rise either, there was nothing to do, and it is quiet. A living service that does not expose the
counter counts as not rising. When the service is down, or was started within `per`, it is quiet. A
counter reset is an increase from zero, so a restart is a rise as soon as something is counted.

## Why

A process that answers and does nothing is the kind of failure that no error counter shows.

## References

- Prometheus 3: `increase` of a constant counter is exactly 0; range selectors are left-open.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import counted, declared, labels_known
from tocsin.library.alerts._inventory import service_known
from tocsin.library.alerts._words import each, plain, things, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration


@alert_template("counter-stalled")
@parameters
class CounterStalled:
    """Fires when nothing is counted any more."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: tuple[str, ...] = said(
        "the counters that should rise", example="shop_jobs_done_total", pattern="metric", one_or_many=True
    )
    per: Duration = said("window without a rise", Duration(900_000), example="15m")
    where: tuple[Matcher, ...] = said("which series", (), example="'queue=\"mail\"'")
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[queue]", pattern="label", one_or_many=True
    )
    fed_by: tuple[str, ...] = said(
        "counters of what feeds it; quiet while these are there and do not rise",
        (),
        example="shop_jobs_queued_total",
        pattern="metric",
        one_or_many=True,
    )
    what: str = said("what is counted, in words", "", example="finished jobs", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """No increase, and an instance that was up all the time."""
        metrics = declared(scope, self.of, node.at("of"), "counter")
        if not metrics or not service_known(scope, node):
            return None
        good = labels_known(scope, metrics, (m.label for m in self.where), node.at("where"))
        if not labels_known(scope, metrics, self.by, node.at("by")) or not good:
            return None
        rise = counted(scope, metrics, self.where, self.per, self.by)
        fed = self._fed(scope, node)
        if fed is None:
            return None
        up = scope.up()
        what = plain(self.what) or things(scope, metrics)
        return Condition(
            expr=f"(\n    {rise}\n  or on ()\n    0 * max({up} == 1)\n) == 0\n"
            f"and on ()\n  (max(min_over_time({up}[{self.per}]) and {up} offset {self.per}) == 1){fed}",
            signal=rise,
            threshold=0,
            direction="below",
            unit="count",
            by=self.by,
            meaning=f"no {what}{each(self.by)} were counted within {self.per.words} "
            "although the service was up",
            measures=f"{what} in {self.per.words}",
            summary=f"{title(scope)} is up, but has counted no {what} for {self.per.words}{which(self.by)}",
            value="none",
            threshold_text="1",
            window=self.per,
        )

    def _fed(self, scope: Scope, node: Node) -> str | None:
        """The clause that keeps it quiet when there was nothing to count; None after a report."""
        if not self.fed_by:
            return ""
        feeding = declared(scope, self.fed_by, node.at("fed_by"), "counter")
        if not feeding:
            return None
        return f"\nunless on ()\n  ({counted(scope, feeding, (), self.per, ())} == 0)"


CONTRACT = """scrape: {targets: ["a:1"]}
metrics:
  shop_jobs_done_total: {type: counter}
  shop_jobs_queued_total: {type: counter}"""
ALERT = "{of: shop_jobs_done_total, per: 15m, for: 5m}"
FED = "{of: shop_jobs_done_total, per: 15m, fed_by: shop_jobs_queued_total, for: 5m}"
DONE, QUEUED = "shop_jobs_done_total", "shop_jobs_queued_total"
EXAMPLES = (
    fires(
        "it stops in a living process",
        contract=CONTRACT,
        alert=ALERT,
        series={DONE: "0+1x30 30x30 31+1x9", "up": "1x90"},
        since="49m",
        ends="1h2m",
        every="1m",
    ),
    fires(
        "a living process does not expose it any more",
        contract=CONTRACT,
        alert=ALERT,
        series={DONE: "0+1x10 stale", "up": "1x60"},
        since="29m",
        every="1m",
    ),
    quiet(
        "slow, but rising: once in fourteen minutes",
        contract=CONTRACT,
        alert=ALERT,
        series={DONE: "0x13 1x13 2x13 3x13 4x13", "up": "1x90"},
        until="1h9m",
        every="1m",
    ),
    quiet(
        "it stands still for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={DONE: "0+1x30 30x17 31+1x20", "up": "1x90"},
        until="1h",
        every="1m",
    ),
    quiet(
        "the service is down",
        contract=CONTRACT,
        alert=ALERT,
        series={DONE: "0+1x10 stale", "up": "1x10 0x60"},
        until="1h",
        every="1m",
    ),
    quiet(
        "the service was just started",
        contract=CONTRACT,
        alert=ALERT,
        series={DONE: "_x10 0x40", "up": "_x10 1x40"},
        until="29m",
        every="1m",
    ),
    quiet(
        "the counter is reset",
        contract=CONTRACT,
        alert=ALERT,
        series={DONE: "100+1x30 0+1x60", "up": "1x90"},
        until="1h20m",
        every="1m",
    ),
    quiet(
        "there was nothing to do",
        contract=CONTRACT,
        alert=FED,
        series={DONE: "7x60", QUEUED: "7x60", "up": "1x60"},
        until="1h",
        every="1m",
    ),
    fires(
        "there was something to do",
        contract=CONTRACT,
        alert=FED,
        series={DONE: "7x60", QUEUED: "7x30 8x30", "up": "1x60"},
        since="36m",
        every="1m",
    ),
    fires(
        "nobody knows whether there was something to do",
        contract=CONTRACT,
        alert=FED,
        series={DONE: "7x60", "up": "1x60"},
        since="20m",
        every="1m",
    ),
)
