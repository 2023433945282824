"""The packs' metrics are the exporters' own: names, labels and types, asked of the running programs."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest
import requests
from alert_cases import parsed

from tocsin import engines
from tocsin.app.workspace import read_pack
from tocsin.engines.answers import NotRun
from tocsin.engines.servers.loki import Stream

T = TypeVar("T")
Seen = dict[str, tuple[str, frozenset[str]]]
"""Metric to type and labels."""

ONLY_SOMETIMES = {
    "node_network_up": "where the kernel tells",
    "alertmanager_cluster_members": "in a cluster",
    "probe_ssl_earliest_cert_expiry": "over TLS",
    "prometheus_sd_failed_configs": "once discovery has run",
    "loki_discarded_samples_total": "once a line was refused",
    "loki_discarded_bytes_total": "once a line was refused",
    "loki_prometheus_rule_evaluations_total": "with a ruler",
    "loki_prometheus_rule_evaluation_failures_total": "with a ruler",
    "loki_prometheus_rule_group_iterations_missed_total": "with a ruler",
    "loki_compactor_apply_retention_last_successful_run_timestamp_seconds": "with a compactor",
    "otelcol_receiver_accepted_log_records": "the collector's",
}
TYPES = {"node_vmstat_oom_kill": "untyped"}
"""Where the exporter does not know its own type."""
PROMETHEUS = """\
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [RULES]
scrape_configs: [{job_name: prometheus, static_configs: [{targets: ["127.0.0.1:1"]}]}]
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:1"]}]}]}
remote_write: [{url: "http://127.0.0.1:1/push"}]
"""
ALERTMANAGER = """\
route: {receiver: nobody}
receivers: [{name: nobody, webhook_configs: [{url: "http://127.0.0.1:1/"}]}]
"""


def need(answer: "T | NotRun") -> T:
    """The engine itself, or a skip that says why."""
    if isinstance(answer, NotRun):
        pytest.skip(f"not run: {answer}")
    return answer


def exposed(url: str) -> Seen:
    """What a program exposes."""
    text = requests.get(url, timeout=10).text
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    labels: dict[str, set[str]] = {}
    for name, _, said in re.findall(r"^([a-zA-Z_:][\w:]*)(\{(.*)\})? ", text, re.M):
        labels.setdefault(name, set()).update(re.findall(r'(\w+)="', said))
    found = {name: (types.get(name, ""), frozenset(of)) for name, of in labels.items()}
    for name, kind in types.items():
        if kind == "histogram" and f"{name}_count" in labels:
            found[name] = (kind, frozenset(labels[f"{name}_count"]))
    return found


def compared(pack: str, seen: Seen, added: frozenset[str] = frozenset()) -> Iterator[str]:
    """What the pack says of its metrics that is not so; `added` are labels that scraping puts on."""
    for service in parsed(read_pack(pack) or "").at("services").map.values():
        for name, metric in service.at("metrics").map.items():
            said, labels = metric.at("type").text, metric.get("labels")
            names = set(labels.map or [item.text for item in labels.items]) if labels else set()
            if name not in seen:
                if name not in ONLY_SOMETIMES:
                    yield f"{name} does not exist"
                continue
            kind, real = seen[name]
            if said not in ("info", kind) and TYPES.get(name) != kind:
                yield f"{name} is a {kind}, not a {said}"
            if names - real - added:
                yield f"{name} has no label {sorted(names - real)}"


def eventually(url: str, pack: str) -> list[str]:
    """What still is not so after ten seconds: discovery and the first evaluation take their time."""
    left: list[str] = []
    for _ in range(100):
        left = list(compared(pack, exposed(url)))
        if not left:
            break
        time.sleep(0.1)
    return left


@pytest.mark.process
def test_node_and_probe(tmp_path: Path) -> None:
    modules = tmp_path / "blackbox.yml"
    modules.write_text("modules: {http_2xx: {prober: http, timeout: 5s}}")
    with ExitStack() as stack:
        node = stack.enter_context(need(engines.node_exporter()).start())
        prober = stack.enter_context(need(engines.blackbox_exporter()).start(modules))
        probes = exposed(f"{prober.url}/probe?module=http_2xx&target={node.url}")
        assert list(compared("node", exposed(f"{node.url}/metrics"))) == []
        assert list(compared("probe", probes, frozenset({"check"}))) == []


@pytest.mark.process
def test_prometheus(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text("groups: [{name: g, rules: [{alert: A, expr: vector(1)}]}]")
    config = PROMETHEUS.replace("RULES", str(rules))
    with need(engines.prometheus()).start(config, reads=(tmp_path,)) as running:
        assert eventually(f"{running.url}/metrics", "prometheus") == []


@pytest.mark.process
def test_alertmanager() -> None:
    with need(engines.alertmanager()).start(ALERTMANAGER) as running:
        assert list(compared("alertmanager", exposed(f"{running.url}/metrics"))) == []


@pytest.mark.process
def test_loki() -> None:
    with need(engines.loki()).start() as running:
        running.push("fake", [Stream({"service_name": "shop"}, ((time.time_ns(), "a line"),))])
        assert list(compared("loki", exposed(f"{running.url}/metrics"))) == []
