"""Which series there are, by what is declared: names, labels, jobs, scrape intervals. Judges nothing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tocsin.model.telemetry import Metric, Scrape, Service
from tocsin.model.workspace import Model
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.ast import Selector
from tocsin.render.scrape_config import KUBERNETES_LABELS
from tocsin.witness.rule import Recording

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "histogram": ("_bucket", "_count", "_sum"),
    "summary": ("", "_count", "_sum"),
}
OWN = {"_bucket": "le", "": "quantile"}
"""Label that a suffix of a histogram, or a summary's own name, adds."""
OF_SCRAPES = frozenset(
    (
        "up",
        "scrape_duration_seconds",
        "scrape_samples_scraped",
        "scrape_samples_post_metric_relabeling",
        "scrape_series_added",
        "scrape_timeout_seconds",
        "scrape_sample_limit",
        "scrape_body_size_bytes",
    )
)
"""What Prometheus 3.15 writes of every scrape; the last three with `extra-scrape-metrics`."""
OF_ALERTS = frozenset(("ALERTS", "ALERTS_FOR_STATE"))
_PROBED = (
    "dns_additional_rrs dns_answer_rrs dns_authority_rrs dns_duration_seconds dns_lookup_time_seconds "
    "dns_query_succeeded dns_serial duration_seconds expect_info failed_due_to_bytes failed_due_to_cel "
    "failed_due_to_regex grpc_duration_seconds grpc_healthcheck_response grpc_ssl grpc_status_code "
    "http_content_length http_duration_seconds http_last_modified_timestamp_seconds http_redirects "
    "http_ssl http_status_code http_uncompressed_body_length http_version icmp_duration_seconds "
    "icmp_reply_hop_limit ip_addr_hash ip_protocol ssl_earliest_cert_expiry "
    "ssl_last_chain_expiry_timestamp_seconds ssl_last_chain_info success tls_cipher_info tls_version_info"
)
OF_PROBES = frozenset(f"probe_{name}" for name in _PROBED.split())
"""What blackbox_exporter 0.28.0 can answer; which of them depends on the module."""


def admits(matcher: LabelMatcher, value: str) -> bool:
    """Whether a series whose label has `value` passes the matcher (True where our regex reader balks)."""
    if matcher.op in ("=", "!="):
        return (matcher.value == value) == (matcher.op == "=")
    try:
        found = re.fullmatch(matcher.value, value, re.DOTALL) is not None
    except re.error:
        return True
    return found == (matcher.op == "=~")


@dataclass(slots=True)
class Index:
    """The declared telemetry of one environment. Ask `of` first: the same name may be declared often."""

    model: Model
    metrics: dict[str, list[Metric]] = field(default_factory=dict)
    """Series name -> the metrics that have such series."""
    declared: dict[str, list[Metric]] = field(default_factory=dict)
    """Metric name as it is declared, without suffix."""
    by_job: dict[tuple[str, str], list[Metric]] = field(default_factory=dict)
    recorded: frozenset[str] = frozenset()
    records: dict[str, list[Recording]] = field(default_factory=dict)
    """Name -> the recording rules that make it."""
    jobs: dict[str, tuple[Scrape, ...]] = field(default_factory=dict)
    known_jobs: frozenset[str] = frozenset()
    """All values that the label `job` can have; empty where a service's series are told by other labels."""
    target_labels: frozenset[str] = frozenset()
    """Labels that some target has; identity included."""
    open_targets: bool = False
    """Some targets come from files or HTTP and may bring labels that nobody declared."""

    def of(self, selector: Selector) -> tuple[Metric, ...]:
        """The declared metrics whose series the selector may select."""
        name = selector.metric
        found = self.metrics.get(name or "", ())
        if len(found) > 1:
            job = next((m.value for m in selector.matchers if m.label == "job" and m.op == "="), None)
            if job is not None and (name or "", job) in self.by_job:
                return tuple(self.by_job[name or "", job])
            found = [m for m in found if not _contradicted(m, selector.matchers)] or found
        return tuple(found)

    def labels(self, selector: Selector) -> frozenset[str] | None:
        """The labels that its series may have; None where nobody knows."""
        name, metrics = selector.metric, self.of(selector)
        if name is None or name in OF_ALERTS or name in self.recorded:
            return None
        if not metrics:
            return self.target_labels | {"check"} if name in OF_SCRAPES | OF_PROBES else None
        out = {label for m in metrics for label in (*m.labels, *(o.label for o in m.matchers))}
        return frozenset(out) | self.target_labels | own_labels(name, metrics)

    def certain(self, selector: Selector) -> frozenset[str]:
        """The labels that each of its series has."""
        pinned = {m.label for m in selector.matchers if m.op == "=" and m.value}
        metrics, name = self.of(selector), selector.metric or ""
        if metrics:
            each = [{label for label, values in m.labels.items() if "" not in values} for m in metrics]
            pinned |= set.intersection(*each) | own_labels(name, metrics)
        if (metrics and self.scraped(metrics)) or name in OF_SCRAPES | OF_PROBES:
            pinned |= {"job", "instance", *self.model.identity}
        return frozenset(pinned - {m.label for m in selector.matchers if m.op == "=" and not m.value})

    def scraped(self, metrics: Iterable[Metric]) -> bool:
        """Whether all of them come from scrapes of ours, which put labels on them; others are pushed."""
        return all(self.model.services[m.service].scrapes or m.name in OF_PROBES for m in metrics)

    def scrapes(self, selector: Selector) -> tuple[Scrape, ...]:
        """The scrape jobs that its series come from."""
        homes = [self.model.services[m.service] for m in self.of(selector)]
        found = [s for home in homes for s in home.scrapes if not s.probes]
        if not found and (homes or selector.metric in OF_SCRAPES | OF_PROBES):
            found = [s for jobs in self.jobs.values() for s in jobs]
        jobs = [m for m in selector.matchers if m.label == "job"]
        named = [s for s in found if all(admits(m, s.job) for m in jobs)]
        return tuple(named or ([] if jobs and not homes else found))


