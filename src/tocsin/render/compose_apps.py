"""A place in the compose file for the watched services: profile `app`, images from the environment."""

import re
from pathlib import PurePosixPath
from typing import Any

from tocsin.model.telemetry import Service
from tocsin.model.workspace import Model
from tocsin.render.compose_parts import BIND, logging

PROFILE = "app"
AT_MOST = 20
"""A workspace with more services than this does not run them on one host: none of them gets a place."""


def apps(model: Model) -> dict[str, Any]:
    """Services whose static target is their own name: those could run beside the stack."""
    ports = {name: _own_port(service) for name, service in sorted(model.services.items())}
    found = {name: port for name, port in ports.items() if port}
    if len(found) > AT_MOST:
        return {}
    folders = _log_folders(model)
    return {name: _app(model, model.services[name], port, folders) for name, port in found.items()}


def _own_port(service: Service) -> int:
    """The port of a target `<service>:<port>`; 0 where there is none, or nothing is known but metrics."""
    if not (service.logs or service.traces):
        return 0
    for scrape in service.scrapes:
        for target in scrape.targets:
            host, _, number = target.rpartition(":")
            if host == service.name and number.isdigit():
                return int(number)
    return 0


def _app(model: Model, service: Service, number: int, folders: dict[str, str]) -> dict[str, Any]:
    variable = _variable(service.name)
    out: dict[str, Any] = {
        "image": f"${{{variable}_IMAGE:-{service.name}:latest}}",
        "profiles": [PROFILE],
        "restart": "unless-stopped",
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": f"${{{variable}_MEMORY:-512m}}",
        "logging": logging(),
        "ports": [f"{BIND}:${{{variable}_PORT:-{number}}}:{number}"],
        "environment": {
            "OTEL_SERVICE_NAME": service.traces or service.name,
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_RESOURCE_ATTRIBUTES": f"deployment.environment.name={model.environment}",
        },
        "depends_on": ["collector"],
    }
    mounts = [f"{_source(owner)}:{folder}" for folder, owner in folders.items() if owner == service.name]
    if mounts:
        out["volumes"] = mounts
    return out


def log_mounts(model: Model) -> list[str]:
    """Folders with services' log files, to read: the host's where the environment says so, else `./logs/`."""
    return [f"{_source(owner)}:{folder}:ro" for folder, owner in _log_folders(model).items()]


def _log_folders(model: Model) -> dict[str, str]:
    """Folder -> the (first) service that logs there."""
    out: dict[str, str] = {}
    for name in sorted(model.services):
        logs = model.services[name].logs
        for pattern in logs.files if logs else ():
            out.setdefault(_folder(pattern), name)
    return dict(sorted(out.items()))


def _source(name: str) -> str:
    return f"${{{_variable(name)}_LOGS:-./logs/{name}}}"


def _folder(pattern: str) -> str:
    """The deepest folder of a glob without wildcards."""
    parts: list[str] = []
    for part in PurePosixPath(pattern).parent.parts:
        if re.search(r"[*?\[{]", part):
            break
        parts.append(part)
    return str(PurePosixPath(*parts)) if parts else "/"


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper())
