"""An expected service has no target at all, or discovery itself fails.

## Semantics

Fires, for each service that is recorded as expected (`tocsin:service_expected`, see `service-down`),
while not one of its targets has an `up` series, whether 0 or 1; the label `missing` names it. Also for
each kind of discovery whose configuration could not be loaded (`prometheus_sd_failed_configs` above 0). A
service that is down but still discovered is quiet: `service-down` tells that. It belongs to Prometheus,
which knows all services; services without the record are not seen.

## Why

A target that falls out of discovery takes its alerts with it, and all is quiet.

## References

- Prometheus 3.15.0: `prometheus_sd_failed_configs{name="scrape"|"notify"}` counts discovery
  configurations that failed to load; `up` exists for each discovered target, also when its scrape fails.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import indented
from tocsin.library.alerts._inventory import expected_record, service_known
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import EXPECTED, Scope
from tocsin.query.matchers import Matcher, selector
from tocsin.spec.declare import parameters

_FAILED = "prometheus_sd_failed_configs"


@alert_template("target-missing")
@parameters
class TargetMissing:
    """Fires for each expected service without a target. It has no parameters."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """The inventory without what is discovered; and discoveries that failed."""
        if not service_known(scope, node):
            return None
        expected, up = selector(EXPECTED, scope.pins), selector("up", scope.pins)
        failed = selector(_FAILED, (*scope.pins, Matcher("job", "=", scope.job)))
        missing = (
            f'label_replace(\n  {expected} unless on (service) {up},\n  "missing", "$1", "service", "(.*)"\n)'
        )
        broken = f'label_replace({failed} > 0, "missing", "discovery ($1)", "name", "(.*)")'
        return Condition(
            expr=f"{indented(missing)}\nor\n{indented(broken)}",
            signal=f"count(count by (service) ({up}))",
            unit="count",
            by=("missing",),
            meaning="an expected service has no target in discovery, or a discovery could not be loaded",
            measures="services with targets",
            summary="Nothing is discovered any more: {{ $labels.missing }}",
            value="no target",
            threshold_text="1 target",
            records=expected_record(scope),
        )


CONTRACT = """scrape: {targets: ["a:1"]}"""
ALERT = "{for: 5m}"
MAIL_EXPECTED = 'tocsin:service_expected{service="mail",job="",instance=""}'
FAILED_CONFIGS = 'prometheus_sd_failed_configs{name="scrape"}'
EXAMPLES = (
    fires(
        "a service falls out of discovery",
        contract=CONTRACT,
        alert=ALERT,
        series={MAIL_EXPECTED: "1x60", 'up{service="mail",job="mail"}': "1x10 stale", "up": "1x60"},
        since="7m45s",
        labels=({"missing": "mail"},),
    ),
    quiet(
        "a service is down, but discovered",
        contract=CONTRACT,
        alert=ALERT,
        series={MAIL_EXPECTED: "1x60", 'up{service="mail",job="mail"}': "0x60", "up": "1x60"},
        until="14m",
    ),
    fires(
        "a discovery cannot be loaded",
        contract=CONTRACT,
        alert=ALERT,
        series={FAILED_CONFIGS: "0x10 1x20 0x20", "up": "1x60"},
        since="7m45s",
        ends="8m",
        labels=({"missing": "discovery (scrape)", "name": "scrape", "job": "shop", "instance": "a:1"},),
    ),
    quiet(
        "gone for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={MAIL_EXPECTED: "1x60", 'up{service="mail",job="mail"}': "1x10 stale _x18 1x30", "up": "1x60"},
        until="14m",
    ),
)
