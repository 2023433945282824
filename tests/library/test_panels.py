"""Every kind of panel: documented, drawn, conforming, read by the real engines, and true to data."""

import dataclasses
import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "render"))  # the sample contract is shared with the tests of dashboards

from dashboard_sample import setting, source  # noqa: E402

from tocsin.diag.diagnostic import Sink  # noqa: E402
from tocsin.engines import tool  # noqa: E402
from tocsin.engines.find import Found, find  # noqa: E402
from tocsin.engines.servers.loki import Loki, Stream  # noqa: E402
from tocsin.engines.tools.promtool import Promtool  # noqa: E402
from tocsin.model.build_dashboards import build_dashboards  # noqa: E402
from tocsin.model.dashboards import Dashboard, Panel, Query  # noqa: E402
from tocsin.model.plugins import panel_types  # noqa: E402
from tocsin.render.dashboards import tree  # noqa: E402
from tocsin.render.grafana_schema import shape  # noqa: E402

KINDS = panel_types.names()
GRAFANA = {"$__rate_interval": "1m", "$__range": "1h", "$__interval": "15s", "$__auto": "1m"}
"""What Grafana fills in by itself."""


def module(kind: str) -> ModuleType:
    found = panel_types.get(kind)
    assert found is not None
    return sys.modules[found.__module__]


def board(panels: list[str]) -> Dashboard:
    """One dashboard of these panels; any finding fails the test."""
    sink = Sink()
    text = "title: All\nservices: [shop]\nrows:\n  R:\n" + "".join(f"    - {panel}\n" for panel in panels)
    (found,) = build_dashboards([source(text)], setting(sink))
    assert not sink.found, sink.found
    return found


@cache
def examples() -> Dashboard:
    return board([example for kind in KINDS for example in module(kind).EXAMPLES])


def all_panels(dashboard: Dashboard) -> list[Panel]:
    return [panel for row in dashboard.rows for panel in row.panels]


def filled(expr: str) -> str:
    """The expression as the engine gets it: every variable chosen."""
    for name, value in GRAFANA.items():
        expr = expr.replace(name, value)
    return re.sub(r"\$\{?\w+\}?", ".*", expr)


def engine(binary: str) -> Found:
    found = find(binary)
    if not isinstance(found, Found):
        pytest.skip(f"not run: {found}")
    return found


