"""The stack's containers: which there are, alerting, collection, exporters. Not the watched services."""

from typing import Any

from tocsin.model.workspace import Model
from tocsin.render.blackbox import used_modules
from tocsin.render.compose_apps import log_mounts
from tocsin.render.compose_parts import container, health, literal, port
from tocsin.render.compose_stores import grafana, loki, mimir, prometheus, tempo
from tocsin.render.secret_files import alertmanager_secrets
from tocsin.render.stack_urls import address

ALERTMANAGER = "alertmanager"
CLUSTER_PORT = 9094


def stack_services(model: Model) -> dict[str, Any]:
    """Every container by name. The names are what targets and URLs in the spec say."""
    out: dict[str, Any] = {"prometheus": prometheus(model)}
    out.update(_alertmanagers(model))
    out["loki"] = loki(model)
    out["tempo"] = tempo()
    if model.stack.mimir:
        out["mimir"] = mimir()
    out["grafana"] = grafana(model)
    out["collector"] = _collector(model)
    out["node-exporter"] = _node_exporter()
    if used_modules(model):
        out["blackbox-exporter"] = _blackbox(model)
    return out


def _alertmanagers(model: Model) -> dict[str, Any]:
    """One, or a cluster: as many as the stack has addresses for, each knowing the others."""
    names = list(dict.fromkeys(address(url).host for url in model.stack.alertmanager_urls)) or [ALERTMANAGER]
    return {name: _alertmanager(model, name, names, index) for index, name in enumerate(names)}


def _alertmanager(model: Model, name: str, names: list[str], index: int) -> dict[str, Any]:
    external = literal(model.links.alertmanager) or "http://localhost:${ALERTMANAGER_PORT:-9093}"
    # An empty listen address turns clustering off: one alone would wait for peers before its first message.
    cluster = [f"--cluster.listen-address={f'0.0.0.0:{CLUSTER_PORT}' if len(names) > 1 else ''}"]
    cluster += [f"--cluster.peer={other}:{CLUSTER_PORT}" for other in names if other != name]
    published = port(f"ALERTMANAGER_{index + 1}" if index else "ALERTMANAGER", 9093 + 100 * index)
    return container(
        "alertmanager",
        "256m",
        command=[
            "--config.file=/etc/alertmanager/alertmanager.yml",
            "--storage.path=/alertmanager",
            f"--web.external-url={external}",
            "--web.route-prefix=/",
            *cluster,
        ],
        volumes=["./alertmanager:/etc/alertmanager:ro", f"{name}-data:/alertmanager"],
        secrets=[{"source": one.name, "target": literal(one.inside)} for one in alertmanager_secrets(model)],
        ports=[f"{published.rpartition(':')[0]}:9093"],
        healthcheck=health("/bin/amtool", "--alertmanager.url=http://localhost:9093", "cluster", "show"),
    )


def _collector(model: Model) -> dict[str, Any]:
    """Reads others' log files, so it needs the one capability that lets root read them, and no other.

    The contrib image runs as 10001 and has no folder of its own: a new volume would belong to root.
    It has no program for a health check either; Prometheus scrapes it.
    """
    mounts = log_mounts(model)
    if any(s.logs and s.logs.containers for s in model.services.values()):
        mounts.append("${DOCKER_CONTAINERS:-/var/lib/docker/containers}:/var/lib/docker/containers:ro")
    out = container(
        "otelcol",
        "512m",
        user="0:0",
        command=["--config=/etc/otelcol/collector.yaml"],
        volumes=["./collector:/etc/otelcol:ro", "collector-data:/var/lib/otelcol", *mounts],
        ports=[port("OTLP_GRPC", 4317), port("OTLP_HTTP", 4318)],
        depends_on=["loki", "tempo"],
    )
    if mounts:
        out["cap_add"] = ["DAC_READ_SEARCH"]
    return out


def _node_exporter() -> dict[str, Any]:
    """The host's CPU, memory and disks. Network figures are the container's own, not the host's."""
    return container(
        "node_exporter",
        "128m",
        command=["--path.rootfs=/host", "--path.procfs=/host/proc", "--path.sysfs=/host/sys"],
        pid="host",
        volumes=["/:/host:ro"],
        healthcheck=health("wget", "-q", "--spider", "http://localhost:9100/"),
    )


def _blackbox(model: Model) -> dict[str, Any]:
    """The image runs as root for ICMP's sake; without such a probe it needs neither root nor capabilities."""
    pings = "icmp" in used_modules(model)
    out = container(
        "blackbox_exporter",
        "128m",
        user="0:0" if pings else "65534:65534",
        command=["--config.file=/etc/blackbox/blackbox.yml"],
        volumes=["./blackbox:/etc/blackbox:ro"],
        healthcheck=health("wget", "-q", "--spider", "http://localhost:9115/-/healthy"),
    )
    if pings:
        out["cap_add"] = ["NET_RAW"]
    return out
