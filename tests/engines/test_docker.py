"""Containers end with us, whatever ends us; a private Docker engine leaves nothing behind."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from tests.engines.needs import need

from tocsin import engines
from tocsin.engines import docker, dockerd, find
from tocsin.engines.answers import Missing

REPOSITORY = Path(__file__).parents[2]


def containers():
    return subprocess.run(
        ["docker", "ps", "--all", "--quiet"], capture_output=True, text=True, check=True
    ).stdout.split()


def wait_until(true, within=30.0):
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.mark.docker
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_a_container_ends_when_we_are_killed(docker_images, tmp_path, number):
    before = containers()
    report = tmp_path / "report"
    script = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from tocsin import engines
        with engines.alertmanager().start("route: {{receiver: a}}\\nreceivers: [{{name: a}}]\\n") as server:
            Path({str(report)!r}).write_text(str(server.server.home.folder))
            time.sleep(600)
    """)
    ours = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "TOCSIN_ENGINES": "docker"})
    wait_until(lambda: report.exists() and report.read_text())
    assert len(containers()) == len(before) + 1
    ours.send_signal(number)
    ours.wait()
    wait_until(lambda: containers() == before)
    wait_until(lambda: not Path(report.read_text()).exists())


@pytest.mark.docker
def test_a_private_engine_runs_beside_and_leaves_nothing(monkeypatch):
    obstacle = dockerd.obstacle()
    if obstacle is not None:
        pytest.skip(f"not run: {obstacle}")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr(dockerd, "_alone", contextlib.nullcontext)  # this session may have one
    with dockerd.private() as host:
        assert docker.unreachable() is None and os.environ["DOCKER_HOST"] == host
        folder = Path(host.removeprefix("unix://")).parent
        assert folder.is_dir() and containers() == []
    assert not folder.exists()
    assert "DOCKER_HOST" not in os.environ


def test_without_docker_the_reason_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert docker.unreachable() == "no docker client"
    with dockerd.reachable() as host:
        assert isinstance(host, Missing) and host.reason.startswith("no docker client; ")


@pytest.mark.docker
def test_an_image_that_is_not_here_is_missing_with_the_command_that_brings_it(docker_images):
    environ = {**os.environ, "TOCSIN_ENGINES": "docker", "LOKI_IMAGE": "tocsin.local/nothing:1"}
    assert find.find("loki", environ) == Missing(
        "no loki: image tocsin.local/nothing:1 is not here", "docker pull tocsin.local/nothing:1"
    )


@pytest.mark.docker
def test_a_container_that_cannot_start_did_not_run(docker_images, monkeypatch, tmp_path):
    """The image has no amtool: that says nothing about the file."""
    monkeypatch.setenv("TOCSIN_ENGINES", "docker")
    monkeypatch.setenv("ALERTMANAGER_IMAGE", os.environ["LOKI_IMAGE"])
    answer = need(engines.amtool(tmp_path)).check_config(tmp_path / "any.yml")
    assert isinstance(answer, engines.DidNotRun) and "no container of" in answer.reason
