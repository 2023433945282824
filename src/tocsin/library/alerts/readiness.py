"""No instance of a service is ready, as seen by probes from outside.

## Semantics

Fires while no probe of the check succeeds (`probe_success` = 1) although the service is expected: also
when the probes' series are gone, because then nobody knows. One of several that is ready keeps it quiet.

## Why

A process that answers its metrics may still refuse all work.

## References

- blackbox_exporter 0.28.0: `probe_success` is 1 or 0 for each probe; a probe that timed out is 0.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._inventory import expected_record, service_known
from tocsin.library.alerts._words import title
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.spec.declare import parameters, said


@alert_template("readiness")
@parameters
class Readiness:
    """Fires when no instance is ready."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    check_: str = said(
        "the check, as the service's `probes` name it", "ready", example="ready", pattern="name"
    )

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Expected, unless one probe succeeds."""
        if not service_known(scope, node):
            return None
        probe = scope.probe(self.check_, node.at("check") if node.get("check") else node.key_place())
        if probe is None:
            return None
        return Condition(
            expr=f"{scope.expected()}\nunless on ()\n  (max({probe}) == 1)",
            signal=f"sum({probe}) or vector(0)",
            threshold=1,
            direction="below",
            unit="count",
            meaning=f"no instance of {title(scope)} passes the check `{self.check_}`, or nobody probes it",
            measures=f"probes of `{self.check_}` that succeed",
            summary=f"No instance of {title(scope)} is {self.check_}",
            value="no instance",
            threshold_text="1 instance",
            records=expected_record(scope),
        )


CONTRACT = """scrape: {targets: ["a:1"]}
probes: {urls: {ready: "http://a:1/ready", live: "http://a:1/live"}}"""
ALERT = "{check: ready, for: 1m}"
READY = 'probe_success{job="shop-probe",check="ready"}'
LIVE = 'probe_success{job="shop-probe",check="live"}'
OTHER_READY = 'probe_success{job="shop-probe",check="ready",instance="b:1"}'
EXAMPLES = (
    fires(
        "alive, but not ready",
        contract=CONTRACT,
        alert=ALERT,
        series={READY: "1x4 0x9 1x9", LIVE: "1x40", "up": "1x40"},
        since="2m15s",
        ends="3m45s",
    ),
    fires(
        "nobody probes it any more",
        contract=CONTRACT,
        alert=ALERT,
        series={READY: "1x4 stale", "up": "1x40"},
        since="2m15s",
    ),
    quiet(
        "one of two is ready",
        contract=CONTRACT,
        alert=ALERT,
        series={READY: "0x40", OTHER_READY: "1x40"},
        until="10m",
    ),
    quiet(
        "not ready for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={READY: "1x4 0x3 1x30"},
        until="8m",
    ),
)
