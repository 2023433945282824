"""A place in the compose file for the watched services: profile `app`, images from the environment."""

import re
from pathlib import PurePosixPath
from typing import Any

from tocsin.model.telemetry import Service
from tocsin.model.workspace import Model
from tocsin.render.compose_parts import BIND, logging

PROFILE = "app"


def apps(model: Model) -> dict[str, Any]:
    """Services whose static target is their own name: those could run beside the stack."""
    found = ((name, _own_port(service)) for name, service in sorted(model.services.items()))
    return {name: _app(model, model.services[name], number) for name, number in found if number}


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


def _app(model: Model, service: Service, number: int) -> dict[str, Any]:
    variable = _variable(service.name)
    out: dict[str, Any] = {
        "image": f"${{{variable}_IMAGE:-{service.name}:latest}}",
        "profiles": [PROFILE],
        "restart": "unless-stopped",
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": f"${{{variable}_MEMORY:-512m}}",
        "logging": logging(),
        "ports": [f"{BIND}:${{{variable}_PORT:-{number}}}:{number}"],
        "environment": {"OTEL_SERVICE_NAME": service.traces or service.name,
                        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
                        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                        "OTEL_RESOURCE_ATTRIBUTES": f"deployment.environment.name={model.environment}"},
        "depends_on": ["collector"],
    }
    mounts = [mount for mount in log_mounts(model, writable=True) if mount.startswith(_source(service))]
    if mounts:
        out["volumes"] = mounts
    return out


def log_mounts(model: Model, *, writable: bool) -> list[str]:
    """Folders with services' log files: of the host where the environment names one, else under `./logs/`."""
    mode = "" if writable else ":ro"
    seen: dict[str, str] = {}
    for name in sorted(model.services):
        service = model.services[name]
        for pattern in service.logs.files if service.logs else ():
            seen.setdefault(_folder(pattern), _source(service))
    return [f"{source}:{folder}{mode}" for folder, source in sorted(seen.items())]


def _source(service: Service) -> str:
    return f"${{{_variable(service.name)}_LOGS:-./logs/{service.name}}}"


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
