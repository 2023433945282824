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
