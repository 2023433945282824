"""The same engines brought in different ways: programs of this machine, our own containers, testcontainers.

Each way gives a `Bench`; `test_ways.py` asks each the same and expects the same.
"""

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.engines.needs import need

from tocsin import engines
from tocsin.engines import dockerd, images, process
from tocsin.engines.servers.alertmanager import RunningAlertmanager
from tocsin.engines.servers.loki import RunningLoki, for_tests
from tocsin.engines.servers.prometheus import RunningPrometheus
from tocsin.engines.tools.testrun import TestRun, read_junit

ENGINES = ("prometheus", "alertmanager", "loki")

RULES = """\
groups:
  - name: g
    interval: 1s
    rules:
      - {alert: Missing, expr: 'absent(up{job="nobody"})', labels: {team: a}}
"""
TESTS = """\
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - name: fires
    alert_rule_test:
      - {eval_time: 1m, alertname: Missing, exp_alerts: [{exp_labels: {job: nobody, team: a}}]}
  - name: expects too little
    alert_rule_test: [{eval_time: 1m, alertname: Missing}]
"""
PROMETHEUS = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yaml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{alertmanager}']}}]}}]}}
"""
ALERTMANAGER = "route: {receiver: a}\nreceivers: [{name: a}]\n"


@dataclasses.dataclass(frozen=True)
class Bench:
    prometheus: RunningPrometheus
    alertmanager: RunningAlertmanager
    loki: RunningLoki
    test_rules: Callable[[], TestRun]  # TESTS, by promtool


def files(folder: Path, alertmanager: str) -> Path:
    folder.joinpath("rules.yaml").write_text(RULES)
    folder.joinpath("test.yaml").write_text(TESTS)
    config = folder / "prometheus.yml"
    config.write_text(PROMETHEUS.format(alertmanager=alertmanager))
    return config


@contextlib.contextmanager
def ours(folder: Path) -> Iterator[Bench]:
    """Whatever way the capability interface finds."""
    promtool = need(engines.promtool(folder))

    def test_rules() -> TestRun:
        answer = promtool.test_rules([folder / "test.yaml"])
        assert isinstance(answer, TestRun), answer
        return answer

    with need(engines.alertmanager()).start(ALERTMANAGER) as alertmanager:
        config = files(folder, alertmanager.address)
        with need(engines.prometheus()).start(config) as prometheus, need(engines.loki()).start() as loki:
            yield Bench(prometheus, alertmanager, loki, test_rules)


@contextlib.contextmanager
def containers(folder: Path) -> Iterator[Bench]:
    """testcontainers: a network of their own, mapped ports, promtool run inside Prometheus' container."""
    os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"  # its image cannot be pulled here
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.network import Network
    from testcontainers.core.wait_strategies import HttpWaitStrategy

    def container(variable: str, port: int, ready: str) -> DockerContainer:
        made = DockerContainer(os.environ[variable]).with_exposed_ports(port)
        return made.waiting_for(HttpWaitStrategy(port, ready).with_startup_timeout(30))

    def url(running: DockerContainer, port: int) -> str:
        return f"http://{running.get_container_host_ip()}:{running.get_exposed_port(port)}"

    files(folder, "alertmanager:9093")
    loki_config = for_tests(process.Home(Path("/loki"), (3100, 9095)))
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(Network())
        told = container("ALERTMANAGER_IMAGE", 9093, "/-/ready").with_network(network)
        told = told.with_network_aliases("alertmanager")
        told = told.with_copy_into_container(ALERTMANAGER.encode(), "/etc/alertmanager/alertmanager.yml")
        stack.enter_context(told)
        prometheus = container("PROMETHEUS_IMAGE", 9090, "/-/ready").with_network(network)
        for name in ("prometheus.yml", "rules.yaml", "test.yaml"):
            prometheus = prometheus.with_copy_into_container(folder / name, f"/etc/prometheus/{name}")
        stack.enter_context(prometheus)
        loki = container("LOKI_IMAGE", 3100, "/ready")
        stack.enter_context(
            loki.with_copy_into_container(loki_config.encode(), "/etc/loki/local-config.yaml")
        )

        def test_rules() -> TestRun:
            report = "/prometheus/junit.xml"
            words = ["/bin/promtool", "test", "rules", f"--junit={report}", "/etc/prometheus/test.yaml"]
            assert prometheus.exec(words).exit_code == 1  # one case is meant to fail
            target = folder / "copied.xml"
            prometheus.copy_from_container(report, target)
            return TestRun(read_junit(target.read_text()), 0.0)

        yield Bench(
            RunningPrometheus.at(url(prometheus, 9090)),
            RunningAlertmanager.at(url(told, 9093)),
            RunningLoki.at(url(loki, 3100)),
            test_rules,
        )


@contextlib.contextmanager
def docker_with_images() -> Iterator[None]:
    """An engine that holds images of the built binaries, chosen by the environment."""
    with dockerd.reachable() as host:
        need(host)
        chosen: dict[str, str] = {}
        for engine in ENGINES:
            chosen |= need(images.make(engine))
        with pytest.MonkeyPatch.context() as patch:
            for variable, image in chosen.items():
                patch.setenv(variable, image)
            yield
