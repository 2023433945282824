"""What every container has in common: image, ports, limits, hardening. Not which containers exist."""

from typing import Any

from tocsin import pins

BIND = "${TOCSIN_BIND:-127.0.0.1}"
"""Nothing is reachable from outside unless somebody says so."""
COMPOSE_LABEL = "com.docker.compose.service"


def image(engine: str) -> str:
    """The pinned image, overridable by the environment: `${LOKI_IMAGE:-grafana/loki:3.7.8}`."""
    pinned = pins.engine(engine)
    return f"${{{pinned.image_env}:-{pinned.image}}}"


def port(variable: str, number: int) -> str:
    """A published port: on loopback, and at the same number unless the environment says otherwise."""
    return f"{BIND}:${{{variable}_PORT:-{number}}}:{number}"


def container(engine: str, memory: str, **more: Any) -> dict[str, Any]:
    """One container, hardened: no new privileges, no capabilities, a read-only root file system."""
    variable = pins.engine(engine).image_env.removesuffix("_IMAGE")
    return {
        "image": image(engine),
        "restart": "unless-stopped",
        "read_only": True,
        "tmpfs": ["/tmp"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": f"${{{variable}_MEMORY:-{memory}}}",
        "logging": logging(),
        **more,
    }


def logging() -> dict[str, Any]:
    """Bounded logs that name their service: the collector reads the label out of each line's `attrs`."""
    return {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3", "labels": COMPOSE_LABEL}}


def health(*command: str, start: str = "20s") -> dict[str, Any]:
    """A health check by a program in the image; most images have no shell."""
    return {
        "test": ["CMD", *command],
        "interval": "15s",
        "timeout": "5s",
        "retries": 5,
        "start_period": start,
    }


def literal(value: str) -> str:
    """Text in which compose shall expand nothing."""
    return value.replace("$", "$$")
