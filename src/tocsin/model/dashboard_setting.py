"""What dashboards need to know of their environment, and names that outlive edits. No drawing."""

import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert, Variant
from tocsin.model.scope import PANEL_VARIABLES, TRAFFIC_LABELS, Scope
from tocsin.model.telemetry import Metric, Service
from tocsin.model.workspace import Links
from tocsin.query.matchers import Matcher, selector
from tocsin.spec.decode import Decoder
from tocsin.spec.values import Duration

UID_LENGTH = 40
"""Grafana 13.2.3 refuses longer uids."""
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def panel_variables() -> tuple[tuple[str, str], ...]:
    """(label, variable) pairs that every panel-mode `Scope` of a dashboard gets."""
    return (("instance", "instance"), *((label, label) for label in TRAFFIC_LABELS))


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSource:
    """One dashboard as the spec says it. `service` names the service that it was said in."""

    name: str
    node: Node
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One environment, as far as dashboards show it."""

    workspace: str
    environment: str = ""
    """Name of an environment other than the first: part of the uids; empty for the first."""
    identity: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    """Identity label -> its values in all environments of the spec, which its variable offers."""
    links: Links
    services: Mapping[str, Service]
    alerts: tuple[Alert, ...]
    signals: Mapping[str, tuple[Variant, ...]]
    """`service/Name` -> the alert's variants, compiled by a panel-mode scope with `panel_variables()`."""
    every: Duration
    sink: Sink
    decoder: Decoder = field(default_factory=Decoder)
    alerting: frozenset[str] = field(init=False)
    """Services that have alerts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "alerting", frozenset(alert.service for alert in self.alerts))

    def scope(self, service: Service | None) -> Scope:
        """A panel-mode scope for one panel."""
        return Scope(
            mode="panel",
            service=service,
            services=self.services,
            identity=self.identity,
            every=self.every,
            sink=self.sink,
            variables=panel_variables(),
        )

    def identity_matchers(self) -> tuple[Matcher, ...]:
        """The identity as panels select it: by the dashboard's variables where there are any."""
        return tuple(
            Matcher(k, "=~", f"${k}") if k in PANEL_VARIABLES else Matcher(k, "=", v)
            for k, v in self.identity.items()
        )

    def select(self, metric: str, *extra: Matcher) -> str:
        """A selector of something that belongs to no declared metric, such as `ALERTS`."""
        return selector(metric, (*self.identity_matchers(), *extra))


@dataclass(frozen=True, slots=True)
class Index:
    """Which words in expressions are declared metrics, and alerts by both of their names."""

    metrics: Mapping[str, Metric]
    alerts: Mapping[str, Alert]

    @classmethod
    def of(cls, setting: Setting) -> "Index":
        """Of all services; the first that declares a metric has it."""
        metrics: dict[str, Metric] = {}
        for service in setting.services.values():
            for name, metric in service.metrics.items():
                metrics.setdefault(name, metric)
                if metric.type in ("histogram", "summary"):
                    for suffix in ("_bucket", "_count", "_sum"):
                        metrics.setdefault(name + suffix, metric)
        alerts: dict[str, Alert] = {}
        seen: dict[str, int] = {}
        for alert in setting.alerts:
            seen[alert.name] = seen.get(alert.name, 0) + 1
            alerts[alert.id] = alert
        alerts |= {a.name: a for a in setting.alerts if seen[a.name] == 1}
        return cls(metrics, alerts)

    def used(self, expression: str, own: Service | None) -> list[Metric]:
        """The declared metrics that occur in an expression. `own` is the service that is meant: a thousand
        services may declare the same name."""
        found: list[Metric] = []
        for word in _NAME.findall(expression):
            metric = self.metrics.get(word)
            if metric is not None:
                found.append(own.metrics.get(metric.name, metric) if own else metric)
        return found


def dashboard_uid(*parts: str) -> str:
    """`greenstack-staging-system-health`; a long one keeps its head and ends in a hash of the whole."""
    full = "-".join(re.sub(r"[^A-Za-z0-9_-]", "-", part) for part in parts if part)
    if len(full) <= UID_LENGTH:
        return full
    return f"{full[: UID_LENGTH - 9]}-{hashlib.sha256(full.encode()).hexdigest()[:8]}"


def panel_id(key: str, taken: set[int]) -> int:
    """A number that depends on the panel's name alone, so that links to it survive its neighbours' edits."""
    number = zlib.crc32(key.encode()) % 999_983 + 1
    while number in taken:
        number = number % 999_999 + 1
    taken.add(number)
    return number
