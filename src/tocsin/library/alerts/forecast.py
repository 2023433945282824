"""Something limited will soon be used up, or nearly is.

## Semantics

Fires, for each series that both gauges have, while

- `left / of` is strictly below `below` **and** the straight line through the last `trend` reaches zero
  within `full_within`; **or**
- `left / of` is strictly below `floor`, whatever the trend.

A large disk that stays at 8 % is quiet; a leak that will fill it within hours is not. With less history
than `trend` the line is drawn through what there is (two samples at least), so a new machine is judged by
its first minutes: give the alert a `for`. A gauge that jumps (a clean-up) bends the line, it does not
reset it. Where `of` is 0 the share is NaN: quiet. A series that is gone is quiet. `unless` names a gauge
that must not be 1 for the same labels.

## Why

A fixed limit pages for ten percent of a large, steady disk and sleeps through a fast leak.

## References

- Prometheus 3: `predict_linear` is a least-squares line over the samples of the window and needs two of
  them.
- node_exporter 1.12.1: `node_filesystem_avail_bytes` is what is left for users other than root.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import both, either, grouped
from tocsin.library.alerts._left import left_share
from tocsin.library.alerts._words import amount, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.units import threshold_words
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio


@alert_template("forecast")
@parameters
class Forecast:
    """Fires before something is used up."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    left: str = said("the gauge of what is left", example="node_filesystem_avail_bytes", pattern="metric")
    of: str = said(
        "the gauge of what there is in all", example="node_filesystem_size_bytes", pattern="metric"
    )
    below: Ratio = said("share below which the trend matters", Ratio(0.1), example="10%")
    full_within: Duration = said("how soon it would be used up", Duration(14_400_000), example="4h")
    trend: Duration = said("how far the trend looks back", Duration(21_600_000), example="6h")
    floor: Ratio = said("share below which it fires whatever the trend", Ratio(0.03), example="3%")
    where: tuple[Matcher, ...] = said("which series", (), example="'fstype!=\"tmpfs\"'")
    unless: str = said(
        "a gauge that is 1 where it does not matter", "", example="node_filesystem_readonly", pattern="metric"
    )
    by: tuple[str, ...] = said(
        "sum by these labels; each series alone where it is not said",
        (),
        example="[instance]",
        pattern="label",
        one_or_many=True,
    )
    what: str = said("what is left, in words", "", example="disk space", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Trend below the limit, or floor."""
        found = left_share(scope, node, self)
        if found is None:
            return None
        if self.floor >= self.below:
            scope.sink.error(
                "alert/floor",
                node.at("floor"),
                f"the floor of {self.floor} is not under `below` ({self.below})",
                help="write a smaller floor, or use the template `share-left`",
            )
            return None
        soon = both(
            f"{found.ratio}\n< {self.below.number}", f"{found.predicted(self.trend, self.full_within)} < 0"
        )
        limit, floor = (threshold_words(r.value, "percentunit") for r in (self.below, self.floor))
        what = self.what or found.words
        return Condition(
            expr=found.guarded(either(grouped(soon), f"{found.ratio}\n< {self.floor.number}")),
            signal=found.guarded(found.ratio),
            threshold=self.below.value,
            direction="below",
            unit="percentunit",
            by=found.by,
            meaning=f"less than {limit} of the {what} is left and none will be within "
            f"{self.full_within.words} by the trend of "
            f"the last {self.trend.words}, or less than {floor} is left",
            measures=f"share of the {what} that is left",
            summary=f"{amount('percentunit')} of the {what} is left{which(found.by)} ({title(scope)})",
            value=amount("percentunit"),
            threshold_text=f"{limit} and full within {self.full_within}, or {floor}",
            window=self.trend,
        )


CONTRACT = """scrape: {targets: ["a:1"]}
metrics:
  disk_free_bytes: {type: gauge, labels: [mountpoint]}
  disk_size_bytes: {type: gauge, labels: [mountpoint]}
  disk_readonly: {type: gauge, labels: [mountpoint]}"""
ALERT = """{left: disk_free_bytes, of: disk_size_bytes, unless: disk_readonly, below: 10%, full_within: 4h,
  trend: 6h, floor: 3%, what: disk space, for: 5m}"""
FREE = 'disk_free_bytes{mountpoint="/"}'
SIZE = 'disk_size_bytes{mountpoint="/"}'
READ_ONLY = 'disk_readonly{mountpoint="/"}'
ROOT = ({"instance": "a:1", "job": "shop", "mountpoint": "/"},)
EXAMPLES = (
    fires(
        "a leak: 18 of 1,000 an hour, and 71 are left",
        contract=CONTRACT,
        alert=ALERT,
        series={FREE: "200-1.5x100", SIZE: "1000x100"},
        since="7h15m",
        labels=ROOT,
        every="5m",
    ),
    quiet(
        "eight percent of a large, steady disk",
        contract=CONTRACT,
        alert=ALERT,
        series={FREE: "80x200", SIZE: "1000x200"},
        until="16h",
        every="5m",
    ),
    quiet(
        "a fast leak while there is much left",
        contract=CONTRACT,
        alert=ALERT,
        series={FREE: "900-7x110", SIZE: "1000x110"},
        until="9h",
        every="5m",
    ),
    fires(
        "just under the floor, without a trend",
        contract=CONTRACT,
        alert=ALERT,
        series={FREE: "31x5 29x5 40x5", SIZE: "1000x20", READ_ONLY: "0x20"},
        since="35m",
        ends="1h",
        labels=ROOT,
        every="5m",
    ),
    quiet(
        "exactly on the floor, without a trend",
        contract=CONTRACT,
        alert=ALERT,
        series={FREE: "30x100", SIZE: "1000x100"},
        until="8h",
        every="5m",
    ),
    quiet(
        "under the floor for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={FREE: "500x5 29 500x20", SIZE: "1000x30"},
        until="2h",
        every="5m",
    ),
    quiet(
        "read-only",
        contract=CONTRACT,
        alert=ALERT,
        series={FREE: "0x30", SIZE: "1000x30", READ_ONLY: "1x30"},
        until="2h",
        every="5m",
    ),
    quiet(
        "the series end",
        contract=CONTRACT,
        alert=ALERT,
        series={FREE: "500x5 stale", SIZE: "1000x5 stale"},
        until="2h",
        every="5m",
    ),
)
