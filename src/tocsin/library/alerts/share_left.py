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
from tocsin.library.example import fires, quiet
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


CONTRACT = """scrape: {targets: ["a:1"]}
metrics:
  mem_available_bytes: {type: gauge}
  mem_total_bytes: {type: gauge}
  disk_free_bytes: {type: gauge, labels: [mountpoint]}
  disk_size_bytes: {type: gauge, labels: [mountpoint]}
  disk_readonly: {type: gauge, labels: [mountpoint]}"""
ALERT = "{left: mem_available_bytes, of: mem_total_bytes, below: 20%, what: memory, for: 10m}"
DISK = "{left: disk_free_bytes, of: disk_size_bytes, below: 10%, unless: disk_readonly, for: 5m}"
SUMMED = "{left: disk_free_bytes, of: disk_size_bytes, below: 10%, by: [instance], for: 5m}"
FREE = 'disk_free_bytes{mountpoint="/data"}'
SIZE = 'disk_size_bytes{mountpoint="/data"}'
READ_ONLY = 'disk_readonly{mountpoint="/data"}'
A = {"instance": "a:1", "job": "shop"}
EXAMPLES = (
    fires(
        "just under, on one of two machines",
        contract=CONTRACT,
        alert=ALERT,
        series={
            "mem_available_bytes": "199x45 300x20",
            "mem_total_bytes": "1000x80",
            'mem_available_bytes{instance="b:1"}': "201x80",
            'mem_total_bytes{instance="b:1"}': "1000x80",
        },
        since="10m",
        ends="11m30s",
        labels=(A,),
    ),
    quiet(
        "exactly on the limit",
        contract=CONTRACT,
        alert=ALERT,
        series={"mem_available_bytes": "200x80", "mem_total_bytes": "1000x80"},
        until="20m",
    ),
    quiet(
        "under for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={"mem_available_bytes": "100x39 300x40", "mem_total_bytes": "1000x80"},
        until="20m",
    ),
    quiet(
        "there is nothing in all",
        contract=CONTRACT,
        alert=ALERT,
        series={"mem_available_bytes": "0x80", "mem_total_bytes": "0x80"},
        until="20m",
    ),
    quiet(
        "the series end",
        contract=CONTRACT,
        alert=ALERT,
        series={"mem_available_bytes": "100x9 stale", "mem_total_bytes": "1000x80"},
        until="20m",
    ),
    fires(
        "a file system that can be written to",
        contract=CONTRACT,
        alert=DISK,
        series={FREE: "9x40", SIZE: "100x40", READ_ONLY: "0x40"},
        since="5m",
        labels=({**A, "mountpoint": "/data"},),
    ),
    quiet(
        "a file system that cannot be written to",
        contract=CONTRACT,
        alert=DISK,
        series={FREE: "0x40", SIZE: "100x40", READ_ONLY: "1x40"},
        until="10m",
    ),
    fires(
        "all file systems of a machine together",
        contract=CONTRACT,
        alert=SUMMED,
        series={
            FREE: "1x40",
            SIZE: "50x40",
            'disk_free_bytes{mountpoint="/"}': "8x40",
            'disk_size_bytes{mountpoint="/"}': "50x40",
        },
        since="5m",
        labels=({"instance": "a:1"},),
    ),
)
