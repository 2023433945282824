"""The share of counted events that are bad, with a guard that is a count. Used by the ratio templates."""

from dataclasses import dataclass

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import (
    both,
    breakdown,
    counted,
    declared,
    divided,
    either,
    grouped,
    labels_known,
)
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher
from tocsin.spec.values import Duration, Ratio, number_text


@dataclass(frozen=True, slots=True)
class Share:
    """Bad events among all events of some counters."""

    scope: Scope
    metrics: tuple[Metric, ...]
    bad: tuple[Matcher, ...]
    by: tuple[str, ...]
    failures: tuple[Metric, ...]
    """The counters of the bad events: the same ones, or others of their own."""

    def failed(self, per: Duration) -> str:
        """How many events were bad within `per`."""
        return counted(self.scope, self.failures, self.bad, per, self.by)

    def all(self, per: Duration) -> str:
        """How many events there were within `per`."""
        return counted(self.scope, self.metrics, (), per, self.by)

    def above(self, limit: Ratio, per: Duration, min_events: int) -> str:
        """More than `limit` of the events within `per` were bad, and at least `min_events` of them."""
        share = f"{divided(self.failed(per), self.all(per))}\n> {limit.number}"
        if min_events <= 1:  # a share above zero is at least one event
            return share
        return both(share, f"{self.failed(per)} >= {number_text(min_events)}")

    def signal(self, per: Duration) -> str:
        """The share alone: 0 where nothing bad was ever counted, nothing where there are no events."""
        zero = f"0 * {self.all(per)}"
        return divided(grouped(either(self.failed(per), zero)), grouped(f"{self.all(per)} > 0"))

    def offender(self, per: Duration) -> str | None:
        """Where most of the bad events come from."""
        return breakdown(self.scope, self.failures, self.bad, per, self.by)


def share(
    scope: Scope,
    node: Node,
    of: tuple[str, ...],
    bad: tuple[Matcher, ...],
    by: tuple[str, ...],
    above: Ratio,
    failed: tuple[str, ...] = (),
) -> Share | None:
    """The share that a template's parameters ask for; None after having reported what is wrong."""
    metrics = declared(scope, of, node.at("of"), "counter")
    failures = declared(scope, failed, node.at("failed"), "counter") if failed else metrics
    good = bool(metrics and failures)
    good &= labels_known(scope, failures, (m.label for m in bad), node.at("bad"))
    good &= labels_known(scope, (*metrics, *failures), by, node.at("by"))
    if above.value >= 1:
        scope.sink.error(
            "alert/cannot-fire",
            node.at("above"),
            "a share is never above 100 %",
            help="write a smaller percentage",
        )
        return None
    return Share(scope, metrics, bad, by, failures) if good else None
