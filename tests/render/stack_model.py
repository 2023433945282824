"""A model made by hand, with one service of every kind that the stack's configuration knows."""

import dataclasses
from types import MappingProxyType
from typing import Any

from tocsin.diag.nodes import Node
from tocsin.diag.text import Source
from tocsin.model.alerting import Receiver
from tocsin.model.redaction import CLASSES
from tocsin.model.telemetry import LogStream, Scrape, Service
from tocsin.model.workspace import Links, Model, Stack
from tocsin.spec.declare import Secret
from tocsin.spec.values import Duration, Size

HERE = Node("map", {}, Source("spec.yaml", "tocsin: 1\n"), (1, 1, 1, 1))
IDENTITY = MappingProxyType({"cluster": "eu1", "environment": "production"})


def scrape(job: str, **more: Any) -> Scrape:
    """A scrape job; targets `<job>:80` unless another discovery is said."""
    settings: dict[str, Any] = {
        "every": Duration(15_000),
        "timeout": Duration(10_000),
        "origin": HERE,
        "labels": MappingProxyType({**IDENTITY, "service": more.pop("service", job)}),
    }
    if not {"targets", "files", "http", "dns", "kubernetes"} & set(more):
        settings["targets"] = (f"{job}:80",)
    return Scrape(job=job, **{**settings, **more})


def service(name: str, *scrapes: Scrape, logs: LogStream | None = None, traces: str = "") -> Service:
    """A service without metrics: the stack's configuration does not look at them."""
    return Service(
        name=name,
        title=name,
        team="platform",
        scrapes=scrapes,
        metrics={},
        logs=logs,
        traces=traces,
        origin=HERE,
    )


def log_stream(**more: Any) -> LogStream:
    """Logs in JSON that name secrets."""
    settings: dict[str, Any] = {
        "labels": MappingProxyType({"service_name": "greenstack-api"}),
        "format": "json",
        "fields": MappingProxyType(
            {
                "timestamp": "required",
                "level": "required",
                "message": "required",
                "request_id": "optional",
                "device_id": "optional",
                "error_type": "optional",
                "client_ip": "optional",
            }
        ),
        "redact": ("email", "password", "token", "card"),
        "retention": None,
        "origin": HERE,
    }
    return LogStream(**{**settings, **more})


def greenstack() -> dict[str, Service]:
    """Services as the workspace of GreenStack has them, and one of every discovery."""
    api = service(
        "greenstack-api",
        scrape("greenstack-api", targets=("greenstack-api:8000",), sample_limit=20_000),
        scrape(
            "greenstack-api-probe",
            service="greenstack-api",
            targets=("blackbox-exporter:9115",),
            probes=MappingProxyType(
                {
                    "ready": "http://greenstack-api:8000/health/ready",
                    "live": "http://greenstack-api:8000/health/live",
                }
            ),
        ),
        logs=log_stream(files=("/var/log/greenstack/*.log",)),
        traces="greenstack-api",
    )
    worker = service(
        "worker",
        scrape("worker", files=("targets/worker.json",)),
        logs=log_stream(
            labels=MappingProxyType({"service_name": "worker", "tier": "back"}),
            format="logfmt",
            files=("/var/log/worker/*.log",),
            retention=Duration.parse("90d"),
        ),
    )
    shop = service(
        "shop",
        scrape("shop", kubernetes={"role": "pod", "namespaces": {"names": ["shop"]}, "port": "metrics"}),
        logs=log_stream(labels=MappingProxyType({"service_name": "shop"}), containers=True),
    )
    engines = {
        name: service(name, scrape(name, targets=(target,)))
        for name, target in {
            "prometheus": "prometheus:9090",
            "alertmanager": "alertmanager:9093",
            "loki": "loki:3100",
            "tempo": "tempo:3200",
            "grafana": "grafana:3000",
            "collector": "collector:8888",
            "node": "node-exporter:9100",
            "blackbox": "blackbox-exporter:9115",
            "mimir": "mimir:9009",
        }.items()
    }
    discovered = {
        "dns": service("dns", scrape("dns", dns=("_metrics._tcp.dns.internal",), dns_type="SRV")),
        "dns-a": service("dns-a", scrape("dns-a", dns=("hosts.internal",), dns_type="A", dns_port=9100)),
        "inventory": service("inventory", scrape("inventory", http="http://inventory:8080/targets")),
    }
    return {"greenstack-api": api, "worker": worker, "shop": shop, **engines, **discovered}


def stack(**more: Any) -> Stack:
    """The stack's settings with their defaults."""
    settings: dict[str, Any] = {
        "metrics_retention": Duration.parse("90d"),
        "logs_retention": Duration.parse("30d"),
        "traces_retention": Duration.parse("14d"),
        "scrape_interval": Duration(15_000),
        "evaluation_interval": Duration(15_000),
        "mimir": True,
        "ingestion_rate": Size.parse("10MB"),
        "ingestion_burst": Size.parse("20MB"),
        "max_query_series": 500,
        "series_budget": 1_000_000,
        "log_line_max": Size.parse("256KiB"),
        "trace_sampling": 1.0,
        "prometheus_url": "http://prometheus:9090",
        "alertmanager_urls": ("http://alertmanager:9093",),
        "loki_url": "http://loki:3100",
        "tempo_url": "http://tempo:3200",
        "mimir_url": "http://mimir:9009",
        "origin": HERE,
    }
    known = {f.name for f in dataclasses.fields(Stack)}
    if "canary_rate" in known:
        settings["canary_rate"] = None
    if "smtp" in known:
        settings["smtp"] = {
            "smarthost": "mail.example.org:587",
            "from": "alerts@example.org",
            "password_file": "/run/secrets/smtp_password",
        }
    return Stack(**{**settings, **more})


@dataclasses.dataclass(frozen=True, slots=True)
class Pager:
    """Settings of a receiver that has secrets."""

    routing_key_file: Secret
    channel: str = "#alerts"


def model(**more: Any) -> Model:
    """The whole model; keyword arguments replace its fields."""
    receivers = {
        name: Receiver(name=name, kind="pagerduty", settings=Pager(Secret(file)), origin=HERE)
        for name, file in {
            "platform-pager": "/run/secrets/pagerduty_platform",
            "senior-pager": "/run/secrets/pagerduty_senior",
        }.items()
    }
    settings: dict[str, Any] = {
        "name": "greenstack",
        "environment": "production",
        "root": "",
        "identity": IDENTITY,
        "links": Links(
            grafana="https://grafana.example.org",
            runbooks="https://runbooks.example.org",
            alertmanager="https://alerts.example.org",
            prometheus="https://prometheus.example.org",
            errors="",
        ),
        "services": greenstack(),
        "alerts": (),
        "records": (),
        "receivers": receivers,
        "teams": {},
        "severities": {},
        "inhibitions": (),
        "hours": {},
        "fallback": "platform-pager",
        "watchdog": None,
        "dashboards": (),
        "redact": {name: CLASSES[name] for name in ("email", "card", "password", "token")},
        "stack": stack(),
        "origin": HERE,
    }
    known = {f.name for f in dataclasses.fields(Model)}
    return Model(**{k: v for k, v in {**settings, **more}.items() if k in known})


def plain(tree: Any) -> Any:
    """The tree without origins, as a YAML dumper wants it."""
    if isinstance(tree, dict):
        return {str(k): plain(v) for k, v in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [plain(v) for v in tree]
    return str(tree) if isinstance(tree, str) else tree
