"""`blackbox/blackbox.yml`: the probes' modules for the blackbox exporter 0.28. Not what is probed."""

from collections.abc import Iterator
from typing import Any

from tocsin.artifacts.tree import Artifact
from tocsin.model.workspace import Model
from tocsin.render.renderer import renderer

_IPV4 = {"preferred_ip_protocol": "ip4", "ip_protocol_fallback": True}
MODULES: dict[str, dict[str, Any]] = {
    # No answer in 5 s is a failure; the exporter keeps half a second of the scrape's own timeout for itself.
    "http_2xx": {"prober": "http", "timeout": "5s", "http": {**_IPV4, "method": "GET"}},
    "http_post_2xx": {"prober": "http", "timeout": "5s", "http": {**_IPV4, "method": "POST"}},
    "tcp_connect": {"prober": "tcp", "timeout": "5s", "tcp": _IPV4},
    "grpc": {"prober": "grpc", "timeout": "5s", "grpc": {"preferred_ip_protocol": "ip4", "tls": True}},
    "grpc_plain": {"prober": "grpc", "timeout": "5s", "grpc": {"preferred_ip_protocol": "ip4", "tls": False}},
    "icmp": {"prober": "icmp", "timeout": "5s", "icmp": _IPV4},
}
ALWAYS = "http_2xx"


@renderer("blackbox")
def blackbox(model: Model) -> Iterator[Artifact]:
    """The modules in use, where anything is probed."""
    if not used_modules(model):
        return
    yield Artifact(
        path=f"{model.root}blackbox/blackbox.yml",
        format="yaml",
        tree=config(model),
        origin=model.stack.origin,
        kind="stack files",
    )


def config(model: Model) -> dict[str, Any]:
    """The whole configuration. A module that is not known here is left to the user's own exporter."""
    names = [n for n in sorted({ALWAYS, *used_modules(model)}) if n in MODULES]
    return {"modules": {name: MODULES[name] for name in names}}


def used_modules(model: Model) -> tuple[str, ...]:
    """Names of the modules that probes ask for."""
    return tuple(
        sorted(
            {
                scrape.probe_module
                for service in model.services.values()
                for scrape in service.scrapes
                if scrape.probes
            }
        )
    )
