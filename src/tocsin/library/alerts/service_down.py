"""No instance of an expected service answers.

## Semantics

The spec knows the inventory, so the service is recorded as expected (`tocsin:service_expected`, always 1,
with its identity). The alert is that series unless at least one of the service's targets has `up` = 1. So
it fires when all instances are down **and** when the targets vanish from discovery, and not for one
instance of several (`instance-down` tells that). Targets of probes do not count. There is no value and no
boundary.

## Why

`up == 0` pages for one instance of ten and is silent when the target disappears; `absent(up)` is blind
while another cluster reports.

## References

- Prometheus 3: a target that leaves discovery gets staleness markers at once, its `up` ends.
- Prometheus: rules do not see `external_labels`: identity must be on the targets.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._inventory import expected_record, service_known
from tocsin.library.alerts._words import title
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.spec.declare import parameters


@alert_template("service-down")
@parameters
class ServiceDown:
    """Fires when no instance of the service answers. It has no parameters."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Expected, unless one target is up."""
        if not service_known(scope, node):
            return None
        return Condition(
            expr=f"{scope.expected()}\nunless on ()\n  (max({scope.up()}) == 1)",
            signal=f"sum({scope.up()}) or vector(0)",
            threshold=1,
            direction="below",
            unit="count",
            meaning=f"no instance of {title(scope)} answers, or none is left in discovery",
            measures="instances that answer",
            summary=f"No instance of {title(scope)} answers",
            value="no instance",
            threshold_text="1 instance",
            records=expected_record(scope),
        )


CONTRACT = """scrape: {targets: ["a:1", "b:1"]}"""
ALERT = "{for: 1m}"
EXAMPLES = (
    fires(
        "all instances are down",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "1x4 0x9 1x9", 'up{instance="b:1"}': "1x4 0x9 1x9"},
        since="2m15s",
        ends="3m45s",
    ),
    fires(
        "the targets vanish from discovery",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "1x4 stale"},
        since="2m15s",
    ),
    fires("nothing was ever scraped", contract=CONTRACT, alert=ALERT, since="1m"),
    fires(
        "only another cluster answers",
        contract=CONTRACT,
        alert=ALERT,
        series={'up{cluster="us1"}': "1x20"},
        since="1m",
    ),
    fires(
        "only the exporter that probes it answers",
        contract=CONTRACT,
        alert=ALERT,
        series={'up{job="shop-probe"}': "1x20"},
        since="1m",
    ),
    quiet(
        "one of two instances is down",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "0x40", 'up{instance="b:1"}': "1x40"},
        until="10m",
    ),
    quiet(
        "down for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={"up": "1x4 0x3 1x30"},
        until="8m",
    ),
)
