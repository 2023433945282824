"""Declarations of the organisation: identity, links, receivers, teams, severities, hours, inhibitions."""

from typing import Literal

from tocsin.diag.nodes import Node
from tocsin.spec.declare import HERE, Secret, parameters, said
from tocsin.spec.values import Duration, Size


@parameters
class LinksSpec:
    """Where people reach things. Base URLs; each may be left out where there is none."""

    grafana: str = said("Grafana's URL", default="", example="https://grafana.example.org", pattern="url")
    runbooks: str = said(
        "where the runbooks folder can be read",
        default="",
        example="https://runbooks.example.org",
        pattern="url",
    )
    alertmanager: str = said(
        "Alertmanager's URL, for silence links",
        default="",
        example="https://alerts.example.org",
        pattern="url",
    )
    prometheus: str = said(
        "Prometheus' URL", default="", example="https://prometheus.example.org", pattern="url"
    )
    errors: str = said(
        "the error tracker's URL (Sentry or the like)",
        default="",
        example="https://sentry.example.org",
        pattern="url",
    )


@parameters
class ReceiverSpec:
    """What every receiver may say beside its kind."""

    send_resolved: bool = said("also tell when the alert has ended", default=True, example="false")
    hours: str = said(
        "name of the `hours` in which it may be notified; the rest arrives as a morning digest",
        default="",
        example="office",
        pattern="name",
    )
    node: Node = HERE


@parameters
class SeveritySpec:
    """How alerts of this severity are told: to which of a team's roles, how grouped, how often."""

    notify: tuple[str, ...] = said(
        "roles of the team that are told", example="[page, chat]", pattern="name", may_be_empty=True
    )
    group_by: tuple[str, ...] = said(
        "labels that make one notification",
        default=("cluster", "environment", "service", "alertname"),
        pattern="label",
        example="[service, alertname]",
    )
    wait: Duration = said(
        "how long to collect alerts before the first notification",
        default=Duration(30_000),
        example="30s",
        least="0s",
    )
    interval: Duration = said(
        "how long to wait before telling about news in a group",
        default=Duration(300_000),
        example="5m",
        least="1s",
    )
    repeat: Duration = said(
        "how often to repeat while nothing changes", default=Duration(14_400_000), example="4h", least="1s"
    )
    escalate_after: Duration | None = said(
        "tell the team's `escalate` role when it still fires after this",
        default=None,
        example="15m",
        least="0s",
    )
    runbook: Literal["required", "optional"] = said(
        "must every alert of this severity have a runbook", default="optional", example="required"
    )
    node: Node = HERE


@parameters
class DaysSpec:
    """A span of time on some days."""

    days: tuple[str, ...] = said("week days", default=(), example="[monday:friday]")
    times: tuple[str, ...] = said("times of day", default=(), example='["08:00-18:00"]', one_or_many=True)


@parameters
class HoursSpec:
    """A named time interval: when a receiver may be notified."""

    timezone: str = said("IANA time zone", default="UTC", example="Europe/Berlin", pattern="line")
    when: tuple[DaysSpec, ...] = said(
        "the spans, any of which counts",
        example='[{days: [monday:friday], times: "08:00-18:00"}]',
        one_or_many=True,
    )
    node: Node = HERE


@parameters
class WatchdogSpec:
    """The dead man's switch: an alert that always fires and is told to a receiver outside this stack."""

    to: str = said("a receiver that alarms when it hears nothing", example="heartbeat", pattern="name")
    every: Duration = said("how often it is told", default=Duration(60_000), example="1m", least="1s")
    node: Node = HERE


@parameters
class InhibitSpec:
    """While one alert fires, others are not told, within the same cluster, environment and service."""

    when: str = said("the alert that explains the others", example="ServiceDown", pattern="line")
    mute: tuple[str, ...] = said(
        "the alerts that are then not told", example="[HighErrorRate]", pattern="line", one_or_many=True
    )
    equal: tuple[str, ...] = said(
        "further labels that must be equal", default=(), example="[instance]", pattern="label"
    )
    node: Node = HERE


@parameters
class MailSpec:
    """The mail server that mail receivers use."""

    smarthost: str = said("host and port", example="mail.example.org:587", pattern="host")
    from_: str = said("sender", example="alerts@example.org", pattern="email")
    username: str = said("user", default="", example="alerts", pattern="line")
    password_file: Secret | None = said(
        "file that holds the password", default=None, example="/run/secrets/smtp_password"
    )
    require_tls: bool = said("refuse to send without TLS", default=True)


@parameters
class StackSpec:
    """The stack's own settings."""

    metrics_retention: Duration = said(
        "how long Prometheus keeps metrics", default=Duration.parse("15d"), example="15d", least="1h"
    )
    logs_retention: Duration = said(
        "how long Loki keeps logs of services that say nothing else",
        default=Duration.parse("30d"),
        example="30d",
        least="1h",
    )
    traces_retention: Duration = said(
        "how long Tempo keeps traces", default=Duration.parse("14d"), example="14d", least="1h"
    )
    scrape_every: Duration = said(
        "how often targets are scraped", default=Duration(15_000), example="15s", least="1s"
    )
    evaluate_every: Duration = said(
        "how often rules are evaluated", default=Duration(15_000), example="15s", least="1s"
    )
    mimir: bool = said("send metrics on to Mimir for long-term storage", default=True)
    ingestion_rate: Size = said(
        "log bytes a second that Loki accepts", default=Size.parse("10MB"), example="10MB"
    )
    ingestion_burst: Size = said(
        "log bytes that Loki accepts at once", default=Size.parse("20MB"), example="20MB"
    )
    max_query_series: int = said("series that one LogQL query may return", default=500, least="1")
    series_budget: int = said("active series that are expected at most", default=1_000_000, least="1")
    log_line_max: Size = said("longest log line", default=Size.parse("256KiB"), example="256KiB")
    trace_sampling: float = said(
        "share of traces kept, 0 to 1", default=1.0, example="0.1", least="0", most="1"
    )
    prometheus_url: str = said("Prometheus inside the stack", default="http://prometheus:9090", pattern="url")
    alertmanagers: tuple[str, ...] = said(
        "Alertmanagers inside the stack; two for a pair",
        default=("http://alertmanager:9093",),
        pattern="url",
        one_or_many=True,
    )
    loki_url: str = said("Loki inside the stack", default="http://loki:3100", pattern="url")
    tempo_url: str = said("Tempo inside the stack", default="http://tempo:3200", pattern="url")
    mimir_url: str = said("Mimir inside the stack", default="http://mimir:9009", pattern="url")
    mail: MailSpec | None = said("the mail server", default=None)
    node: Node = HERE
