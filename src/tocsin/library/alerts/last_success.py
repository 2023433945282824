"""Something that should succeed again and again has not for too long.

## Semantics

Fires while the newest success (over all instances, or for each value of `by`) is strictly longer ago than
`older_than`. A check that is stuck in a living process fires, because time goes on and its timestamp does
not. So does a timestamp that is 0 (never since the start), and one that a living process does not expose
at all: both count as never. When no instance of the service is up it is quiet; `service-down` tells that.
A timestamp in the future (a clock that is wrong) is quiet until time has caught up.

## Why

A gauge that a probe sets to 1 stays 1 when the probe stops; a timestamp does not lie. An idle pool with 0
connections is no broken database.

## References

- Prometheus 3: a target whose scrape fails gets staleness markers, so a dead process has no timestamp.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import aggregated, declared, labels_known
from tocsin.library.alerts._inventory import service_known
from tocsin.library.alerts._words import each, plain, thing, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, number_text

_AGO = "{{ if gt $value 1e9 }}never{{ else }}{{ $value | humanizeDuration }} ago{{ end }}"


@alert_template("last-success")
@parameters
class LastSuccess:
    """Fires when the last success is too long ago."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: str = said(
        "the gauge that holds the time of the last success",
        pattern="metric",
        example="shop_database_last_success_timestamp_seconds",
    )
    older_than: Duration = said("age above which it fires", example="60s")
    where: tuple[Matcher, ...] = said("which series", (), example="'task=\"backup\"'")
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[task]", pattern="label", one_or_many=True
    )
    what: str = said("what should succeed, in words", "", example="check of the database", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Now minus the newest timestamp; 0 where a living process has none."""
        metrics = declared(scope, (self.of,), node.at("of"), "gauge")
        if not metrics or not service_known(scope, node):
            return None
        good = labels_known(scope, metrics, (m.label for m in self.where), node.at("where"))
        if not labels_known(scope, metrics, self.by, node.at("by")) or not good:
            return None
        newest = aggregated("max", self.by, scope.select(metrics[0], self.where))
        age = f"time() - (\n    {newest}\n  or on ()\n    0 * max({scope.up()} == 1)\n)"
        what = plain(self.what) or "success of " + thing(self.of.partition("_last_")[0], scope)
        return Condition(
            expr=f"{age} > {number_text(self.older_than.seconds)}",
            signal=f"time() - {newest}",
            threshold=self.older_than.seconds,
            direction="above",
            unit="seconds",
            by=self.by,
            meaning=f"the last {what}{each(self.by)} is longer ago than {self.older_than.words}",
            measures=f"time since the last {what}{each(self.by)}",
            summary=f"Last {what} at {title(scope)}: {_AGO}{which(self.by)}",
            value=_AGO,
            threshold_text=str(self.older_than),
        )


CONTRACT = """scrape: {targets: ["a:1", "b:1"]}
metrics:
  shop_database_last_success_timestamp_seconds: {type: gauge}
  shop_task_last_success_timestamp_seconds: {type: gauge, labels: [task]}"""
ALERT = "{of: shop_database_last_success_timestamp_seconds, older_than: 60s, for: 1m}"
BY_TASK = "{of: shop_task_last_success_timestamp_seconds, older_than: 60s, by: [task], for: 1m}"
LAST = "shop_database_last_success_timestamp_seconds"
EXAMPLES = (
    fires(
        "the check is stuck in a living process",
        contract=CONTRACT,
        alert=ALERT,
        series={LAST: "0+15x20 300x9 465+15x10", "up": "1x60"},
        since="7m15s",
        ends="7m45s",
    ),
    fires(
        "it never succeeded",
        contract=CONTRACT,
        alert=ALERT,
        series={LAST: "0x60", "up": "1x60"},
        since="2m15s",
    ),
    fires(
        "a living process does not expose it",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "1x60"},
        since="2m15s",
    ),
    quiet(
        "the process is dead",
        contract=CONTRACT,
        alert=ALERT,
        series={LAST: "0+15x20 stale", "up": "1x20 0x60"},
        until="20m",
    ),
    quiet(
        "just in time: one success every minute",
        contract=CONTRACT,
        alert=ALERT,
        series={LAST: "0x4 75x4 150x4 225x4 300x4 375x4", "up": "1x60"},
        until="7m",
    ),
    quiet(
        "too old for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={LAST: "0+15x20 300x7 435+15x30", "up": "1x60"},
        until="14m",
    ),
    quiet(
        "one of two instances succeeds",
        contract=CONTRACT,
        alert=ALERT,
        series={LAST: "0x60", f'{LAST}{{instance="b:1"}}': "0+15x60", "up": "1x60"},
        until="14m",
    ),
    fires(
        "one of two tasks is late, by task",
        contract=CONTRACT,
        alert=BY_TASK,
        series={
            'shop_task_last_success_timestamp_seconds{task="backup"}': "0x60",
            'shop_task_last_success_timestamp_seconds{task="mail"}': "0+15x60",
            "up": "1x60",
        },
        since="2m15s",
        labels=({"task": "backup"},),
    ),
)
