"""What alert templates share about the inventory: a service that is expected to be there. No sentences."""

from tocsin.diag.nodes import Node
from tocsin.model.alerting import RecordingRule
from tocsin.model.scope import EXPECTED, Scope


def expected_record(scope: Scope) -> tuple[RecordingRule, ...]:
    """The rule that says that the service should be there."""
    if scope.service is None:
        return ()
    labels = {**scope.identity, "service": scope.service.name}
    return (RecordingRule(record=EXPECTED, expr="vector(1)", labels=labels, origin=scope.service.origin),)


def service_known(scope: Scope, node: Node) -> bool:
    """True in a service's own alert; reports another at `node`."""
    if scope.service is None:
        scope.sink.error(
            "alert/no-service",
            node.key_place(),
            "this template belongs to a service",
            help="move the alert under `services: <name>: alerts:`",
        )
    return scope.service is not None
