"""Two Prometheus with the generated configuration and one Alertmanager: an alert is told once."""

import re
import urllib.request
from pathlib import Path

import pytest
from stack_engines import dumped, engine, eventually, get
from stack_model import model, scrape, service, stack

from tocsin.engines.servers.alertmanager import Alertmanager
from tocsin.engines.servers.prometheus import Prometheus
from tocsin.render.prometheus_config import REPLICA_VARIABLE, config
from tocsin.spec.values import Duration

RULES = """\
groups:
  - name: a
    interval: 1s
    rules: [{alert: Always, expr: vector(1), labels: {severity: critical}}]
"""
NOBODY = "route: {receiver: x}\nreceivers: [{name: x}]\n"


def sent(url: str) -> int:
    """Notifications that this Prometheus has delivered."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        found = re.search(r"^prometheus_notifications_sent_total\{.*\} (\d+)$", answer.read().decode(), re.M)
    return int(found[1]) if found else 0


@pytest.mark.process
def test_a_pair_of_prometheus_sends_one_alert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prometheus = Prometheus(engine("prometheus"))
    with Alertmanager(engine("alertmanager")).start(NOBODY) as manager:
        own = stack(alertmanager_urls=(manager.url,), mimir=False, evaluation_interval=Duration(1_000))
        nothing = {"a": service("a", scrape("a", targets=("127.0.0.1:1",)))}
        tree = config(model(services=nothing, stack=own), remote=False)
        for folder in ("prometheus", "alerts"):
            (tmp_path / folder).mkdir()
        (tmp_path / "alerts/a.yaml").write_text(RULES)
        file = tmp_path / "prometheus/prometheus.yml"
        file.write_text(dumped(tree))
        flags = ("--enable-feature=exemplar-storage",)
        monkeypatch.setenv(REPLICA_VARIABLE, "prometheus-1")
        with prometheus.start(file, flags=flags, reads=(tmp_path,)) as first:
            monkeypatch.setenv(REPLICA_VARIABLE, "prometheus-2")
            with prometheus.start(file, flags=flags, reads=(tmp_path,)) as second:
                assert "prometheus-2" in get(f"{second.url}/api/v1/status/config")["data"]["yaml"]
                assert eventually(lambda: sent(first.url) and sent(second.url), 30)
                [alert] = manager.alerts()
    assert alert["labels"] == {
        "alertname": "Always",
        "cluster": "eu1",
        "environment": "production",
        "severity": "critical",
    }
