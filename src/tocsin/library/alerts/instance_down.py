"""One instance of a service is down while others answer.

## Semantics

Fires for each target whose `up` is 0 while at least one target of the service has `up` = 1. When all are
down it is quiet: `service-down` tells that. A target that left discovery has no `up` and is quiet, as it
should be where instances come and go.

## Why

One of several instances is a matter for working hours; the service still answers.

## References

- Prometheus 3: `up` is 0 when a scrape failed or came too late, and ends when the target leaves
  discovery.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._inventory import service_known
from tocsin.library.alerts._words import title
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.spec.declare import parameters


@alert_template("instance-down")
@parameters
class InstanceDown:
    """Fires for one instance of several. It has no parameters."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Down, while the best of its siblings is up."""
        if not service_known(scope, node):
            return None
        return Condition(
            expr=f"{scope.up()} == 0\nand on ()\n  (max({scope.up()}) == 1)",
            signal=scope.up(),
            threshold=1,
            direction="below",
            unit="bool",
            by=("instance",),
            meaning=f"one instance of {title(scope)} does not answer while others do",
            measures="whether the instance answers",
            summary=f"{{{{ $labels.instance }}}} of {title(scope)} does not answer, others do",
            value="no answer",
            threshold_text="1 (it answers)",
        )


CONTRACT = """scrape: {targets: ["a:1", "b:1"]}"""
ALERT = "{for: 5m}"
B_DOWN = {"instance": "b:1", "job": "shop"}
EXAMPLES = (
    fires(
        "one of two instances is down",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "1x40", 'up{instance="b:1"}': "1x3 0x23 1x10"},
        since="6m",
        ends="7m",
        labels=(B_DOWN,),
    ),
    quiet(
        "all instances are down",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "0x60", 'up{instance="b:1"}': "0x60"},
        until="15m",
    ),
    quiet(
        "down for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "1x60", 'up{instance="b:1"}': "1x3 0x19 1x30"},
        until="12m",
    ),
    quiet(
        "an instance leaves discovery",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "1x60", 'up{instance="b:1"}': "1x3 stale"},
        until="15m",
    ),
)
