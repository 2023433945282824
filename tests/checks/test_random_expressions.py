"""Whatever somebody writes as an expression, checks answer with findings inside of it, never a traceback."""

import json

import pytest
from tests.query.logql_generator import LogQL
from tests.query.promql_generator import PromQL

from tocsin.app.example import example_context
from tocsin.checks.check import Example, checks
from tocsin.checks.run import run_checks

AREAS = ("promql", "logql", "rule", "contract", "metric")
CODES = [code for code, one in checks if code.split("/")[0] in AREAS and not one.needs]
NAMES = {
    "http_requests_total": "http_requests_total",
    "x_bucket": "http_request_duration_seconds_bucket",
    "a:b": "queue_length",
}


def spec(promql: list[str], logql: list[str]) -> str:
    """All as alerts and as panels of one service."""
    alerts, panels = [], []
    for key, texts in (("expr", promql), ("logql", logql)):
        for number, text in enumerate(texts):
            said = json.dumps(text)  # a JSON string is a YAML string
            words = 'summary: "{{ $labels.job }} {{ $labels.queue }}"'
            alerts.append(f"      {key.title()}{number}: {{severity: warning, {words}, {key}: {said}}}")
            if "$" not in text and "[[" not in text:
                shown = {"expr": "query", "logql": "logql"}[key]
                panels.append(f"            - {{show: expr, title: T{number}, {shown}: {said}}}")
    return (
        "services:\n  shop:\n    alerts:\n" + "\n".join(alerts) + "\n    dashboards:\n      overview:\n"
        "        rows:\n          Random:\n" + "\n".join(panels) + "\n"
    )


def sane(text: str) -> bool:
    """YAML has its own rules for what no text may hold."""
    return bool(text.strip()) and text.isprintable()


@pytest.mark.parametrize("seed", range(3))
def test_any_expression_is_judged(seed: int, tmp_path) -> None:
    promql, logql = PromQL(seed), LogQL(seed)
    texts = [t for t in (promql.query() for _ in range(150)) if sane(t)]
    for old, new in NAMES.items():
        texts = [t.replace(old, new) for t in texts]
    lines = [t for t in (logql.query() for _ in range(80)) if sane(t)]
    context = example_context(Example(title="random", spec=spec(texts, lines)), tmp_path)
    found = [d for o in run_checks(context, CODES, engines=False) for d in o.found]
    assert found
    for diagnostic in found:
        span = diagnostic.at.span
        line = span.source.line(span.line)
        assert 1 <= span.column <= len(line) + 1, diagnostic
        assert diagnostic.message
        assert not diagnostic.message.endswith(".")
