"""What an override cannot do is a mistake, never a second alert beside the first."""

import pytest

from tocsin.app.workspace import open_workspace
from tocsin.diag.diagnostic import Sink

SPEC = """\
tocsin: 1
name: shop
identity: {cluster: eu1, environment: production}
team: shop
receivers: {pager: {pagerduty: {routing_key_file: /run/secrets/pagerduty}}}
teams: {shop: {page: pager}}
severities: {critical: {notify: [page], runbook: optional}}
fallback: pager
services:
  shop:
    scrape: {targets: ["shop:80"]}
    metrics:
      queue: {type: gauge, labels: {pod: [a, b]}, help: waiting}
      orders_total: {type: counter, labels: {pod: [a, b], status: [ok, failed]}, help: orders}
    logs: {stream: {service_name: shop}, format: json, retention: 30d}
    alerts:
      Some: {severity: critical, SAID}
"""
THRESHOLD = "template: threshold, of: queue, above: 5, aggregate: max, by: [pod]"


def found(folder, said):
    (folder / "spec.yaml").write_text(SPEC.replace("SAID", said))
    sink = Sink()
    opened = open_workspace(folder, sink)
    return opened, [(d.code, d.message.split(",")[0]) for d in sink.found]


@pytest.mark.parametrize(
    "said",
    [
        "expr: 'max by (pod) (queue{job=\"shop\"}) > 5', summary: x, overrides: [{match: {pod: a}}]",
        'template: service-down, for: 1m, overrides: [{match: {instance: "a:80"}}]',
        "logql: 'sum(count_over_time({service_name=\"shop\"} [5m])) > 5', summary: x, "
        "overrides: [{match: {pod: a}}]",
    ],
)
def test_an_expression_that_no_label_divides(said, tmp_path):
    opened, said_of_it = found(tmp_path, said)
    assert opened is None
    assert ("spec/override", "this alert's expression is not divided by labels") in said_of_it


@pytest.mark.parametrize("key", ["for: 10m", "severity: critical", "summary: y", "labels: {a: b}"])
def test_what_holds_for_the_whole_alert(key, tmp_path):
    said = f"{THRESHOLD}, overrides: [{{match: {{pod: a}}, {key}}}]"
    opened, said_of_it = found(tmp_path, said)
    assert opened is None
    name = key.partition(":")[0]
    assert said_of_it == [("spec/override", f"`{name}` holds for the whole alert")]


def test_a_part_of_its_own(tmp_path):
    said = f"{THRESHOLD}, overrides: [{{match: {{pod: a}}, above: 9}}]"
    opened, said_of_it = found(tmp_path, said)
    assert opened is not None, said_of_it
    [alert] = [a for a in opened.workspace.environments[0].alerts if a.name == "Some"]
    whole, part = (variant.condition.expr for variant in alert.variants)
    assert 'pod!="a"' in whole
    assert 'pod="a"' in part
