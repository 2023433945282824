"""Each real server: started, asked, stopped; nothing left running, no port open."""

import socket
import time

import pytest
from tests.engines.needs import need

from tocsin import engines
from tocsin.engines import process
from tocsin.engines.answers import EngineError
from tocsin.engines.series import Lines, Series
from tocsin.engines.servers.loki import Stream

pytestmark = pytest.mark.process

T0 = 1_700_000_000


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def assert_gone(server):
    assert not server.alive
    assert not any(listens(port) for port in server.home.ports)
    assert not server.home.folder.exists()


RULES = """\
groups:
  - name: g
    interval: 1s
    rules:
      - {alert: Always, expr: vector(1), labels: {team: a}}
"""


def test_prometheus_tells_alertmanager(tmp_path):
    prometheus, alertmanager = need(engines.prometheus()), need(engines.alertmanager())
    (tmp_path / "rules.yaml").write_text(RULES)
    routes = "route: {receiver: a}\nreceivers: [{name: a}]\n"
    with alertmanager.start(routes) as told:
        config = tmp_path / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            "rule_files: [rules.yaml]\n"
            f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{told.address}']}}]}}]}}\n"
        )
        with prometheus.start(config) as server:
            server.wait_for_alertmanager()
            until = time.monotonic() + 20
            while not told.alerts():
                assert time.monotonic() < until, "no alert arrived"
                time.sleep(0.1)
            [alert] = told.alerts()
            assert alert["labels"]["alertname"] == "Always"
            assert alert["generatorURL"].startswith(server.url)
            assert [row["labels"]["alertname"] for row in server.alerts()] == ["Always"]
            assert server.query("vector(7)", T0) == (Series({}, ((T0, 7.0),)),)
            [grid] = server.query_range("vector(1)", T0, T0 + 30, 10)
            assert [at - T0 for at, _ in grid.points] == [0, 10, 20, 30]
            (tmp_path / "rules.yaml").write_text(RULES.replace("Always", "Renamed"))
            server.reload()
            assert server.rule_groups()[0]["rules"][0]["name"] == "Renamed"
            with pytest.raises(EngineError, match="Prometheus refuses GET /api/v1/query") as caught:
                server.query("sum(")
            assert "parse error" in caught.value.facts[0][1]
        assert_gone(server.server)
        assert told.groups()[0]["receiver"] == {"name": "a"}
    assert_gone(told.server)
    with pytest.raises(EngineError, match="does not answer"):
        server.query("vector(1)")


def test_a_broken_configuration_is_told_with_the_engine_s_own_words():
    with pytest.raises(EngineError) as caught, need(engines.prometheus()).start("global: {foo: 1}\n"):
        pass
    assert "field foo not found" in str(caught.value)


def test_loki_sees_past_lines_at_once_on_the_asked_grid():
    with need(engines.loki()).start() as loki:
        lines = tuple(((T0 + at) * 10**9, f'{{"level": "error", "n": {at}}}') for at in range(0, 600, 10))
        loki.push("one", [Stream({"app": "a"}, lines)])
        loki.push("two", [Stream({"app": "a"}, ((T0 * 10**9, "single", {"trace_id": "abc"}),))])
        expr = 'sum by (level) (count_over_time({app="a"} | json | __error__="" [1m]))'
        [errors] = loki.query_range("one", expr, T0 + 7, T0 + 600, 60)
        assert errors.labels == {"level": "error"}
        assert [at - T0 for at, _ in errors.points] == list(range(7, 601, 60))
        assert errors.points[3] == (T0 + 187, 6.0)
        assert loki.query("one", expr, T0 + 187) == (Series({"level": "error"}, ((T0 + 187, 6.0),)),)
        [stream] = loki.query_range("two", '{app="a"}', T0 - 1, T0 + 1, 1)
        assert isinstance(stream, Lines) and stream.entries == ((T0 * 10**9, "single"),)
        assert stream.labels["trace_id"] == "abc" and stream.labels["service_name"] == "a"
        with pytest.raises(EngineError) as caught:
            loki.query("one", 'sum(rate({app="a"}[5m])) > )', T0)
        assert "parse error at line 1, col 28" in str(caught.value)
    assert_gone(loki.server)


def test_loki_runs_a_configuration_of_production_shape(tmp_path):
    text = f"""\
auth_enabled: false
common:
  instance_addr: 127.0.0.1
  path_prefix: {tmp_path}
  replication_factor: 1
  ring: {{kvstore: {{store: inmemory}}}}
schema_config:
  configs:
    - from: 2024-01-01
      store: tsdb
      object_store: filesystem
      schema: v13
      index: {{prefix: index_, period: 24h}}
storage_config: {{use_thanos_objstore: true, object_store: {{filesystem: {{dir: {tmp_path}/chunks}}}}}}
frontend: {{scheduler_dns_lookup_period: 200ms}}
ingester: {{lifecycler: {{min_ready_duration: 0s, final_sleep: 0s}}}}
ruler: {{rule_path: {tmp_path}/scratch, enable_api: true}}
ruler_storage: {{backend: filesystem, filesystem: {{dir: {tmp_path}/rules}}}}
analytics: {{reporting_enabled: false}}
"""
    group = "name: g\nrules: [{alert: A, expr: 'sum(rate({a=\"b\"}[1m])) > 1'}]\n"
    with need(engines.loki()).start(text, reads=(tmp_path,)) as loki:
        loki.api.post("/loki/api/v1/rules/ns", data=group, headers={"Content-Type": "application/yaml"})
        assert (tmp_path / "rules").exists()
    assert_gone(loki.server)


def test_the_collector_takes_logs_and_its_own_extensions_stay(tmp_path):
    [port] = process.free_ports(1)
    out = tmp_path / "out.json"
    config = f"""\
extensions: {{file_storage: {{directory: {tmp_path}}}}}
receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:1"}}}}}}}}
processors: {{redaction: {{allow_all_keys: true, blocked_values: ["s3cret"]}}}}
exporters: {{file: {{path: {out}, flush_interval: 100ms}}}}
service:
  extensions: [file_storage]
  pipelines: {{logs: {{receivers: [otlp], processors: [redaction], exporters: [file]}}}}
"""
    overlay = f'receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}}}\n'
    record = {
        "body": {"stringValue": "hello"},
        "attributes": [{"key": "k", "value": {"stringValue": "s3cret"}}],
    }
    with need(engines.otelcol()).start(config, overlay=overlay, reads=(tmp_path,)) as server:
        import requests

        body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
        assert requests.post(f"http://127.0.0.1:{port}/v1/logs", json=body, timeout=10).status_code == 200
        until = time.monotonic() + 10
        while not (out.exists() and "hello" in out.read_text()):
            assert time.monotonic() < until, server.log()
            time.sleep(0.05)
        assert "s3cret" not in out.read_text()
        assert "file_storage" in server.log()
    assert_gone(server)
    assert not listens(port)


def test_node_exporter_has_metrics():
    with need(engines.node_exporter()).start(
        flags=("--collector.disable-defaults", "--collector.loadavg")
    ) as server:
        import requests

        assert "node_load1 " in requests.get(f"{server.url}/metrics", timeout=10).text
    assert_gone(server)


def test_blackbox_exporter_probes(tmp_path):
    modules = tmp_path / "modules.yml"
    modules.write_text("modules: {http_2xx: {prober: http, timeout: 5s}}\n")
    with need(engines.blackbox_exporter()).start(modules) as server:
        import requests

        probe = requests.get(f"{server.url}/probe", {"module": "http_2xx", "target": server.url}, timeout=10)
        assert "\nprobe_success 1\n" in probe.text
    assert_gone(server)
