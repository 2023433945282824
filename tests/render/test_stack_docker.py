"""The repository's own compose file on a Docker engine, with images made of the built engines.

Grafana, Tempo and Mimir are not run: their images cannot be had here. Everything else starts as it is
shipped: read-only, without capabilities, as the official images' users, with secrets as files.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from stack_engines import engine, eventually, get, lines

from tocsin.engines import dockerd, images
from tocsin.engines.answers import Missing
from tocsin.engines.process import free_ports

pytestmark = pytest.mark.docker
REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("prometheus", "alerts", "loki", "collector", "alertmanager", "blackbox")
STARTED = ("prometheus", "alertmanager", "loki", "collector", "node-exporter", "blackbox-exporter")
BUILT = ("prometheus", "alertmanager", "loki", "otelcol", "node_exporter", "blackbox_exporter")
PUBLISHED = ("PROMETHEUS", "ALERTMANAGER", "LOKI", "OTLP_GRPC", "OTLP_HTTP")
# The official image has time zones; one that is made of the binary alone has none.
ZONES = "services: {alertmanager: {volumes: ['/usr/share/zoneinfo:/usr/share/zoneinfo:ro']}}\n"


@dataclass(frozen=True)
class Running:
    folder: Path
    environ: dict[str, str]

    def compose(self, *args: str) -> str:
        """Any compose command; its output."""
        found = engine("docker-compose")
        files = ("-f", "docker-compose.yml", "-f", "zones.yml")
        command = [str(found.path), "-p", "tocsin-test", *files, *args]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environ,
            text=True,
            capture_output=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.environ[f'{name}_PORT']}"

    def states(self) -> dict[str, dict[str, Any]]:
        rows = self.compose("ps", "--all", "--format", "json").splitlines()
        return {row["Service"]: row for row in map(json.loads, filter(None, rows))}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("compose")
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, folder / name)
    shutil.copy(REPOSITORY / "docker-compose.yml", folder)
    (folder / "zones.yml").write_text(ZONES)
    (folder / "secrets").mkdir(mode=0o700)
    for name in yaml.safe_load((folder / "docker-compose.yml").read_text())["secrets"]:
        path = folder / "secrets" / name
        path.write_text("http://127.0.0.1:9/" if name.endswith("url") else "0" * 32)
        path.chmod(0o444)
    with dockerd.reachable() as host:
        if isinstance(host, Missing):
            pytest.skip(f"not run: {host}")
        ports = zip(PUBLISHED, free_ports(len(PUBLISHED)), strict=True)
        environ = {**os.environ, **{f"{name}_PORT": str(port) for name, port in ports}}
        for name in BUILT:
            made = images.make(name)
            if isinstance(made, Missing):
                pytest.skip(f"not run: {made}")
            environ.update(made)
        running = Running(folder, environ)
        try:
            running.compose("up", "--detach", "--no-deps", *STARTED)
            yield running
        finally:
            running.compose("down", "--volumes", "--timeout", "5")


def test_everything_runs_and_what_can_tell_is_healthy(stack: Running) -> None:
    healthy = ("prometheus", "alertmanager", "loki")
    eventually(lambda: all(stack.states()[name]["Health"] == "healthy" for name in healthy), 90)
    states = stack.states()
    health = {name: states[name]["Health"] for name in healthy}
    assert health == dict.fromkeys(healthy, "healthy"), stack.compose("logs", "--tail", "5", *healthy)
    assert {name: row["State"] for name, row in states.items()} == dict.fromkeys(STARTED, "running")


def test_prometheus_reaches_every_engine(stack: Running) -> None:
    wanted = {"prometheus", "alertmanager", "loki", "collector", "node"}

    def up() -> set[str]:
        found = get(f"{stack.url('PROMETHEUS')}/api/v1/query", query="up == 1")["data"]["result"]
        return wanted & {series["metric"]["job"] for series in found}

    assert eventually(lambda: up() == wanted, 60), up()
    known = get(f"{stack.url('PROMETHEUS')}/api/v1/alertmanagers")["data"]["activeAlertmanagers"]
    assert [one["url"] for one in known] == ["http://alertmanager:9093/api/v2/alerts"]


def test_a_line_of_another_user_s_file_reaches_loki_redacted(stack: Running) -> None:
    log = stack.folder / "logs/greenstack-api/app.log"
    log.write_text(json.dumps({"level": "error", "message": "hello", "password": "hunter2"}) + "\n")
    os.chown(log, 4321, 4321)
    log.chmod(0o600)
    [line] = eventually(lambda: lines(stack.url("LOKI"), '{service_name="greenstack-api"}'), 30)
    assert json.loads(line["line"])["password"] == "***"


def test_loki_evaluates_its_rules(stack: Running) -> None:
    groups = get(f"{stack.url('LOKI')}/prometheus/api/v1/rules")["data"]["groups"]
    assert {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}
