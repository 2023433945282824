"""Declarations of a service: how it is scraped, what it exposes, its logs and traces."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import HERE, parameters, said
from tocsin.spec.patterns import is_trap, name_is_good
from tocsin.spec.values import Duration, Size

_NONE: Mapping[str, str] = MappingProxyType({})


@parameters
class KubernetesSpec:
    """Discovery in Kubernetes."""

    role: Literal["pod", "endpoints", "endpointslice", "service", "node", "ingress"] = said(
        "what to discover", default="pod", example="pod"
    )
    namespaces: tuple[str, ...] = said(
        "only in these namespaces", default=(), example="[shop]", one_or_many=True
    )
    label_selector: str = said(
        "only objects with these labels", default="", example="app=shop", pattern="line"
    )
    port: str = said("only the container port of this name", default="", example="metrics", pattern="name")


@parameters
class DnsSpec:
    """Discovery by DNS."""

    names: tuple[str, ...] = said(
        "names to resolve", example="[_metrics._tcp.shop.internal]", pattern="host", one_or_many=True
    )
    type: Literal["SRV", "A", "AAAA"] = said("record type", default="SRV", example="A")
    port: int | None = said("port, for A and AAAA", default=None, example="9100", least="1", most="65535")


@parameters
class ScrapeSpec:
    """One scrape job. Say one of `targets`, `files`, `http`, `dns`, `kubernetes`."""

    job: str = said(
        "job label; the service's name where it is not said", default="", example="shop", pattern="name"
    )
    every: Duration | None = said(
        "how often; the stack's `scrape_every` where it is not said", default=None, example="15s", least="1s"
    )
    timeout: Duration | None = said(
        "how long a scrape may take; 10s or `every`, whichever is less", default=None, example="10s"
    )
    path: str = said("path of the metrics", default="/metrics", example="/metrics", pattern="path")
    scheme: Literal["http", "https"] = said("protocol", default="http", example="https")
    targets: tuple[str, ...] = said("hosts and ports", default=(), example='["shop:8000"]', pattern="host")
    files: tuple[str, ...] = said(
        "files that list targets (file_sd)",
        default=(),
        example="[targets/shop.json]",
        pattern="path",
        one_or_many=True,
    )
    http: str = said(
        "URL that lists targets (http_sd)", default="", example="http://inventory/targets", pattern="url"
    )
    dns: DnsSpec | None = said("discovery by DNS", default=None)
    kubernetes: KubernetesSpec | None = said("discovery in Kubernetes", default=None)
    labels: Mapping[str, str] = said(
        "further labels of the targets", default=_NONE, example="{zone: a}", keys="label"
    )
    sample_limit: int | None = said(
        "refuse a scrape with more samples than this", default=None, example="10000", least="1"
    )
    node: Node = HERE


@parameters
class ProbesSpec:
    """Probing from outside with the blackbox exporter."""

    exporter: str = said("host and port of the exporter", default="blackbox-exporter:9115", pattern="host")
    every: Duration | None = said(
        "how often; the stack's `scrape_every` where it is not said", default=None, example="15s", least="1s"
    )
    module: str = said("module of the exporter", default="http_2xx", pattern="name")
    urls: Mapping[str, str] = said(
        "check name to URL", example="{ready: http://shop:8000/health/ready}", pattern="url", keys="name"
    )
    node: Node = HERE


@parameters
class LabelsSpec:
    """A metric's labels: names, or names with example values."""

    values: Mapping[str, tuple[str, ...]] = said("label to example values")

    @classmethod
    def from_node(cls, node: Node, sink: Sink) -> "LabelsSpec | None":
        """`[method, status]` or `{method: [GET], status: ["200"]}`."""
        if node.kind == "scalar":
            sink.error(
                "spec/type",
                node,
                f"`labels` is a list of label names, not `{node.text}`",
                help=f"write `[{node.text}]`",
            )
            return None
        names = [node.key_node(name) for name in node.map] or node.items
        values = [value for listed in node.map.values() for value in (listed.items or [listed])]
        good = [name_is_good(name, "label", sink) for name in names]
        good += [not is_trap(value, sink) for value in values]
        if not all(good):
            return None
        said = {
            name: tuple(v.text for v in (listed.items or [listed]) if v.text)
            for name, listed in node.map.items()
        }
        return cls(values=MappingProxyType(said or {name.text: () for name in names}))


