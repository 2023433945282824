"""What is left of something limited, from two gauges of like labels: for share-left and forecast."""

from dataclasses import dataclass
from typing import Protocol

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import aggregated, declared, grouped, indented, labels_known
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher
from tocsin.spec.values import Duration

_INNER_LABELS = ("device", "device_error", "fstype")
"""Labels that tell people nothing once mount point and instance are known."""


def telling(metric: Metric) -> tuple[str, ...]:
    """Labels that tell people which of a gauge's series it is."""
    return ("instance", *(x for x in metric.labels if x != "instance" and x not in _INNER_LABELS))


class Asked(Protocol):
    """The parameters that both templates have."""

    @property
    def left(self) -> str: ...
    @property
    def of(self) -> str: ...
    @property
    def where(self) -> tuple[Matcher, ...]: ...
    @property
    def unless(self) -> str: ...
    @property
    def by(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class LeftShare:
    """Expressions over the two gauges."""

    scope: Scope
    left: Metric
    of: Metric
    unless: Metric | None
    asked: Asked

    @property
    def by(self) -> tuple[str, ...]:
        """Labels that tell the alert's instances apart."""
        if self.asked.by:
            return self.asked.by
        return telling(self.left)

    @property
    def words(self) -> str:
        """What is left, from the gauge's name."""
        return self.of.name.removesuffix("_bytes").replace("_", " ")

    def _gauge(self, metric: Metric, per: Duration | None = None) -> str:
        return self.scope.select(metric, self.asked.where) + (f"[{per}]" if per else "")

    def _summed(self, inner: str) -> str:
        return aggregated("sum", self.asked.by, inner) if self.asked.by else inner

    @property
    def ratio(self) -> str:
        """The share that is left."""
        left, of = self._summed(self._gauge(self.left)), self._summed(self._gauge(self.of))
        return f"{indented(left)}\n/\n{indented(of)}"

    def predicted(self, trend: Duration, ahead: Duration) -> str:
        """What will be left after `ahead`, by the straight line through `trend`."""
        line = f"predict_linear({self._gauge(self.left, trend)}, {ahead.ms // 1000})"
        return self._summed(line)

    def guarded(self, expr: str) -> str:
        """`expr`, except where it does not matter."""
        if self.unless is None:
            return expr
        off = f"{self._gauge(self.unless)} == 1"
        if self.asked.by:
            off = f"({aggregated('max', self.asked.by, self._gauge(self.unless))} == 1)"
        return f"{grouped(expr)}\nunless\n{indented(off)}"


def left_share(scope: Scope, node: Node, asked: Asked) -> LeftShare | None:
    """Reads the contract; None after having reported what is wrong."""
    left = declared(scope, (asked.left,), node.at("left"), "gauge")
    of = declared(scope, (asked.of,), node.at("of"), "gauge")
    unless = declared(scope, (asked.unless,), node.at("unless"), "gauge") if asked.unless else ()
    if not left or not of or (asked.unless and not unless):
        return None
    both = (*left, *of)
    good = labels_known(scope, both, (m.label for m in asked.where), node.at("where"))
    if not asked.by and set(left[0].labels) != set(of[0].labels):
        scope.sink.error(
            "alert/labels-differ",
            node.at("of"),
            f"`{asked.left}` and `{asked.of}` do not have the same labels, so they never match",
            help="add `by: [...]` with the labels that both have",
        )
        good = False
    if not labels_known(scope, both, asked.by, node.at("by")) or not good:
        return None
    return LeftShare(scope, left[0], of[0], unless[0] if unless else None, asked)
