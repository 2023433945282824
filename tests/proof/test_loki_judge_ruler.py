"""Loki's own ruler on the same rules and lines: what it fires and refuses is what our judge says it would."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tocsin import engines
from tocsin.artifacts.emit import yaml_text
from tocsin.engines import NotRun
from tocsin.engines.servers.loki import RunningLoki, Stream
from tocsin.proof.loki.judge import judge
from tocsin.proof.promtool.rule import rule_file
from tocsin.proof.verdict import CaseVerdict, Proposal
from tocsin.witness import telemetry
from tocsin.witness.case import Case
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Line, labels

pytestmark = [pytest.mark.process, pytest.mark.tools]
CONFIG = """\
auth_enabled: false
common:
  instance_addr: 127.0.0.1
  path_prefix: {home}
  replication_factor: 1
  ring: {{kvstore: {{store: inmemory}}}}
schema_config:
  configs:
    - from: 2024-01-01
      store: tsdb
      object_store: filesystem
      schema: v13
      index: {{prefix: index_, period: 24h}}
storage_config: {{use_thanos_objstore: true, object_store: {{filesystem: {{dir: {home}/chunks}}}}}}
frontend: {{scheduler_dns_lookup_period: 200ms}}
ingester: {{lifecycler: {{min_ready_duration: 0s, final_sleep: 0s}}}}
ruler:
  rule_path: {home}/scratch
  enable_api: true
  evaluation_interval: 1s
  poll_interval: 1s
  alertmanager_url: http://127.0.0.1:9
ruler_storage: {{backend: local, local: {{directory: {home}/rules}}}}
analytics: {{reporting_enabled: false}}
"""
API = {"job": "api", "service_name": "api"}
PODS = ("one", 'two "quoted"')
COUNT = 'sum by (pod) (count_over_time({job="api"} | json [10m])) > 2'


def rule(name: str, expr: str = COUNT, **more: Any) -> Rule:
    return Rule(name=name, language="logql", expr=expr, group=name, every=1.0, **more)


RULES = (
    rule(
        "Templates",
        labels=labels({"severity": "warning", "where": "{{ $labels.pod | toUpper }}"}.items()),
        annotations=labels({"summary": '{{ $value | humanize }} "lines" in {{ $labels.pod }}'}.items()),
    ),
    rule("Held", hold=3600.0),
    rule("Limited", limit=1),
    rule("Enough", limit=2),
    rule("SameLabels", labels=labels({"pod": "any"}.items())),
    rule("SameTemplates", labels=labels({"pod": "{{ 1 }}"}.items())),
    rule("Automatic", 'count_over_time({job="api"} | pod=`` [10m]) > 0'),
    rule("Quiet", COUNT.replace("> 2", "> 3")),
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """Each rule as the ruler has it once it has been evaluated on three lines of each pod."""
    found = engines.loki()
    if isinstance(found, NotRun):
        pytest.skip(f"not run: {found}")
    home: Path = tmp_path_factory.mktemp("ruler").resolve()
    folder = home / "rules" / "fake"
    folder.mkdir(parents=True)
    groups = [{**rule_file(one)["groups"][0], "name": one.name} for one in RULES]
    (folder / "rules.yaml").write_text(yaml_text({"groups": groups}), "utf-8")
    with found.start(CONFIG.format(home=home), reads=(home,)) as loki:
        loki.push("fake", [Stream(API, tuple(entries()))])
        pushed = time.time()
        yield evaluated(loki, pushed)


def entries() -> Iterator[tuple[int, str]]:
    now = time.time_ns() - 2 * 10**9
    for number, text in enumerate(texts()):
        yield now + number, text


def texts() -> Iterator[str]:
    for pod in PODS:
        escaped = pod.replace('"', '\\"')
        yield from (f'{{"level":"error","pod":"{escaped}","n":{n}}}' for n in range(3))


def evaluated(loki: RunningLoki, pushed: float) -> dict[str, dict[str, Any]]:
    """What the ruler says once it has evaluated every rule after the push."""
    for _ in range(300):
        rules = [one for group in loki.rule_groups("fake") for one in group["rules"]]
        late = sum(stamp(one["lastEvaluation"]) > pushed + 1 for one in rules)
        if rules and late == len(RULES):
            return {one["name"]: one for one in rules}
        time.sleep(0.1)
    raise AssertionError("the ruler does not evaluate")


def stamp(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text[:19] + "+00:00").timestamp()


@pytest.fixture(scope="module")
def judged() -> dict[str, CaseVerdict]:
    """Each rule as our judge has it."""
    lines = tuple(Line(1.0 + n / 1000, text) for n, text in enumerate(texts()))
    stream = telemetry.Stream(labels(API.items()), lines)
    case = Case(name="lines", kind="fires", interval=1.0, every=1.0, until=10.0, streams=(stream,))
    found = judge([Proposal(one, (case,)) for one in RULES])
    if isinstance(found, NotRun):
        pytest.skip(f"not run: {found}")
    return {key[2]: several[0] for key, several in found.items()}


@pytest.mark.parametrize("name", [one.name for one in RULES])
def test_the_ruler_fires_what_the_judge_says(seen, judged, name: str) -> None:
    alerts = seen[name]["alerts"] or []
    states = sorted((one["state"], tuple(sorted(one["labels"].items()))) for one in alerts)
    expected = sorted(
        ("firing" if one.firing is not None else "pending", labels([*one.labels, ("alertname", name)]))
        for one in judged[name].seen
    )
    assert states == expected, seen[name]
    told = {labels(one["labels"].items()): labels(one["annotations"].items()) for one in alerts}
    for one in judged[name].expanded:
        assert told[one.labels] == one.annotations


def test_the_ruler_refuses_what_the_judge_refuses(seen, judged) -> None:
    assert "exceeded limit of 1 with 2 alerts" in seen["Limited"]["lastError"]
    for name in ("SameLabels", "SameTemplates"):
        assert "same labelset after applying alert labels" in seen[name]["lastError"]
        assert "same label" in judged[name].words
    failing = {name for name, one in seen.items() if one["health"] != "ok"}
    assert failing == {"Limited", "SameLabels", "SameTemplates"}


def test_there_was_something_to_see(seen) -> None:
    counts = {name: len(one["alerts"] or []) for name, one in seen.items()}
    assert counts == {
        "Templates": 2, "Held": 2, "Limited": 0, "Enough": 2,
        "SameLabels": 0, "SameTemplates": 0, "Automatic": 1, "Quiet": 0,
    }  # fmt: skip
