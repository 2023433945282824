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
from tocsin.library.alerts._words import each, plain, thing, title, which
from tocsin.library.alerts.service_down import service_known
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
