"""Loki's configuration: retention by stream, limits, labels; and a real Loki that runs on it."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from stack_engines import dumped, engine, eventually, get, lines, loki_text, post, run
from stack_model import log_stream, model, service, stack

from tocsin.engines.servers.loki import Loki
from tocsin.engines.servers.prometheus import Prometheus
from tocsin.render.log_labels import index_attributes
from tocsin.render.loki_config import config
from tocsin.spec.values import Duration, Size

RULES = """\
groups:
  - name: errors
    interval: 1s
    rules:
      - alert: TooManyErrors
        expr: |
          sum by (service_name) (
            count_over_time({service_name="greenstack-api"} | json | level="ERROR" | __error__="" [5m])) > 0
        labels: {severity: critical}
      - record: service:errors:rate5m
        expr: sum by (service_name) (rate({service_name="greenstack-api"} |= "ERROR" [5m]))
"""


def test_only_deviating_streams_have_a_retention_of_their_own() -> None:
    limits = config(model())["limits_config"]
    assert limits["retention_period"] == "720h"
    assert limits["retention_stream"] == [
        {"selector": '{service_name="worker",tier="back"}', "priority": 10, "period": "2160h"}
    ]


def test_no_retention_is_shorter_than_loki_allows() -> None:
    brief = service(
        "a", logs=log_stream(labels=MappingProxyType({"service_name": "a"}), retention=Duration.parse("1h"))
    )
    assert config(model(services={"a": brief}))["limits_config"]["retention_stream"][0]["period"] == "24h"


def test_what_is_kept_longest_can_be_asked_for() -> None:
    limits = config(model())["limits_config"]
    assert limits["max_query_length"] == "2161h"
    assert limits["reject_old_samples_max_age"] == "2160h"


def test_labels_are_the_service_identity_and_what_streams_say() -> None:
    assert index_attributes(model()) == ("service.name", "cluster", "environment", "tier")
    resource = config(model())["limits_config"]["otlp_config"]["resource_attributes"]
    assert resource["ignore_defaults"] is True
    assert resource["attributes_config"] == [
        {"action": "index_label", "attributes": ["service.name", "cluster", "environment", "tier"]}
    ]


def test_limits_follow_the_spec() -> None:
    own = stack(ingestion_rate=Size.parse("4MiB"), max_query_series=2000)
    limits = config(model(stack=own))["limits_config"]
    assert limits["ingestion_rate_mb"] == 4
    assert limits["max_query_series"] == 2000
    assert limits["per_stream_rate_limit"] == f"{4 << 20}B"


def test_every_alertmanager_is_told() -> None:
    urls = ("http://alertmanager:9093", "http://alertmanager-2:9093")
    ruler = config(model(stack=stack(alertmanager_urls=urls)))["ruler"]
    assert ruler["alertmanager_url"] == "http://alertmanager:9093,http://alertmanager-2:9093"


@pytest.mark.tools
def test_loki_accepts_it(tmp_path: Path) -> None:
    path = tmp_path / "loki.yaml"
    path.write_text(dumped(config(model())))
    result = run(engine("loki"), "-verify-config", f"-config.file={path}")
    assert result.ok, result.stderr


@pytest.mark.process
def test_recording_rules_end_in_prometheus(tmp_path: Path) -> None:
    (tmp_path / "rules/fake").mkdir(parents=True)
    (tmp_path / "rules/fake/a.yaml").write_text(RULES)
    with Prometheus(engine("prometheus")).start("global: {}\n") as prometheus:
        own = stack(alertmanager_urls=("http://127.0.0.1:9",), prometheus_url=prometheus.url)
        tree = config(model(stack=own))
        tree["ruler"]["poll_interval"] = "1s"
        text = loki_text(tree, tmp_path / "data", tmp_path / "rules")
        with Loki(engine("loki")).start(text) as running:
            push(running.url, 1, "an ERROR", service_name="greenstack-api")
            assert eventually(lambda: prometheus.query("service:errors:rate5m"), 30)


@pytest.fixture(scope="module")
def loki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Loki with one rule file, provisioned as the repository does it."""
    folder = tmp_path_factory.mktemp("loki")
    (folder / "rules/fake").mkdir(parents=True)
    (folder / "rules/fake/greenstack.yaml").write_text(RULES)
    tree = config(
        model(
            stack=stack(
                alertmanager_urls=("http://127.0.0.1:9",),
                prometheus_url="http://127.0.0.1:9",
                evaluation_interval=Duration(1_000),
            )
        )
    )
    tree["ruler"]["poll_interval"] = "1s"
    with Loki(engine("loki")).start(loki_text(tree, folder / "data", folder / "rules")) as running:
        yield running.url


def push(url: str, ago: float, line: str, **labels: str) -> int:
    at = str(int((time.time() - ago) * 1e9))
    return post(
        f"{url}/loki/api/v1/push",
        {"streams": [{"stream": {"service_name": "late", **labels}, "values": [[at, line]]}]},
    )


@pytest.mark.process
def test_provisioned_rules_are_loaded_and_evaluated(loki: str) -> None:
    push(loki, 1, '{"level": "ERROR"}', service_name="greenstack-api")

    def firing() -> bool:
        groups = get(f"{loki}/prometheus/api/v1/rules")["data"]["groups"]
        return any(
            rule["name"] == "TooManyErrors" and rule.get("state") == "firing"
            for group in groups
            for rule in group["rules"]
        )

    assert eventually(firing, 20)


@pytest.mark.process
@pytest.mark.parametrize("hours", [2, 5, 30, 150])
def test_a_late_line_is_taken_and_seen_at_once(loki: str, hours: int) -> None:
    push(loki, 0, f"now {hours}")
    assert push(loki, hours * 3600, f"late by {hours} h") == 204
    assert eventually(
        lambda: [
            e for e in lines(loki, '{service_name="late"}', hours + 1) if e["line"] == f"late by {hours} h"
        ],
        5,
    )


@pytest.mark.process
def test_a_line_that_is_too_long_is_cut_not_lost(loki: str) -> None:
    push(loki, 1, "x" * 300_000, service_name="long")
    [entry] = eventually(lambda: lines(loki, '{service_name="long"}'), 5)
    assert 250_000 < len(entry["line"]) <= 256 << 10
