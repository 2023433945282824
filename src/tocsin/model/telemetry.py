"""The telemetry contract: what a service exposes and how it is found. Not what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from tocsin.diag.nodes import Node
from tocsin.query.matchers import Matcher
from tocsin.spec.values import Duration, Size

NOTHING: Mapping[str, str] = MappingProxyType({})
MetricType = Literal["counter", "gauge", "histogram", "summary", "info"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metric:
    """One declared metric. `labels` maps a label to example values (`only`: to all its values)."""

    name: str
    type: MetricType
    labels: Mapping[str, tuple[str, ...]]
    only: bool = False
    unit: str = ""
    help: str = ""
    buckets: tuple[float, ...] = ()
    matchers: tuple[Matcher, ...] = ()
    """What selects this metric's series (job, and what the service's `select` says), without identity."""
    service: str
    traffic: bool = True
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogStream:
    """A service's logs. `labels` are stream labels; `fields` are inside the line."""

    labels: Mapping[str, str]
    format: Literal["json", "logfmt", "plain"]
    fields: Mapping[str, Literal["required", "optional"]]
    redact: tuple[str, ...]
    retention: Duration | None
    files: tuple[str, ...] = ()
    """Paths (globs) that the collector reads; empty: the containers' own logs, or OTLP."""
    containers: bool = False
    budget: Size | None = None
    """Bytes a day that are expected at most."""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scrape:
    """One scrape job of a service; exactly one way of discovery is set."""

    job: str
    every: Duration
    timeout: Duration
    path: str = "/metrics"
    scheme: Literal["http", "https"] = "http"
    targets: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    http: str = ""
    dns: tuple[str, ...] = ()
    dns_type: str = "A"
    dns_port: int | None = None
    kubernetes: Mapping[str, object] = field(default_factory=dict)
    """Role, namespaces, selectors as Prometheus wants them under kubernetes_sd_configs."""
    labels: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Static target labels, identity and service included."""
    sample_limit: int | None = None
    probes: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """check name -> URL: a blackbox-exporter job instead of a plain one; `targets` is the exporter."""
    probe_module: str = "http_2xx"
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """One service (or exporter, or engine of the stack itself) with its contract."""

    name: str
    title: str
    team: str
    scrapes: tuple[Scrape, ...]
    metrics: Mapping[str, Metric]
    logs: LogStream | None
    traces: str
    """`service.name` of its spans; empty: no traces."""
    repo: str = ""
    origin: Node