@parameters
class MetricSpec:
    """One metric that the service exposes."""

    type: Literal["counter", "gauge", "histogram", "summary", "info"] = said(
        "the metric's type", example="counter"
    )
    labels: LabelsSpec = said(
        "its labels", default=LabelsSpec(values=MappingProxyType({})), example="[method, status]"
    )
    only: bool = said("the example values are all there are", default=False)
    unit: str = said(
        "unit of the value; from the name (`_seconds`, `_bytes`, `_ratio`) where it is not said",
        default="",
        example="seconds",
        pattern="name",
    )
    help: str = said("what it counts or measures", default="", example="HTTP requests", pattern="line")
    buckets: tuple[float, ...] = said(
        "upper bounds of a histogram's buckets", default=(), example="[0.1, 0.5, 1, 5]"
    )
    select: tuple[Matcher, ...] = said(
        "matchers that select its series, beside the service's own", default=(), example="'mode=\"idle\"'"
    )
    job: str = said(
        "job label, where it is not the service's own", default="", example="shop-probe", pattern="name"
    )
    traffic: bool = said("leave health and metrics endpoints out when counting", default=True)
    node: Node = HERE


@parameters
class LogsSpec:
    """The service's logs: where they come from, what a line holds, what must not be kept."""

    stream: Mapping[str, str] = said(
        "stream labels, few and of few values", default=_NONE, example="{service_name: shop}", keys="label"
    )
    format: Literal["json", "logfmt", "plain"] = said("how a line is written", default="json", example="json")
    fields: Mapping[str, Literal["required", "optional"]] = said(
        "fields inside a line", default=MappingProxyType({}), example="{level: required}", keys="field"
    )
    redact: tuple[str, ...] = said(
        "classes of secrets that are removed on the way",
        default=(),
        example="[password, token]",
        pattern="name",
    )
    retention: Duration | None = said(
        "how long they are kept; the stack's where it is not said", default=None, example="30d", least="1h"
    )
    files: tuple[str, ...] = said(
        "files that the collector reads",
        default=(),
        example="[/var/log/shop/*.log]",
        pattern="path",
        one_or_many=True,
    )
    containers: bool = said("read the container's own output", default=False)
    budget: Size | None = said("bytes a day that are expected at most", default=None, example="1GB")
    node: Node = HERE


@parameters
class TracesSpec:
    """The service's traces."""

    service_name: str = said("`service.name` of its spans", example="shop", pattern="line")


@parameters
class ServiceSpec:
    """One service."""

    title: str = said("its name in prose", default="", example="Web shop", pattern="line")
    team: str = said(
        "the team that owns it; the workspace's `team` where it is not said",
        default="",
        example="platform",
        pattern="name",
    )
    use: tuple[str, ...] = said(
        "profiles that it follows", default=(), example="http-service", pattern="name", one_or_many=True
    )
    repo: str = said("where its source is", default="", example="https://git.example.org/shop", pattern="url")
    select: tuple[Matcher, ...] = said(
        'what selects its series; `job="<service>"` where it is not said',
        default=(),
        example="'app=\"shop\"'",
    )
    scrape: tuple[ScrapeSpec, ...] = said(
        "how it is scraped", default=(), example='{targets: ["shop:8000"]}', one_or_many=True
    )
    probes: ProbesSpec | None = said("probing from outside", default=None)
    metrics: Mapping[str, MetricSpec] = said(
        "the metrics that it exposes", default=MappingProxyType({}), keys="metric"
    )
    logs: LogsSpec | None = said("its logs", default=None)
    traces: TracesSpec | None = said("its traces", default=None)
    alerts: Mapping[str, Node] = said("its alerts", default=MappingProxyType({}), keys="alert")
    dashboards: Mapping[str, Node] = said("its own dashboards", default=MappingProxyType({}), keys="name")
    node: Node = HERE
