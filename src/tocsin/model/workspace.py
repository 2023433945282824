"""The whole: one `Model` for each environment. Nothing here is computed; `build` does that."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert, Hours, Inhibition, Receiver, RecordingRule, Severity, Team, Watchdog
from tocsin.model.dashboards import Dashboard
from tocsin.model.scenario import Scenario
from tocsin.model.telemetry import Service
from tocsin.spec.values import Duration, Rate, Size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Links:
    """Where people reach things: base URLs without a trailing slash; empty where there is none."""

    grafana: str
    runbooks: str
    alertmanager: str
    prometheus: str
    errors: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """The stack's own settings: retention, limits, and which parts run."""

    metrics_retention: Duration
    logs_retention: Duration
    traces_retention: Duration
    scrape_interval: Duration
    evaluation_interval: Duration
    mimir: bool
    ingestion_rate: Size
    ingestion_burst: Size
    max_query_series: int
    series_budget: int
    log_line_max: Size
    trace_sampling: float
    """Share of traces kept, 0..1."""
    prometheus_url: str
    alertmanager_urls: tuple[str, ...]
    loki_url: str
    tempo_url: str
    mimir_url: str
    canary_rate: Rate | None
    smtp: Mapping[str, str]
    """Mail server: smarthost, from, username, password_file; empty where no receiver sends mail."""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """One environment, resolved. `root` is the folder its artifacts go to: "" or `env/staging/`."""

    name: str
    environment: str
    root: str
    identity: Mapping[str, str]
    """Labels on every series, rule and notification: cluster, environment, and the organisation's own."""
    links: Links
    services: Mapping[str, Service]
    alerts: tuple[Alert, ...]
    records: tuple[RecordingRule, ...]
    """Recording rules that belong to no alert."""
    receivers: Mapping[str, Receiver]
    teams: Mapping[str, Team]
    severities: Mapping[str, Severity]
    inhibitions: tuple[Inhibition, ...]
    hours: Mapping[str, Hours]
    fallback: str
    watchdog: Watchdog | None
    dashboards: tuple[Dashboard, ...]
    redact: Mapping[str, str]
    """Redaction classes in use: name -> RE2 pattern of the value."""
    scenarios: tuple[Scenario, ...] = ()
    """Situations in terms of signals, and who may be woken by them."""
    stack: Stack
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workspace:
    """All environments of one spec; the first is production, in the root folders."""

    environments: tuple[Model, ...]
    origin: Node
