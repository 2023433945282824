"""One scrape job as Prometheus 3.15 wants it: discovery, target labels, probes. Pure functions of a `Scrape`.

Identity and service are *target* labels: local rules do not see `external_labels`. `honor_labels` stays off,
so that no target can claim to be another service.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tocsin.model.telemetry import Scrape

KUBERNETES_LABELS = {
    "pod": {
        "namespace": "namespace",
        "pod_name": "pod",
        "pod_container_name": "container",
        "pod_node_name": "node",
    },
    "endpoints": {"namespace": "namespace", "pod_name": "pod", "pod_node_name": "node"},
    "endpointslice": {"namespace": "namespace", "pod_name": "pod", "pod_node_name": "node"},
    "service": {"namespace": "namespace"},
    "ingress": {"namespace": "namespace", "ingress_name": "ingress"},
    "node": {"node_name": "node"},
}
KUBERNETES_PORT = {
    "pod": "pod_container_port_name",
    "endpoints": "endpoint_port_name",
    "endpointslice": "endpointslice_port_name",
    "service": "service_port_name",
}
FINISHED = "Pending|Succeeded|Failed|Completed"
"""A pod in such a phase keeps its address in discovery and would look like a service that is down."""


def scrape_config(scrape: Scrape) -> dict[str, Any]:
    """The entry of `scrape_configs`."""
    out: dict[str, Any] = {
        "job_name": scrape.job,
        "scrape_interval": str(scrape.every),
        "scrape_timeout": str(scrape.timeout),
    }
    if scrape.probes:
        out.update(_probes(scrape))
    else:
        out.update(_plain(scrape))
    if scrape.sample_limit:
        out["sample_limit"] = scrape.sample_limit
    return out


def _plain(scrape: Scrape) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if scrape.path != "/metrics":
        out["metrics_path"] = scrape.path
    if scrape.scheme != "http":
        out["scheme"] = scrape.scheme
    if scrape.targets:
        out["static_configs"] = [{"targets": list(scrape.targets), "labels": dict(scrape.labels)}]
        return out
    key, entry, relabel = _discovery(scrape)
    out[key] = [entry]
    # Other discoveries have no `labels`: the static ones are put on by relabelling.
    out["relabel_configs"] = [*relabel, *_static_labels(scrape.labels)]
    return out


def _discovery(scrape: Scrape) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """The key, its one entry, and the relabelling that belongs to it."""
    kinds: tuple[tuple[bool, Callable[[Scrape], tuple[str, dict[str, Any], list[dict[str, Any]]]]], ...] = (
        (bool(scrape.files), _files),
        (bool(scrape.http), _http),
        (bool(scrape.dns), _dns),
        (bool(scrape.kubernetes), _kubernetes),
    )
    for used, how in kinds:
        if used:
            return how(scrape)
    return "static_configs", {"targets": []}, []


def _files(scrape: Scrape) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    return "file_sd_configs", {"files": list(scrape.files), "refresh_interval": "1m"}, []


def _http(scrape: Scrape) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    return "http_sd_configs", {"url": scrape.http, "refresh_interval": "1m"}, []


def _dns(scrape: Scrape) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    entry: dict[str, Any] = {"names": list(scrape.dns), "type": scrape.dns_type, "refresh_interval": "30s"}
    if scrape.dns_port is not None and scrape.dns_type != "SRV":
        entry["port"] = scrape.dns_port
    return "dns_sd_configs", entry, []


def _kubernetes(scrape: Scrape) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    entry = {key: value for key, value in scrape.kubernetes.items() if key != "port"}
    role = str(entry.get("role", "pod"))
    relabel: list[dict[str, Any]] = []
    if role in ("pod", "endpoints", "endpointslice"):
        relabel.append(
            {"source_labels": ["__meta_kubernetes_pod_phase"], "action": "drop", "regex": FINISHED}
        )
    port = scrape.kubernetes.get("port")
    if port and role in KUBERNETES_PORT:
        # A pod is discovered once for each of its ports; only one of them answers with metrics.
        relabel.append(
            {
                "source_labels": [f"__meta_kubernetes_{KUBERNETES_PORT[role]}"],
                "action": "keep",
                "regex": str(port),
            }
        )
    relabel += [
        {"source_labels": [f"__meta_kubernetes_{source}"], "target_label": target}
        for source, target in KUBERNETES_LABELS.get(role, {}).items()
    ]
    return "kubernetes_sd_configs", entry, relabel


def _static_labels(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"target_label": name, "replacement": value.replace("$", "$$")} for name, value in labels.items()]


def _probes(scrape: Scrape) -> dict[str, Any]:
    """A job of the blackbox exporter: `check` tells the probes apart, `instance` is the probed URL."""
    exporter = scrape.targets[0] if scrape.targets else ""
    return {
        "metrics_path": "/probe",
        "params": {"module": [scrape.probe_module]},
        "static_configs": [
            {"targets": [url], "labels": {**scrape.labels, "check": check}}
            for check, url in scrape.probes.items()
        ],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": exporter},
        ],
    }
