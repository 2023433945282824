"""A gauge that has a value which it should not have.

## Semantics

Fires, for each series, while the gauge equals `is`. With `before`, only where it had that value at some time
within `within` (looked at every 144th part of it): a file system that *became* read-only, not one that
always was; the alert then ends when the change is longer ago than `within`. NaN equals nothing. A series
that is gone is quiet.

## Why

Some states are numbers: 0 and 1, or the index of an enumeration.

## References

- Prometheus 3: subqueries are evaluated at multiples of their step, and look back 5 minutes for each
  point.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import declared, labels_known
from tocsin.library.alerts._left import telling
from tocsin.library.alerts._words import plain, things, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, number_text

_POINTS = 144
_LEAST_STEP = Duration(60_000)


@alert_template("state")
@parameters
class State:
    """Fires on a wrong state."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: str = said("the gauge", example="node_filesystem_readonly", pattern="metric")
    is_: float = said("the value at which it fires", example="1")
    where: tuple[Matcher, ...] = said("which series", (), example="'fstype!=\"squashfs\"'")
    before: float | None = said("only where it had this value before", None, example="0")
    within: Duration = said("how long ago that may be", Duration(86_400_000), example="1d")
    what: str = said("what it means, in words", "", example="the file system is read-only", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Equality, and another value before."""
        metrics = declared(scope, (self.of,), node.at("of"), "gauge")
        if not metrics or not labels_known(scope, metrics, (m.label for m in self.where), node.at("where")):
            return None
        series, value = scope.select(metrics[0], self.where), number_text(self.is_)
        expr, by = f"{series} == {value}", telling(metrics[0])
        if self.before is not None:
            step = max(_LEAST_STEP, Duration(self.within.ms // _POINTS))
            earlier = f"({series} == {number_text(self.before)})[{self.within}:{step}]"
            expr += f"\nand\n  count_over_time({earlier})"
        name = things(scope, metrics)
        what = plain(self.what) or f"{name} is {value}"
        since = (
            ""
            if self.before is None
            else f" (it was {number_text(self.before)} within the last {self.within.words})"
        )
        return Condition(
            expr=expr,
            signal=series,
            threshold=self.is_,
            direction="above" if self.is_ > 0 else "below",
            unit="none",
            by=by,
            meaning=what + since,
            measures=name,
            summary=f"{what}{which(by)} ({title(scope)})",
            value=value,
            threshold_text=value,
            exact=True,
        )


CONTRACT = """scrape: {targets: ["a:1"]}
metrics:
  disk_readonly: {type: gauge, labels: [mountpoint]}
  shop_mode: {type: gauge}"""
ALERT = "{of: disk_readonly, is: 1, before: 0, within: 1d, for: 1m}"
MODE = "{of: shop_mode, is: 3, for: 1m}"
DATA = 'disk_readonly{mountpoint="/data"}'
A = {"instance": "a:1", "job": "shop"}
EXAMPLES = (
    fires(
        "it became read-only",
        contract=CONTRACT,
        alert=ALERT,
        series={DATA: "0x30 1x9 0x20"},
        since="32m",
        ends="41m",
        labels=({**A, "mountpoint": "/data"},),
        every="1m",
    ),
    quiet("it always was", contract=CONTRACT, alert=ALERT, series={DATA: "1x60"}, until="1h", every="1m"),
    quiet("it is not", contract=CONTRACT, alert=ALERT, series={DATA: "0x60"}, until="1h", every="1m"),
    quiet(
        "for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={DATA: "0x30 1 0x60"},
        until="1h",
        every="1m",
    ),
    quiet(
        "the series ends",
        contract=CONTRACT,
        alert=ALERT,
        series={DATA: "0x30 stale"},
        until="1h",
        every="1m",
    ),
    fires(
        "a state with a number, whatever it was before",
        contract=CONTRACT,
        alert=MODE,
        series={"shop_mode": "3x20"},
        since="1m",
        labels=(A,),
    ),
    quiet("another state", contract=CONTRACT, alert=MODE, series={"shop_mode": "2x20 4x20"}, until="9m"),
)