def own_labels(name: str, metrics: Iterable[Metric]) -> frozenset[str]:
    """`le` or `quantile`, where series of this name have it."""
    return frozenset(
        OWN[name.removeprefix(m.name)]
        for m in metrics
        if m.type in SUFFIXES and name.removeprefix(m.name) in OWN
    )


def index(model: Model) -> Index:
    """Made once for an environment; see `View.index`."""
    out = Index(model)
    labels = {"job", "instance", "service", *model.identity}
    jobs: dict[str, list[Scrape]] = {}
    for service in model.services.values():
        _add(out, service)
        for scrape in service.scrapes:
            jobs.setdefault(scrape.job, []).append(scrape)
            role = str(scrape.kubernetes.get("role", "pod")) if scrape.kubernetes else ""
            labels |= {*scrape.labels, *KUBERNETES_LABELS.get(role, {}).values()}
            labels |= {"check"} if scrape.probes else set()
            out.open_targets |= bool(scrape.files or scrape.http)
    out.jobs = {job: tuple(found) for job, found in jobs.items()}
    told = [
        next((m for m in one.matchers if m.label == "job"), None)
        for ms in out.declared.values()
        for one in ms
    ]
    if None not in told:
        out.known_jobs = frozenset((*jobs, *(m.value for m in told if m is not None and m.op == "=")))
    out.target_labels = frozenset(labels)
    made = (r for a in model.alerts for v in a.variants for r in v.condition.records)
    for rule in (*made, *model.records):
        recording = Recording(record=rule.record, expr=rule.expr, labels=tuple(sorted(rule.labels.items())))
        known = out.records.setdefault(rule.record, [])
        known += [recording] if recording not in known else []
    out.recorded = frozenset(out.records)
    return out


def _add(out: Index, service: Service) -> None:
    for metric in service.metrics.values():
        out.declared.setdefault(metric.name, []).append(metric)
        job = next((m.value for m in metric.matchers if m.label == "job" and m.op == "="), None)
        suffixes = SUFFIXES.get(metric.type, ("",))
        # a histogram without buckets may be a native one, whose series have the bare name
        for suffix in (*suffixes, *(("",) if metric.type == "histogram" and not metric.buckets else ())):
            name = metric.name + suffix
            out.metrics.setdefault(name, []).append(metric)
            if job is not None:
                out.by_job.setdefault((name, job), []).append(metric)


def _contradicted(metric: Metric, matchers: tuple[LabelMatcher, ...]) -> bool:
    """The selector wants another value of a label that all of the metric's series have in common."""
    return any(
        own.op == "=" and any(m.label == own.label and not admits(m, own.value) for m in matchers)
        for own in metric.matchers
    )
