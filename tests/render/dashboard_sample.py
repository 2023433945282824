"""A small contract for tests of panels and dashboards: a shop, its host, two alerts. No files, no spec."""

from types import MappingProxyType

from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source
from tocsin.model.alerting import Alert, Condition, Variant
from tocsin.model.dashboard_setting import DashboardSource, Setting
from tocsin.model.telemetry import LogStream, Metric, Scrape, Service
from tocsin.model.workspace import Links
from tocsin.query.matchers import Matcher
from tocsin.spec.values import Duration

WORDS = {"counter": "_total", "histogram": "_seconds"}


def node(text: str) -> Node:
    """YAML text as a node; mistakes fail the test."""
    sink = Sink()
    found = compose_text(Source("spec.yaml", text), sink)
    assert found is not None, sink.found
    assert not sink.found, sink.found
    return found


ORIGIN = node("{said: here}")


def metric(service: str, name: str, type_: str, *labels: str, unit: str = "") -> Metric:
    return Metric(
        name=name,
        type=type_,
        labels=dict.fromkeys(labels, ()),
        unit=unit,
        service=service,
        matchers=(Matcher("job", "=", service),),
        origin=ORIGIN,
    )


def service(
    name: str, metrics: list[Metric], *, logs: bool = False, traces: str = "", every: str = "15s"
) -> Service:
    scrape = Scrape(
        job=name,
        every=Duration.parse(every),
        timeout=Duration.parse("10s"),
        targets=(f"{name}:80",),
        origin=ORIGIN,
    )
    stream = (
        LogStream(
            labels={"service_name": name},
            format="json",
            redact=(),
            retention=None,
            origin=ORIGIN,
            fields={"level": "required", "error_type": "optional"},
        )
        if logs
        else None
    )
    return Service(
        name=name,
        title=name.capitalize(),
        team="web",
        scrapes=(scrape,),
        logs=stream,
        traces=traces,
        metrics={m.name: m for m in metrics},
        origin=ORIGIN,
    )


def services() -> dict[str, Service]:
    shop = [
        metric("shop", "shop_requests_total", "counter", "endpoint", "method", "status"),
        metric("shop", "shop_request_duration_seconds", "histogram", "endpoint"),
        metric("shop", "shop_orders_total", "counter", "status"),
        metric("shop", "shop_returns_total", "counter", "status"),
        metric("shop", "shop_sent_bytes_total", "counter"),
        metric("shop", "shop_received_bytes_total", "counter"),
        metric("shop", "shop_carts", "gauge", "type"),
        metric("shop", "shop_database_connections", "gauge", "state"),
        metric("shop", "shop_last_success_timestamp_seconds", "gauge"),
        metric("shop", "shop_build_info", "info", "version"),
        metric("shop", "process_start_time_seconds", "gauge"),
        metric("shop", "probe_success", "gauge", "check"),
    ]
    host = [
        metric("host", "node_cpu_seconds_total", "counter", "cpu", "mode"),
        metric("host", "node_memory_MemTotal_bytes", "gauge"),
        metric("host", "node_memory_MemAvailable_bytes", "gauge"),
        metric("host", "node_filesystem_size_bytes", "gauge", "mountpoint", "fstype"),
        metric("host", "node_filesystem_avail_bytes", "gauge", "mountpoint", "fstype"),
        metric("host", "node_network_receive_bytes_total", "counter", "device"),
        metric("host", "node_network_transmit_bytes_total", "counter", "device"),
    ]
    return {
        "shop": service("shop", shop, logs=True, traces="shop"),
        "host": service("host", host, every="1m"),
    }


def condition(**more: object) -> Condition:
    share = (
        'sum(rate(shop_requests_total{cluster=~"$cluster",job="shop",status=~"5.."}[5m]))'
        ' / sum(rate(shop_requests_total{cluster=~"$cluster",job="shop"}[5m]))'
    )
    given = {
        "expr": f"{share} > 0.05",
        "signal": share,
        "threshold": 0.05,
        "direction": "above",
        "unit": "percentunit",
        "meaning": "more than 5 % of requests fail",
        "threshold_text": "5%",
        "measures": "share of failing requests",
        "window": Duration.parse("5m"),
    }
    return Condition(**(given | more))


def alert(name: str, severity: str, *variants: Variant, language: str = "promql") -> Alert:
    found = variants or (Variant(condition=condition(), origin=ORIGIN),)
    return Alert(
        name=name,
        service="shop",
        team="web",
        severity=severity,
        language=language,
        variants=found,
        hold=Duration.parse("2m"),
        keep_firing_for=None,
        escalate_after=None,
        every=None,
        labels={},
        summary="",
        description="",
        annotations={},
        runbook=f"{name}.md",
        runbook_required=True,
        dashboard_url="",
        panel=None,
        group="shop",
        origin=ORIGIN,
        template="error-ratio",
    )


def alerts() -> tuple[Alert, ...]:
    low = condition(
        threshold=0.2,
        direction="below",
        threshold_text="20%",
        measures="free memory",
        meaning="less than 20 % are free",
    )
    slow = Variant(
        condition=condition(threshold=0.1, threshold_text="10%"), only='endpoint="/upload"', origin=ORIGIN
    )
    quiet = condition(
        signal=None, threshold=None, direction="", expr="up == 0", meaning="no instance answers"
    )
    logs = condition(
        signal='sum(count_over_time({service_name="shop"} | json | level="ERROR" | __error__="" [5m]))',
        threshold=10,
        unit="count",
        threshold_text="10",
        measures="database errors in 5 minutes",
    )
    return (
        alert("HighErrorRate", "critical"),
        alert("LowMemory", "warning", Variant(condition=low, origin=ORIGIN)),
        alert("SlowRequests", "warning", Variant(condition=condition(), origin=ORIGIN), slow),
        alert("ShopDown", "critical", Variant(condition=quiet, origin=ORIGIN)),
        alert("ErrorsInLogs", "warning", Variant(condition=logs, origin=ORIGIN), language="logql"),
    )


def setting(sink: Sink | None = None, environment: str = "", workspace: str = "shop") -> Setting:
    return Setting(
        workspace=workspace,
        environment=environment,
        identity=MappingProxyType({"cluster": "eu1", "environment": environment or "production"}),
        choices={"cluster": ("eu1",), "environment": ("production", "staging")},
        links=Links(
            grafana="https://grafana.example.org",
            runbooks="https://runbooks.example.org",
            alertmanager="https://alerts.example.org",
            prometheus="",
            errors="",
        ),
        services=services(),
        alerts=alerts(),
        signals={a.id: a.variants for a in alerts()},
        every=Duration.parse("30s"),
        sink=sink or Sink(),
    )


def source(text: str, name: str = "overview", service: str = "") -> DashboardSource:
    return DashboardSource(name=name, node=node(text), service=service)
