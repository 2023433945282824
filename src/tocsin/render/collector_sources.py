"""Where the collector's log lines and spans come from: services' files, containers' output, OTLP."""

from typing import Any

from tocsin.artifacts.tree import at
from tocsin.model.telemetry import Service
from tocsin.model.workspace import Model
from tocsin.render.log_labels import SERVICE_NAME, stream_attributes
from tocsin.render.log_parsing import FORMAT

DOCKER_FILES = "/var/lib/docker/containers/*/*-json.log"
KUBERNETES_FILES = "/var/log/pods/*/*/*.log"
COMPOSE_SERVICE = "com.docker.compose.service"
"""Docker writes labels into `attrs` only when the logging option `labels` names them."""
UNKNOWN = "unknown_service"


def receivers(model: Model) -> dict[str, Any]:
    """All receivers by name."""
    out: dict[str, Any] = {
        "otlp": {"protocols": {"grpc": {"endpoint": "0.0.0.0:4317"}, "http": {"endpoint": "0.0.0.0:4318"}}}
    }
    contained = [s for _, s in sorted(model.services.items()) if s.logs and s.logs.containers]
    for name in sorted(model.services):
        service = model.services[name]
        if service.logs and service.logs.files:
            out[f"file_log/{name}"] = at(service.logs.origin, _files(model, service), f"log files of {name}")
    if contained:
        out["file_log/containers"] = _docker(model, contained)
    if any(scrape.kubernetes for s in contained for scrape in s.scrapes):
        out["file_log/kubernetes"] = _kubernetes(model, contained)
    return out


def _reading(model: Model, include: list[str]) -> dict[str, Any]:
    """Settings that all file receivers share: nothing is skipped, nothing is read twice."""
    return {
        "include": include,
        "start_at": "beginning",
        "storage": "file_storage",
        "max_log_size": model.stack.log_line_max.bytes,
        # By default a file that was copied and truncated is not read until it is as long as before.
        "on_truncate": "read_whole_file",
        "retry_on_failure": {"enabled": True, "max_elapsed_time": "0s"},
    }


def _files(model: Model, service: Service) -> dict[str, Any]:
    assert service.logs is not None
    return {
        **_reading(model, list(service.logs.files)),
        "resource": _literal(dict(stream_attributes(service))),
        "attributes": {FORMAT: service.logs.format},
    }


def _literal(values: dict[str, str]) -> dict[str, str]:
    """Values that are not expanded by the collector."""
    return {name: value.replace("$", "$$") for name, value in values.items()}


def _docker(model: Model, services: list[Service]) -> dict[str, Any]:
    """The json-file driver's files; lines above 16 KiB come in pieces and are put together again."""
    attrs = f'attributes.attrs["{COMPOSE_SERVICE}"]'
    return {
        **_reading(model, [DOCKER_FILES]),
        "include_file_path": True,
        "operators": [
            {"type": "container", "format": "docker", "add_metadata_from_filepath": False},
            {
                "type": "recombine",
                "combine_field": "body",
                "combine_with": "",
                "is_last_entry": 'body endsWith "\\n"',
                "source_identifier": 'attributes["log.file.path"]',
                "max_log_size": model.stack.log_line_max.bytes,
                "force_flush_period": "2s",
            },
            {
                "type": "move",
                "id": "named",
                "from": attrs,
                "to": f'resource["{SERVICE_NAME}"]',
                "if": f'attributes.attrs != nil and attributes.attrs["{COMPOSE_SERVICE}"] != nil',
            },
            {
                "type": "remove",
                "id": "no-attrs",
                "field": "attributes.attrs",
                "if": "attributes.attrs != nil",
            },
            *_named(services),
        ],
    }


def _kubernetes(model: Model, services: list[Service]) -> dict[str, Any]:
    """Pods' logs in CRI form; a container's name is its service's name."""
    name = f'resource["{SERVICE_NAME}"]'
    return {
        **_reading(model, [KUBERNETES_FILES]),
        "include_file_path": True,
        "operators": [
            {"type": "container"},
            {
                "type": "copy",
                "id": "named",
                "from": 'resource["k8s.container.name"]',
                "to": name,
                "if": 'resource["k8s.container.name"] != nil',
            },
            *_named(services),
        ],
    }


def _named(services: list[Service]) -> list[dict[str, Any]]:
    """A name for those who have none, and each service's line format."""
    name = f'resource["{SERVICE_NAME}"]'
    out: list[dict[str, Any]] = [
        {"type": "add", "id": "unnamed", "field": name, "value": UNKNOWN, "if": f"{name} == nil"}
    ]
    names: dict[str, list[str]] = {}
    for service in services:
        assert service.logs is not None
        names.setdefault(service.logs.format, []).append(_quoted(stream_attributes(service)[SERVICE_NAME]))
    return out + [
        {
            "type": "add",
            "id": f"format-{how}",
            "field": f'attributes["{FORMAT}"]',
            "value": how,
            "if": f"{name} in [{', '.join(own)}]",
        }
        for how, own in sorted(names.items())
    ]


def _quoted(value: str) -> str:
    """A string in the receiver's expression language."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"'
