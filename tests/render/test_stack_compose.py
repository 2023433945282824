"""The compose files: pins, loopback, hardening, secrets, and what compose itself makes of them."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from stack_engines import dumped, engine
from stack_model import HERE, Pager, log_stream, model, scrape, service, stack

from tocsin import pins
from tocsin.model.alerting import Receiver
from tocsin.model.workspace import Model
from tocsin.render.compose import compose, config, project
from tocsin.render.compose_apps import log_mounts
from tocsin.render.secret_files import SecretFile, alertmanager_secrets, secret_files
from tocsin.spec.declare import Secret

ENGINES = (
    "prometheus",
    "alertmanager",
    "loki",
    "tempo",
    "mimir",
    "grafana",
    "collector",
    "node-exporter",
    "blackbox-exporter",
)


def services(the_model: Model | None = None) -> dict[str, Any]:
    built: dict[str, Any] = config(the_model or model())["services"]
    return built


def test_the_whole_stack_and_the_service_are_there() -> None:
    assert tuple(services()) == (*ENGINES, "greenstack-api")
    assert services()["greenstack-api"]["profiles"] == ["app"]


def test_images_are_the_pinned_ones_and_can_be_exchanged() -> None:
    pinned = {f"${{{e.image_env}:-{e.image}}}" for e in pins.ENGINES if e.image}
    assert {services()[name]["image"] for name in ENGINES} <= pinned


def test_ports_are_on_loopback_and_can_be_moved() -> None:
    published = [p for s in services().values() for p in s.get("ports", ())]
    assert published
    for one in published:
        assert re.fullmatch(r"\$\{TOCSIN_BIND:-127\.0\.0\.1\}:\$\{\w+_PORT:-\d+\}:\d+", one)
    assert len({p.split(":-")[2].split("}")[0] for p in published}) == len(published)


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_is_hardened_and_bounded(name: str) -> None:
    one = services()[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["restart"] == "unless-stopped"
    assert one["mem_limit"]
    assert set(one.get("cap_add", [])) <= {"DAC_READ_SEARCH"}
    assert all(m.endswith(":ro") for m in one["volumes"] if m.startswith((".", "/", "$")))


def test_health_checks_need_no_shell() -> None:
    checks = {name: s["healthcheck"]["test"] for name, s in services().items() if "healthcheck" in s}
    assert set(ENGINES) - set(checks) == {"mimir", "collector"}
    assert all(test[0] == "CMD" for test in checks.values())


def test_only_log_files_give_the_collector_a_capability() -> None:
    assert services()["collector"]["cap_add"] == ["DAC_READ_SEARCH"]
    assert "cap_add" not in services(model(services={}))["collector"]


def test_a_ping_needs_its_capability() -> None:
    ping = scrape(
        "ping", targets=("blackbox-exporter:9115",), probes={"ping": "10.0.0.1"}, probe_module="icmp"
    )
    assert services(model(services={"p": service("p", ping)}))["blackbox-exporter"]["cap_add"] == ["NET_RAW"]


def test_secrets_come_from_the_receivers() -> None:
    assert secret_files(model()) == tuple(
        SecretFile(name, f"/run/secrets/{name}")
        for name in ("grafana_admin_password", "pagerduty_platform", "pagerduty_senior", "smtp_password")
    )
    assert {s["source"] for s in services()["alertmanager"]["secrets"]} == {
        "pagerduty_platform",
        "pagerduty_senior",
        "smtp_password",
    }


def test_two_secrets_that_end_alike_stay_apart() -> None:
    receivers = {
        n: Receiver(name=n, kind="pagerduty", settings=Pager(Secret(f"/etc/{n}/key")), origin=HERE)
        for n in ("a", "b")
    }
    one = model(receivers=receivers)
    assert {s.name for s in alertmanager_secrets(one)} >= {"etc_a_key", "etc_b_key"}


def test_no_secret_s_value_is_in_the_file() -> None:
    assert re.findall(r"(?i)password[\"']?: \"(?!/run/secrets)[^\"]+", json.dumps(config(model()))) == []


def test_a_pair_of_alertmanagers_know_each_other() -> None:
    pair = stack(alertmanager_urls=("http://alertmanager:9093", "http://alertmanager-2:9093"))
    both = services(model(stack=pair))
    assert "--cluster.peer=alertmanager-2:9094" in both["alertmanager"]["command"]
    assert "--cluster.peer=alertmanager:9094" in both["alertmanager-2"]["command"]
    assert both["alertmanager-2"]["ports"] == ["${TOCSIN_BIND:-127.0.0.1}:${ALERTMANAGER_2_PORT:-9193}:9093"]
    assert "--cluster.listen-address=" in services()["alertmanager"]["command"]


def test_log_folders_are_shared_with_the_service_that_writes_them() -> None:
    source = "${GREENSTACK_API_LOGS:-./logs/greenstack-api}:/var/log/greenstack"
    assert source in services()["greenstack-api"]["volumes"]
    assert f"{source}:ro" in services()["collector"]["volumes"]
    deep = service("a", logs=log_stream(files=("/srv/*/a/x.log", "/srv/b/**/y.log")))
    assert log_mounts(model(services={"a": deep})) == [
        "${A_LOGS:-./logs/a}:/srv:ro",
        "${A_LOGS:-./logs/a}:/srv/b:ro",
    ]


def test_a_thousand_services_are_not_put_on_one_host() -> None:
    many = {
        n: service(n, scrape(n, targets=(f"{n}:80",)), logs=log_stream(files=(f"/var/log/{n}/*.log",)))
        for n in (f"s{i}" for i in range(1000))
    }
    built = services(model(services=many))
    assert "s0" not in built
    assert len(built["collector"]["volumes"]) == 1002


def test_environments_stay_apart_on_one_host() -> None:
    staging = model(environment="staging", root="env/staging/")
    assert [a.path for a in compose(staging)] == [
        "env/staging/docker-compose.yml",
        "env/staging/docker-compose.small.yml",
    ]
    assert (project(model()), project(staging)) == ("greenstack", "greenstack-staging")


def test_a_dollar_in_a_link_is_not_expanded() -> None:
    from tocsin.model.workspace import Links

    links = Links(grafana="https://g.example.org/$x", runbooks="", alertmanager="", prometheus="", errors="")
    one = services(model(links=links))
    assert one["grafana"]["environment"]["GF_SERVER_ROOT_URL"] == "https://g.example.org/$$x"
    assert one["grafana"]["environment"]["GF_SERVER_SERVE_FROM_SUB_PATH"] == "true"


def resolved(folder: Path, *files: str, **environ: str) -> dict[str, Any]:
    """What compose makes of the files; images that other tests run on are not this one's."""
    found = engine("docker-compose")
    arguments = [argument for file in files for argument in ("-f", str(folder / file))]
    done = subprocess.run(
        [str(found.path), *arguments, "config", "--format", "json"],
        capture_output=True,
        check=False,
        env={**{k: v for k, v in os.environ.items() if not k.endswith("_IMAGE")}, **environ},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    out: dict[str, Any] = json.loads(done.stdout)
    return out


@pytest.fixture
def written(tmp_path: Path) -> Path:
    for artifact in compose(model()):
        (tmp_path / artifact.path).write_text(dumped(artifact.tree))
    return tmp_path


@pytest.mark.tools
def test_compose_accepts_the_whole_stack(written: Path) -> None:
    whole = resolved(written, "docker-compose.yml")
    assert set(whole["services"]) == set(ENGINES)
    assert whole["services"]["loki"]["image"] == pins.engine("loki").image
    assert {p["host_ip"] for s in whole["services"].values() for p in s.get("ports", ())} == {"127.0.0.1"}


@pytest.mark.tools
def test_the_environment_exchanges_images_and_ports(written: Path) -> None:
    whole = resolved(written, "docker-compose.yml", LOKI_IMAGE="tocsin/loki:test", LOKI_PORT="4100")
    one = whole["services"]["loki"]
    assert one["image"] == "tocsin/loki:test"
    assert one["ports"][0]["published"] == "4100"


@pytest.mark.tools
def test_the_small_stack_has_no_mimir_and_nobody_misses_it(written: Path) -> None:
    small = resolved(written, "docker-compose.yml", "docker-compose.small.yml")["services"]
    assert set(small) == set(ENGINES) - {"mimir"}
    assert "--config.file=/etc/prometheus/prometheus.small.yml" in small["prometheus"]["command"]
    sources = {m["target"]: m["source"] for m in small["grafana"]["volumes"]}
    assert sources["/etc/grafana/provisioning/datasources/mimir.yaml"].endswith("grafana/small/mimir.yaml")
    assert sources["/etc/grafana/provisioning/datasources/tocsin.yaml"].endswith("datasources/tocsin.yaml")
