"""`docker-compose.yml`: the whole stack on one host; `docker-compose.small.yml` on top leaves Mimir out.

Compose v2.40. What each container gets is in `compose_services.py`. The small file uses nothing but merging
(a list under the same key or mount point is replaced, a service with a profile does not start by itself).
"""

from collections.abc import Iterator
from typing import Any

from tocsin.artifacts.tree import Artifact
from tocsin.model.workspace import Model
from tocsin.render.compose_apps import apps
from tocsin.render.compose_services import ALERTMANAGER, stack_services
from tocsin.render.compose_stores import mimir_datasource, prometheus_command
from tocsin.render.renderer import renderer
from tocsin.render.secret_files import secret_files


@renderer("compose")
def compose(model: Model) -> Iterator[Artifact]:
    """The compose files of one environment; each lies beside the folders that it mounts."""
    yield _artifact(model, "docker-compose.yml", config(model))
    if model.stack.mimir:
        yield _artifact(model, "docker-compose.small.yml", small(model))


def _artifact(model: Model, name: str, tree: dict[str, Any]) -> Artifact:
    return Artifact(
        path=f"{model.root}{name}", format="yaml", tree=tree, origin=model.stack.origin, kind="stack files"
    )


def config(model: Model) -> dict[str, Any]:
    """The whole file."""
    services = {**stack_services(model), **apps(model)}
    return {
        "name": project(model),
        "services": services,
        "secrets": {one.name: {"file": f"./secrets/{one.name}"} for one in secret_files(model)},
        "volumes": {name: {} for name in sorted(_named_volumes(services))},
    }


def project(model: Model) -> str:
    """The project's name: containers, networks and volumes of two environments stay apart on one host."""
    name = model.name if not model.root else f"{model.name}-{model.environment}"
    return "".join(c if c.isalnum() or c in "_-" else "-" for c in name.lower()).strip("-_") or ALERTMANAGER


def _named_volumes(services: dict[str, Any]) -> Iterator[str]:
    for service in services.values():
        for mount in service.get("volumes", ()):
            source = str(mount).partition(":")[0]
            if source and not source.startswith((".", "/", "$", "~")):
                yield source


def small(model: Model) -> dict[str, Any]:
    """What differs without Mimir."""
    return {
        "services": {
            "mimir": {"profiles": ["mimir"]},
            "prometheus": {"command": prometheus_command(model, "prometheus.small.yml")},
            "grafana": {"volumes": [mimir_datasource("small")]},
        }
    }