# -- each kind ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_documented(kind: str) -> None:
    text = module(kind).__doc__ or ""
    assert "\n## Why\n" in text and text.splitlines()[0].endswith((".", "?"))
    found: Any = panel_types.get(kind)
    assert all(f.metadata["doc"] for f in dataclasses.fields(found))
    assert module(kind).EXAMPLES


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_drawn_whole(kind: str) -> None:
    dashboard = board(list(module(kind).EXAMPLES))
    for panel in all_panels(dashboard):
        assert panel.kind == kind and (panel.queries or kind == "text")
        assert kind == "text" or (panel.title and panel.description)
        assert len({q.ref for q in panel.queries}) == len(panel.queries)
    assert len(tree(dashboard, {})["panels"]) == 1 + len(module(kind).EXAMPLES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_depends_on_nothing_that_is_put_in_afterwards(kind: str) -> None:
    for panel in all_panels(board(list(module(kind).EXAMPLES))):
        found = panel_types.get(kind)
        assert found is not None
        other = replace(
            panel,
            id=1,
            title="?",
            description="?",
            x=3,
            y=3,
            width=1,
            height=1,
            links=(),
            alert="?",
            queries=(),
        )
        assert shape(found.draw(panel)) == shape(found.draw(other))


def test_rates_follow_the_zoom() -> None:
    for panel in all_panels(examples()):
        for query in panel.queries:
            if (
                query.source == "prometheus"
                and not query.instant
                and panel.kind not in ("alert", "expr", "changes", "forecast")
            ):
                windows = set(re.findall(r"\[([^\]]*)\]", query.expr.replace('"[', "")))
                assert windows <= {"$__rate_interval"}, query.expr


# -- held against the real engines -----------------------------------------------------------


@pytest.mark.npm
def test_examples_conform_to_grafana(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "conformance", TESTS / "conformance" / "test_conformance.py"
    )
    assert spec and spec.loader
    conformance = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conformance)
    conformance.install()
    file = tmp_path / "all.json"
    file.write_text(json.dumps(tree(examples(), {}), indent=1), encoding="utf-8")
    done = subprocess.run(
        ["node", str(TESTS / "conformance" / "check.mjs"), str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def rules(queries: list[Query]) -> str:
    """Queries as recording rules, for tools that read rule files."""
    found = [{"record": f"panel:q{i}", "expr": filled(q.expr)} for i, q in enumerate(queries)]
    return yaml.safe_dump({"namespace": "n", "groups": [{"name": "g", "rules": found}]})


def every(source: str) -> list[Query]:
    dashboard = examples()
    found = [q for panel in all_panels(dashboard) for q in panel.queries if q.source == source]
    marks = [Query(expr=a.expr, origin=a.origin) for a in dashboard.annotations if a.source == source]
    return found + marks


@pytest.mark.tools
def test_prometheus_reads_every_query(tmp_path: Path) -> None:
    text = rules(every("prometheus")).replace("namespace: n\n", "")
    (tmp_path / "rules.yml").write_text(text, encoding="utf-8")
    found = Promtool(engine("promtool"), tmp_path).check_rules([tmp_path / "rules.yml"], lint=False)
    assert not getattr(found, "problems", "not run"), found


@pytest.mark.tools
def test_loki_reads_every_query(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(rules(every("loki")), encoding="utf-8")
    result = tool.run(
        engine("lokitool"), ("rules", "check", str(tmp_path / "rules.yml")), folders=(tmp_path,)
    )
    assert isinstance(result, tool.Result) and result.ok, result


# -- true to data ------------------------------------------------------------------------------


def expr_of(panel: str, index: int = 0) -> str:
    return filled(all_panels(board([panel]))[0].queries[index].expr)


def series(name: str, values: str, **labels: str) -> dict[str, str]:
    own = {"cluster": "eu1", "environment": "production", "job": "shop", "instance": "a"} | labels
    inner = ",".join(f'{k}="{v}"' for k, v in own.items())
    return {"series": f"{name}{{{inner}}}", "values": values}


def asks(expr: str, *samples: tuple[str, float]) -> dict[str, Any]:
    return {
        "expr": expr,
        "eval_time": "10m",
        "exp_samples": [{"labels": labels, "value": value} for labels, value in samples],
    }


OK = series("shop_requests_total", "0+60x60", endpoint="/a", method="GET", status="200")
BAD = series("shop_requests_total", "0+20x60", endpoint="/a", method="GET", status="500")
IDLE = series("shop_requests_total", "7+0x60", endpoint="/b", method="GET", status="200")
HEALTH = series("shop_requests_total", "0+600x60", endpoint="/health", method="GET", status="500")
ERRORS = "{show: ratio, of: shop_requests_total, bad: 'status=~\"5..\"'}"
BY_ENDPOINT = "{show: ratio, of: shop_requests_total, bad: 'status=~\"5..\"', by: endpoint}"
BUCKETS = [
    series("shop_request_duration_seconds_bucket", f"0+{n}x60", endpoint="/a", le=le)
    for le, n in (("0.1", 60), ("0.5", 120), ("+Inf", 120))
]
QUIET = [
    series("shop_request_duration_seconds_bucket", "5+0x60", endpoint="/b", le=le) for le in ("0.1", "+Inf")
]
ORDERS = [
    series("shop_orders_total", "0+6x60", status="failed"),
    series("shop_orders_total", "0+6x60", status="success"),
    series("shop_returns_total", "0+12x60", status="success"),
]
MEMORY = [
    series("node_memory_MemTotal_bytes", "100x60", job="host"),
    series("node_memory_MemAvailable_bytes", "25x60", job="host"),
]
FIRING = [
    {
        "series": f'ALERTS{{alertname="{name}",alertstate="{state}",service="shop",cluster="eu1",'
        f'environment="production",severity="critical"{more}}}',
        "values": "1x60",
    }
    for name, state, more in (("A", "firing", ""), ("A", "firing", ',escalated="true"'), ("B", "pending", ""))
]
VERSIONS = [
    series("shop_build_info", "1x60", version="1"),
    series("shop_build_info", "_x8 1x52", version="2"),
]
CASES = [
    ("a share of failures", [OK, BAD], asks(expr_of(ERRORS), ("{}", 0.25))),
    ("none failed is 0, not missing", [OK], asks(expr_of(ERRORS), ("{}", 0))),
    ("no traffic is no value, not NaN", [IDLE], asks(expr_of(ERRORS))),
    ("health checks are no traffic", [OK, HEALTH], asks(expr_of(ERRORS), ("{}", 0))),
    (
        "by endpoint, an endpoint without failures is 0, an idle one is silent",
        [OK, IDLE, BAD],
        asks(expr_of(BY_ENDPOINT), ('{endpoint="/a"}', 0.25)),
    ),
    (
        "availability is the rest",
        [OK, BAD],
        asks(expr_of(ERRORS.replace("}", ", rest: true}")), ("{}", 0.75)),
    ),
    (
        "a quantile",
        BUCKETS,
        asks(expr_of("{show: quantiles, of: shop_request_duration_seconds, at: 0.5}"), ("{}", 0.1)),
    ),
    (
        "a quantile of nothing is no value",
        QUIET,
        asks(expr_of("{show: quantiles, of: shop_request_duration_seconds, at: 0.5}")),
    ),
    (
        "counters of different metrics with equal labels add up",
        ORDERS,
        asks(
            expr_of("{show: rate, of: [shop_orders_total, shop_returns_total], together: true, per: hour}"),
            ("{}", 1440),
        ),
    ),
    (
        "one of two counters may be missing",
        ORDERS[:2],
        asks(
            expr_of("{show: rate, of: [shop_orders_total, shop_returns_total], together: true, per: hour}"),
            ("{}", 720),
        ),
    ),
    (
        "used is what is not free",
        MEMORY,
        asks(
            expr_of("{show: percent, of: node_memory_MemTotal_bytes, free: node_memory_MemAvailable_bytes}"),
            ('{instance="a"}', 0.75),
        ),
    ),
    (
        "out is below zero",
        [series("shop_sent_bytes_total", "0+60x60"), series("shop_received_bytes_total", "0+60x60")],
        asks(
            expr_of("{show: flow, in: shop_received_bytes_total, out: shop_sent_bytes_total, by: []}", 1),
            ("{}", -1),
        ),
    ),
    ("an escalation does not count twice", FIRING, asks(expr_of("{show: firing}"), ("{}", 1))),
    ("no alert is 0", [], asks(expr_of("{show: firing}"), ("{}", 0))),
    (
        "pending is 1, firing is 2",
        FIRING,
        asks(
            expr_of("{show: alert-state}"),
            ('{alertname="A", service="shop"}', 2),
            ('{alertname="B", service="shop"}', 1),
        ),
    ),
    (
        "a new version is a deployment",
        VERSIONS,
        asks(
            filled(next(a.expr for a in examples().annotations if a.name == "Deployments: shop")),
            ('{version="2"}', 1),
        ),
    ),
    (
        "a return after an outage is none",
        [series("shop_build_info", "_x8 1x52", version="2")],
        asks(filled(next(a.expr for a in examples().annotations if a.name == "Deployments: shop"))),
    ),
]


@pytest.mark.tools
def test_queries_say_what_they_mean(tmp_path: Path) -> None:
    tests = [
        {"name": name, "interval": "1m", "input_series": given, "promql_expr_test": [asked]}
        for name, given, asked in CASES
    ]
    text = yaml.safe_dump(
        {"rule_files": [], "evaluation_interval": "1m", "fuzzy_compare": True, "tests": tests}
    )
    # a window of 1m holds one sample a minute: Prometheus needs two for a rate
    (tmp_path / "test.yml").write_text(text.replace("[1m]", "[5m]"), encoding="utf-8")
    result = tool.run(engine("promtool"), ("test", "rules", str(tmp_path / "test.yml")), folders=(tmp_path,))
    assert isinstance(result, tool.Result) and result.ok, result.stdout + result.stderr


@pytest.mark.process
def test_log_panels_count_what_was_logged() -> None:
    now = 1_780_000_000
    lines = [{"level": "ERROR", "error_type": "Timeout", "event": "upload_failed", "error": "too large"}] * 3
    lines += [{"level": "ERROR", "error_type": "DatabaseError"}] * 2 + [{"level": "INFO"}] * 5
    entries = tuple(((now - 20) * 10**9 + i, json.dumps(line)) for i, line in enumerate(lines))
    broken = ((now - 10) * 10**9, "{not json")
    stream = Stream({"service_name": "shop"}, (*entries, broken))
    with Loki(engine("loki")).start() as loki:
        loki.push("shop", [stream])

        def counts(panel: str) -> dict[str, float]:
            found: Any = loki.query("shop", expr_of(panel), now)
            return {next((v for k, v in s.labels.items()), ""): float(s.points[-1][1]) for s in found}

        assert counts("{show: log-top, by: error_type, where: 'level=\"ERROR\"'}") == {
            "Timeout": 3,
            "DatabaseError": 2,
        }
        assert counts("{show: log-top, by: error, where: 'event=\"upload_failed\"'}") == {"too large": 3}
        assert counts("{show: log-rate, by: level, contains: Timeout}") == {"ERROR": 3}
        shown: Any = loki.query_range(
            "shop", expr_of("{show: logs, where: 'level=\"ERROR\"'}"), now - 600, now, 15
        )
        assert sum(len(s.entries) for s in shown) == 5
