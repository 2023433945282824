"""Services from their declarations: scrape jobs, metrics with selectors and units, logs."""

from collections.abc import Mapping
from types import MappingProxyType

from tocsin.diag.diagnostic import Sink
from tocsin.model.telemetry import LogStream, Metric, Scrape, Service
from tocsin.query.matchers import Matcher
from tocsin.spec.organisation import StackSpec
from tocsin.spec.services import LogsSpec, MetricSpec, ProbesSpec, ScrapeSpec, ServiceSpec
from tocsin.spec.values import Duration

_UNIT_SUFFIXES = (("_seconds", "seconds"), ("_bytes", "bytes"), ("_ratio", "percentunit"))
_MAX_TIMEOUT = Duration(10_000)
PROBE_SUFFIX = "-probe"


def service(
    name: str, spec: ServiceSpec, team: str, stack: StackSpec, identity: Mapping[str, str], sink: Sink
) -> Service:
    """One service, resolved."""
    labels = {**identity, "service": name}
    scrapes = tuple(_scrape(name, one, stack, labels, sink) for one in spec.scrape)
    if spec.probes is not None:
        scrapes += (_probe(name, spec.probes, stack, labels),)
    own = spec.select or (Matcher("job", "=", scrapes[0].job if scrapes else name),)
    metrics = {n: _metric(n, m, name, own) for n, m in spec.metrics.items()}
    return Service(
        name=name,
        title=spec.title or name,
        team=team,
        scrapes=scrapes,
        metrics=MappingProxyType(metrics),
        logs=_logs(name, spec.logs) if spec.logs else None,
        traces=spec.traces.service_name if spec.traces else "",
        repo=spec.repo,
        origin=spec.node,
    )


_WAYS = ("targets", "files", "http", "dns", "kubernetes")


def _scrape(name: str, one: ScrapeSpec, stack: StackSpec, labels: Mapping[str, str], sink: Sink) -> Scrape:
    ways = [key for key in _WAYS if getattr(one, key)]
    if len(ways) != 1 and (ways or not any(key in one.node.map for key in _WAYS)):  # else its value is wrong
        said = " and ".join(f"`{w}`" for w in ways) or "nothing"
        sink.error(
            "spec/scrape",
            one.node.key_place() if not ways else one.node,
            f"`scrape` says {said} about where the targets are",
            help="say one of `targets`, `files`, `http`, `dns`, `kubernetes`",
        )
    if one.dns is not None and one.dns.type != "SRV" and one.dns.port is None:
        sink.error(
            "spec/scrape",
            one.node.at("dns", "type"),
            f"{one.dns.type} records hold no port",
            help="add `port: ...`, or use SRV records",
        )
    every = one.every or stack.scrape_every
    timeout = one.timeout or min(every, _MAX_TIMEOUT)
    if timeout > every:
        sink.error(
            "spec/scrape",
            one.node.at("timeout"),
            f"the timeout {timeout} is longer than `every` ({every})",
            help=f"write `timeout: {every}` or less",
        )
    kubernetes: dict[str, object] = {}
    if one.kubernetes is not None:
        k = one.kubernetes
        kubernetes = {"role": k.role}
        if k.namespaces:
            kubernetes["namespaces"] = {"names": list(k.namespaces)}
        if k.label_selector:
            kubernetes["selectors"] = [{"role": k.role, "label": k.label_selector}]
        if k.port:
            kubernetes["port"] = k.port
    return Scrape(
        job=one.job or name,
        every=every,
        timeout=timeout,
        path=one.path,
        scheme=one.scheme,
        targets=one.targets,
        files=one.files,
        http=one.http,
        dns=one.dns.names if one.dns else (),
        dns_type=one.dns.type if one.dns else "A",
        dns_port=one.dns.port if one.dns else None,
        kubernetes=kubernetes,
        labels=MappingProxyType({**one.labels, **labels}),
        sample_limit=one.sample_limit,
        origin=one.node,
    )


def _probe(name: str, one: ProbesSpec, stack: StackSpec, labels: Mapping[str, str]) -> Scrape:
    every = one.every or stack.scrape_every
    return Scrape(
        job=name + PROBE_SUFFIX,
        every=every,
        timeout=min(every, _MAX_TIMEOUT),
        path="/probe",
        targets=(one.exporter,),
        labels=MappingProxyType(dict(labels)),
        probes=MappingProxyType(dict(one.urls)),
        probe_module=one.module,
        origin=one.node,
    )


def _metric(name: str, one: MetricSpec, service_name: str, own: tuple[Matcher, ...]) -> Metric:
    matchers = (Matcher("job", "=", one.job),) if one.job else own
    unit = one.unit or next(
        (u for suffix, u in _UNIT_SUFFIXES if name.removesuffix("_total").endswith(suffix)), ""
    )
    if one.type == "gauge" and name.endswith("_timestamp_seconds"):
        unit = one.unit or "timestamp"
    return Metric(
        name=name,
        type=one.type,
        labels=one.labels.values,
        only=one.only,
        unit=unit,
        help=one.help,
        buckets=one.buckets,
        matchers=(*matchers, *one.select),
        service=service_name,
        traffic=one.traffic,
        origin=one.node,
    )


def _logs(name: str, one: LogsSpec) -> LogStream:
    return LogStream(
        labels=one.stream or MappingProxyType({"service_name": name}),
        format=one.format,
        fields=one.fields,
        redact=one.redact,
        retention=one.retention,
        files=one.files,
        containers=one.containers,
        budget=one.budget,
        origin=one.node,
    )
