"""The containers that keep data or show it: Prometheus, Loki, Tempo, Mimir, Grafana."""

from typing import Any
from urllib.parse import urlsplit

from tocsin.model.workspace import Model
from tocsin.render.compose_parts import container, health, literal, port
from tocsin.render.grafana_provisioning import DASHBOARDS
from tocsin.render.prometheus_config import REPLICA_VARIABLE
from tocsin.render.secret_files import GRAFANA_PASSWORD

PROVISIONING = "/etc/grafana/provisioning"


def prometheus(model: Model) -> dict[str, Any]:
    """Rules lie beside the configuration's folder, as they do in the repository."""
    return container(
        "prometheus",
        "2g",
        command=prometheus_command(model, "prometheus.yml"),
        environment={REPLICA_VARIABLE: f"${{{REPLICA_VARIABLE}:-prometheus-1}}"},
        volumes=["./prometheus:/etc/prometheus:ro", "./alerts:/etc/alerts:ro", "prometheus-data:/prometheus"],
        ports=[port("PROMETHEUS", 9090)],
        healthcheck=health("/bin/promtool", "check", "ready", "--url=http://localhost:9090"),
        stop_grace_period="1m",
    )


def prometheus_command(model: Model, file: str) -> list[str]:
    """Retention is in the configuration (3.15: its flags are deprecated)."""
    external = literal(model.links.prometheus) or "http://localhost:${PROMETHEUS_PORT:-9090}"
    return [
        f"--config.file=/etc/prometheus/{file}",
        "--storage.tsdb.path=/prometheus",
        "--web.enable-lifecycle",
        # Loki's recording rules and Tempo's metrics come in this way.
        "--web.enable-remote-write-receiver",
        "--enable-feature=exemplar-storage",
        f"--web.external-url={external}",
        # Without it a path in the external URL would move all of Prometheus' own paths.
        "--web.route-prefix=/",
    ]


def loki(model: Model) -> dict[str, Any]:
    """The image is distroless: `-health` asks its own /ready (3.7)."""
    return container(
        "loki",
        "2g",
        command=["-config.file=/etc/loki/loki.yaml"],
        volumes=[
            "./loki/loki.yaml:/etc/loki/loki.yaml:ro",
            "./loki/rules:/etc/loki/rules:ro",
            "loki-data:/loki",
        ],
        ports=[port("LOKI", 3100)],
        healthcheck=health("/usr/bin/loki", "-health", start="45s"),
        # Time to flush what is in memory.
        stop_grace_period="2m",
    )


def tempo() -> dict[str, Any]:
    """OTLP is not published: spans come through the collector, which redacts them."""
    return container(
        "tempo",
        "2g",
        command=["-config.file=/etc/tempo/tempo.yaml"],
        volumes=["./tempo:/etc/tempo:ro", "tempo-data:/var/tempo"],
        ports=[port("TEMPO", 3200)],
        healthcheck=health("/tempo", "-health", start="45s"),
        stop_grace_period="1m",
    )


def mimir() -> dict[str, Any]:
    """Distroless and without a health flag: Prometheus scrapes it."""
    return container(
        "mimir",
        "2g",
        command=["-config.file=/etc/mimir/mimir.yaml"],
        volumes=["./mimir:/etc/mimir:ro", "mimir-data:/data"],
        ports=[port("MIMIR", 9009)],
        stop_grace_period="2m",
    )


def grafana(model: Model) -> dict[str, Any]:
    """Everything comes from files; nothing is sent home or fetched."""
    root_url = literal(model.links.grafana) or "http://localhost:${GRAFANA_PORT:-3000}"
    environment = {
        "GF_SECURITY_ADMIN_PASSWORD__FILE": GRAFANA_PASSWORD,
        "GF_SERVER_ROOT_URL": root_url,
        "GF_USERS_ALLOW_SIGN_UP": "false",
        "GF_LOG_MODE": "console",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        # Grafana 13 would download its preinstalled plugins at the first start.
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    }
    if urlsplit(model.links.grafana).path.rstrip("/"):
        environment["GF_SERVER_SERVE_FROM_SUB_PATH"] = "true"
    sources = [f"./grafana/provisioning/datasources/tocsin.yaml:{PROVISIONING}/datasources/tocsin.yaml:ro"]
    if model.stack.mimir:
        sources.append(mimir_datasource("provisioning/datasources"))
    return container(
        "grafana",
        "1g",
        environment=environment,
        volumes=[
            f"./grafana/provisioning/dashboards:{PROVISIONING}/dashboards:ro",
            *sources,
            f"./dashboards:{DASHBOARDS}:ro",
            "grafana-data:/var/lib/grafana",
        ],
        secrets=[GRAFANA_PASSWORD.rpartition("/")[2]],
        ports=[port("GRAFANA", 3000)],
        healthcheck=health("wget", "-q", "--spider", "http://localhost:3000/api/health", start="60s"),
        depends_on=["prometheus", "loki", "tempo"],
    )


def mimir_datasource(folder: str) -> str:
    """The mount of Mimir's data source; the small stack puts one that removes it at the same place."""
    return f"./grafana/{folder}/mimir.yaml:{PROVISIONING}/datasources/mimir.yaml:ro"
