"""What is left of something limited, as a share: memory, disk space, inodes, connections.

## Semantics

Fires while `left / of` is strictly below `below`, for each series that both gauges have (same labels), or
for each value of `by` after summing. Where `of` is 0 the share is NaN or infinite: quiet. A series that
is gone is quiet. `unless` names a gauge that must not be 1 for the same labels (a file system that is
read-only never fills).

## Why

An absolute limit is wrong for half of the machines.

## References

- node_exporter 1.12.1: all `node_filesystem_*` gauges share `device`, `device_error`, `fstype` and
  `mountpoint`.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._left import left_share
from tocsin.library.alerts._words import amount, title, which
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.units import threshold_words
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Ratio


@alert_template("share-left")
@parameters
class ShareLeft:
    """Fires when too little is left."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    left: str = said("the gauge of what is left", example="node_memory_MemAvailable_bytes", pattern="metric")
    of: str = said(
        "the gauge of what there is in all", example="node_memory_MemTotal_bytes", pattern="metric"
    )
    below: Ratio = said("share below which it fires", example="20%")
    where: tuple[Matcher, ...] = said("which series", (), example="'mountpoint=\"/\"'")
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
    what: str = said("what is left, in words", "", example="memory", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """The ratio of two gauges."""
        found = left_share(scope, node, self)
        if found is None:
            return None
        limit, what = threshold_words(self.below.value, "percentunit"), self.what or found.words
        return Condition(
            expr=found.guarded(f"{found.ratio}\n< {self.below.number}"),
            signal=found.guarded(found.ratio),
            threshold=self.below.value,
            direction="below",
            unit="percentunit",
            by=found.by,
            meaning=f"less than {limit} of the {what} is left",
            measures=f"share of the {what} that is left",
            summary=f"{amount('percentunit')} of the {what} is left{which(found.by)} ({title(scope)})",
            value=amount("percentunit"),
            threshold_text=limit,
        )
