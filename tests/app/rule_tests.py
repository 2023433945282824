"""Rule files and hand-written test files for tests of `tocsin test`, and what is said of them."""

from pathlib import Path

import pytest

from tocsin import engines
from tocsin.app.test import TestReport
from tocsin.app.test import test as run_tests
from tocsin.diag.diagnostic import Diagnostic
from tocsin.engines import Missing

LOKI_RULES = """\
groups:
  - name: logs
    rules:
      - alert: Errors
        expr: sum by (service_name) (count_over_time({job="api"} | json | level="error" [5m])) > 5
        for: 2m
        labels: {severity: warning}
        annotations:
          summary: "{{ $value }} errors"
          description: long words that nobody wants to copy
      - alert: Slow
        expr: sum by (pod) (count_over_time({job="api"} |= "slow" [5m])) > 0
        keep_firing_for: 3m
      - alert: Lines
        expr: |
          {job="api"}
            |= "x"
"""
LOKI_TEST = """\
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - name: a burst of errors
    interval: 1m
    input_streams:
      - labels: '{job="api"}'
        lines:
          - '{"level":"info"}'
          - {line: '{"level":"error","id":{n}}', from: 5m, every: 10s, count: 30}
    alert_rule_test:
      - {alertname: Errors, eval_time: 7m}
      - alertname: Errors
        eval_time: 8m
        exp_alerts:
          - exp_labels: {severity: warning}
            exp_annotations: {summary: 19 errors}
      - {alertname: Slow, eval_time: 8m}
    logql_expr_test:
      - expr: sum(count_over_time({job="api"}[5m]))
        eval_time: 5m
        exp_samples: [{value: 1}]
"""
PROM_RULES = """\
groups:
  - name: up
    rules:
      - {record: "job:up:sum", expr: sum by (job) (up)}
      - alert: Down
        expr: up == 0
        for: 2m
        labels: {severity: critical}
        annotations: {summary: "{{ $labels.instance }} is down", more: "{{ $value }}"}
      - {alert: AllDown, expr: "job:up:sum == 0"}
"""
PROM_TEST = """\
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - name: one of two is down
    interval: 1m
    input_series:
      - {series: 'up{job="a", instance="one"}', values: "1x5 0x10"}
      - {series: 'up{job="a", instance="two"}', values: "1x20"}
    alert_rule_test:
      - {alertname: Down, eval_time: 7m}
      - alertname: Down
        eval_time: 8m
        exp_alerts:
          - exp_labels: {severity: critical, job: a, instance: one}
            exp_annotations: {summary: one is down, more: "0"}
      - {alertname: AllDown, eval_time: 8m, exp_alerts: []}
    promql_expr_test:
      - expr: job:up:sum
        eval_time: 8m
        exp_samples: [{labels: 'job:up:sum{job="a"}', value: 1}]
"""


def need_engines() -> None:
    """Skip, with the reason, where an engine is missing."""
    for found in (engines.promtool(), engines.loki()):
        if isinstance(found, Missing):
            pytest.skip(f"not run: {found}")


def workspace(root: Path, test: str, rules: str) -> Path:
    """A folder with `rules.yaml` and the test file `tests.yaml`."""
    (root / "rules.yaml").write_text(rules, "utf-8")
    (root / "tests.yaml").write_text(test, "utf-8")
    return root


def run(root: Path, test: str, rules: str, pattern: str = "") -> TestReport:
    """The outcome of one test file."""
    return run_tests(workspace(root, test, rules), ("tests.yaml",), pattern)


def told(found: Diagnostic) -> str:
    """`UNDERLINED: message | label | note | note`."""
    span = found.at.span
    end = span.end_column if span.end_line == span.line else None
    underlined = span.source.line(span.line)[span.column - 1 : end and end - 1]
    return " | ".join(filter(None, [f"{underlined}: {found.message}", found.at.text, *found.notes]))
