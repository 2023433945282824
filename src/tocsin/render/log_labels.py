"""Which resource attributes tell log streams apart: Loki and the collector must agree on it.

Loki makes a label of a resource attribute by putting `_` for every other character: `service.name` becomes
`service_name`. Few labels with few values: everything else is structured metadata.
"""

from collections.abc import Mapping

from tocsin.model.telemetry import Service
from tocsin.model.workspace import Model

SERVICE_NAME = "service.name"
CONVENTIONS = {
    "service_name": SERVICE_NAME,
    "service_namespace": "service.namespace",
    "deployment_environment_name": "deployment.environment.name",
    "k8s_namespace_name": "k8s.namespace.name",
    "k8s_cluster_name": "k8s.cluster.name",
}
"""Labels whose attribute has a name of OpenTelemetry's conventions; others are called the same."""


def attribute(label: str) -> str:
    """The resource attribute that becomes this label."""
    return CONVENTIONS.get(label, label)


def stream_attributes(service: Service) -> Mapping[str, str]:
    """The resource attributes of a service's log lines; `service.name` is always there."""
    labels = service.logs.labels if service.logs else {}
    named = {attribute(label): value for label, value in labels.items()}
    return {SERVICE_NAME: service.name, **named}


def index_attributes(model: Model) -> tuple[str, ...]:
    """All attributes that become labels: the service's name, identity, and what the services' streams say."""
    said = {name for service in model.services.values() for name in stream_attributes(service)}
    return (SERVICE_NAME, *sorted({*model.identity, *said} - {SERVICE_NAME}))
