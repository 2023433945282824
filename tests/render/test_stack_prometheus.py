"""Prometheus' configuration: discoveries, labels, probes, HA pair; judged by promtool."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from stack_engines import dumped, engine, run
from stack_model import IDENTITY, model, scrape, service, stack

from tocsin.model.workspace import Model
from tocsin.render.prometheus_config import config, prometheus
from tocsin.render.scrape_config import scrape_config
from tocsin.spec.values import Duration


def job(name: str, the_model: Model | None = None) -> dict[str, Any]:
    jobs = config(the_model or model(), remote=True)["scrape_configs"]
    return next(one for one in jobs if one["job_name"] == name)


def test_identity_and_service_are_target_labels() -> None:
    [static] = job("greenstack-api")["static_configs"]
    assert static == {
        "targets": ["greenstack-api:8000"],
        "labels": {"cluster": "eu1", "environment": "production", "service": "greenstack-api"},
    }


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("worker", "file_sd_configs"),
        ("inventory", "http_sd_configs"),
        ("dns", "dns_sd_configs"),
        ("dns-a", "dns_sd_configs"),
        ("shop", "kubernetes_sd_configs"),
    ],
)
def test_discovered_targets_get_the_same_labels(name: str, key: str) -> None:
    one = job(name)
    assert key in one
    put = {r["target_label"]: r["replacement"] for r in one["relabel_configs"] if "replacement" in r}
    assert put == {"cluster": "eu1", "environment": "production", "service": name}


def test_only_address_records_have_a_port() -> None:
    assert "port" not in job("dns")["dns_sd_configs"][0]
    assert job("dns-a")["dns_sd_configs"][0]["port"] == 9100


def test_a_pod_is_scraped_once_and_only_while_it_runs() -> None:
    first, second = job("shop")["relabel_configs"][:2]
    assert first["action"] == "drop" and "Succeeded" in first["regex"]
    assert second == {
        "source_labels": ["__meta_kubernetes_pod_container_port_name"],
        "action": "keep",
        "regex": "metrics",
    }
    assert "port" not in job("shop")["kubernetes_sd_configs"][0]


def test_probes_go_through_the_exporter_and_are_told_apart_by_check() -> None:
    one = job("greenstack-api-probe")
    assert {s["labels"]["check"]: s["targets"] for s in one["static_configs"]} == {
        "ready": ["http://greenstack-api:8000/health/ready"],
        "live": ["http://greenstack-api:8000/health/live"],
    }
    assert one["relabel_configs"][-1] == {
        "target_label": "__address__",
        "replacement": "blackbox-exporter:9115",
    }
    assert one["params"] == {"module": ["http_2xx"]}


def test_dollars_in_labels_are_not_expanded() -> None:
    odd = MappingProxyType({**IDENTITY, "service": "a$1"})
    relabel = scrape_config(scrape("a", files=("x.json",), labels=odd))["relabel_configs"]
    assert {"target_label": "service", "replacement": "a$$1"} in relabel
    labels = config(model(identity=MappingProxyType({"cluster": "c$HOME"})), remote=False)["global"]
    assert labels["external_labels"]["cluster"] == "c$$HOME"


def test_an_ha_pair_sends_the_same_alert() -> None:
    out = config(model(), remote=True)
    assert out["global"]["external_labels"]["__replica__"] == "${PROMETHEUS_REPLICA}"
    assert out["alerting"]["alert_relabel_configs"] == [{"action": "labeldrop", "regex": "__replica__"}]


def test_every_alertmanager_is_told() -> None:
    urls = ("http://alertmanager:9093", "http://alertmanager-2:9093", "https://alerts.example.org/am")
    managers = config(model(stack=stack(alertmanager_urls=urls)), remote=True)["alerting"]["alertmanagers"]
    assert [m["static_configs"][0]["targets"] for m in managers] == [
        ["alertmanager:9093", "alertmanager-2:9093"],
        ["alerts.example.org:443"],
    ]
    assert managers[1]["path_prefix"] == "/am"


def test_the_small_file_writes_to_nobody_and_keeps_everything() -> None:
    big, small = (a.tree for a in prometheus(model()))
    assert big["remote_write"][0]["url"] == "http://mimir:9009/api/v1/push"
    assert "remote_write" not in small
    assert big["storage"]["tsdb"]["retention"] == {"time": "15d"}
    assert small["storage"]["tsdb"]["retention"] == {"time": "90d"}


def test_without_mimir_there_is_one_file() -> None:
    assert [a.path for a in prometheus(model(stack=stack(mimir=False), root="env/staging/"))] == [
        "env/staging/prometheus/prometheus.yml"
    ]


def test_a_scrape_never_waits_longer_than_its_interval() -> None:
    fast = stack(scrape_interval=Duration(5_000))
    assert config(model(stack=fast), remote=False)["global"]["scrape_timeout"] == "5s"


@pytest.mark.tools
@pytest.mark.parametrize("environment", ["", "env/staging/"])
def test_promtool_accepts_both_files_in_their_folder(tmp_path: Path, environment: str) -> None:
    found = engine("promtool")
    (tmp_path / environment / "alerts").mkdir(parents=True)
    (tmp_path / environment / "prometheus/targets").mkdir(parents=True)
    (tmp_path / environment / "prometheus/targets/worker.json").write_text("[]")
    (tmp_path / environment / "alerts/rules.yaml").write_text("groups: []\n")
    for artifact in prometheus(model(root=environment)):
        path = tmp_path / artifact.path
        path.write_text(dumped(artifact.tree))
        assert run(found, "check", "config", str(path)).ok


@pytest.mark.tools
def test_promtool_refuses_a_job_that_is_named_twice(tmp_path: Path) -> None:
    found = engine("promtool")
    twice = model(services={"a": service("a", scrape("a")), "b": service("b", scrape("a"))})
    path = tmp_path / "prometheus.yml"
    path.write_text(dumped(config(twice, remote=False)))
    assert not run(found, "check", "config", str(path)).ok


def test_the_model_is_only_read() -> None:
    one = model()
    before = repr(one)
    config(one, remote=True)
    assert repr(one) == before
