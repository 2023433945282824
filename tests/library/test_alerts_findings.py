"""What a wrong alert is told: one finding, at the very parameter, with a cure. And pieces of templates."""

import re

import pytest
from alert_cases import findings, parsed, scope_of, template_cases

from tocsin.diag.diagnostic import Sink
from tocsin.library.alerts._edges import le_matcher
from tocsin.library.alerts._raw import split_comparison
from tocsin.model.plugins import alert_templates
from tocsin.spec.alerts import AlertSpec
from tocsin.spec.decode import decode

CONTRACT = """scrape: {targets: ["a:1"]}
metrics:
  shop_requests_total: {type: counter, labels: [endpoint, status]}
  shop_duration_seconds: {type: histogram, labels: [endpoint], buckets: [0.5, 1, 2.5]}
  shop_bare_seconds: {type: histogram}
  shop_queue: {type: gauge, labels: [queue]}
  shop_size: {type: gauge}
logs: {stream: {service_name: shop}, fields: {level: required, error_type: optional}}"""
NO_LOGS = """scrape: {targets: ["a:1"]}"""

WRONG = {
    "an unknown metric": (
        CONTRACT,
        "error-ratio",
        "{of: shop_request_total, bad: 'status=\"500\"', above: 5%}",
        "spec/unknown-metric",
        "shop_request_total",
        "write `shop_requests_total`",
    ),
    "a metric of another type": (
        CONTRACT,
        "error-ratio",
        "{of: shop_queue, bad: 'queue=\"a\"', above: 5%}",
        "alert/metric-type",
        "shop_queue",
        "name another metric, or correct its `type`",
    ),
    "the second of two metrics": (
        CONTRACT,
        "failure-share",
        "{of: [shop_requests_total, shop_request_total], bad: 'status=\"500\"', above: 5%}",
        "spec/unknown-metric",
        "shop_request_total",
        "write `shop_requests_total`",
    ),
    "a label that the metric does not have": (
        CONTRACT,
        "error-ratio",
        "{of: shop_requests_total, bad: 'state=\"500\"', above: 5%}",
        "spec/unknown-label",
        'state="500"',
        "write `status`",
    ),
    "a share that is never reached": (
        CONTRACT,
        "failure-share",
        "{of: shop_requests_total, bad: 'status=\"500\"', above: 100%}",
        "alert/cannot-fire",
        "100%",
        "write a smaller percentage",
    ),
    "nothing that says what failed": (
        CONTRACT,
        "failure-share",
        "{of: shop_requests_total, above: 5%}",
        "alert/no-failures",
        "Alert",
        "add `bad: 'status=\"failed\"'`, or `failed: ...` with the counter of failures",
    ),
    "a limit that is no bucket's edge": (
        CONTRACT,
        "slow-share",
        "{of: shop_duration_seconds, slower_than: 2s, above: 5%}",
        "alert/no-bucket",
        "2s",
        "use one of its buckets (0.5, 1, 2.5), or add 2 to them",
    ),
    "a histogram without buckets": (
        CONTRACT,
        "slow-share",
        "{of: shop_bare_seconds, slower_than: 2s, above: 5%}",
        "alert/no-bucket",
        "2s",
        "add `buckets: [...]` with 2 to the metric",
    ),
    "a quantile above the last bucket": (
        CONTRACT,
        "quantile",
        "{of: shop_duration_seconds, above: 2500ms}",
        "alert/no-bucket",
        "2500ms",
        "add a larger bucket, or use `slow-share` with one of its edges",
    ),
    "two gauges that never match": (
        CONTRACT,
        "share-left",
        "{left: shop_queue, of: shop_size, below: 5%}",
        "alert/labels-differ",
        "shop_size",
        "add `by: [...]` with the labels that both have",
    ),
    "a floor above the limit": (
        CONTRACT,
        "forecast",
        "{left: shop_size, of: shop_size, below: 5%, floor: 5%}",
        "alert/floor",
        "5%",
        "write a smaller floor, or use the template `share-left`",
    ),
    "two limits": (
        CONTRACT,
        "threshold",
        "{of: shop_queue, above: 5, below: 1}",
        "alert/one-limit",
        "Alert",
        "delete one of them",
    ),
    "no limit": (CONTRACT, "threshold", "{of: shop_queue}", "alert/one-limit", "Alert", "add `above: ...`"),
    "the level of a counter": (
        CONTRACT,
        "threshold",
        "{of: shop_requests_total, above: 5}",
        "alert/needs-window",
        "shop_requests_total",
        "add `per: 5m` for its rate, or use the template `increase`",
    ),
    "labels kept without an aggregation": (
        CONTRACT,
        "threshold",
        "{of: shop_queue, above: 5, by: [queue]}",
        "alert/needs-aggregate",
        "[queue]",
        "add `aggregate: sum` (or max, min, avg)",
    ),
    "an inventory that is not known": (
        CONTRACT,
        "absent",
        "{of: shop_queue, each: queue}",
        "alert/no-inventory",
        "queue",
        "add `only: true` and `labels: {queue: [...]}` to the metric",
    ),
    "a check that nobody probes": (
        CONTRACT,
        "readiness",
        "{check: redy}",
        "spec/unknown-check",
        "redy",
        "no probe is declared",
    ),
    "a service without logs": (
        NO_LOGS,
        "log-events",
        "{above: 5}",
        "alert/no-logs",
        "Alert",
        "add `logs: {stream: {...}, format: json}` to the service",
    ),
    "a log field that does not exist": (
        CONTRACT,
        "log-events",
        "{where: 'eror_type=\"X\"', above: 5}",
        "spec/unknown-field",
        'eror_type="X"',
        "write `error_type`",
    ),
    "a level's field that does not exist": (
        CONTRACT,
        "log-error-ratio",
        "{above: 5%, field: lvl}",
        "spec/unknown-field",
        "lvl",
        "write `level`",
    ),
    "an objective that nobody can miss or keep": (
        CONTRACT,
        "burn-rate",
        "{of: shop_requests_total, bad: 'status=\"500\"', objective: 100%}",
        "alert/objective",
        "100%",
        "write a percentage below 100 %, such as `99.9%`",
    ),
    "logs that promise nothing": (
        CONTRACT.replace("level: required", "level: optional"),
        "log-quality",
        "{above: 20%}",
        "alert/no-required-field",
        "Alert",
        "add `format: json` and `fields: {level: required, ...}` to its `logs`",
    ),
    "an unknown unit": (
        CONTRACT,
        "expr",
        "{expr: up == 0, unit: second}",
        "spec/unknown-unit",
        "second",
        "write `seconds`",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_alert_is_told_where_and_what_to_do(what: str) -> None:
    contract, template, alert, code, token, help = WRONG[what]
    (found,) = findings(contract, alert, template)
    span = found.at.span
    assert (found.code, found.help) == (code, help)
    assert span.source.line(span.line)[span.column - 1 :].startswith(token)


@pytest.mark.parametrize("name", alert_templates.names())
def test_a_panel_gets_a_signal_with_the_dashboards_variables(name: str) -> None:
    case = next(case for case in template_cases() if case.home == name)
    text = (
        f"{case.example.contract}\nalerts: {{Alert: {{severity: critical, "
        + case.example.alert.lstrip("{")
        + "}"
    )
    node = parsed(text)
    template = alert_templates.get(name)
    assert template is not None
    sink = Sink()
    params = decode(template, node.at("alerts", "Alert"), sink, envelope=AlertSpec)
    assert params is not None
    condition = params.condition(scope_of("shop", node, sink, mode="panel"), node.at("alerts", "Alert"))
    assert condition is not None
    if case.language == "promql" and name != "expr":
        assert 'cluster=~"$cluster"' in (condition.signal or "")
        assert 'cluster="eu1"' not in (condition.signal or "")
    assert (condition.threshold, condition.unit, condition.by) == (
        case.condition.threshold,
        case.condition.unit,
        case.condition.by,
    )


@pytest.mark.parametrize(
    ("edge", "spellings"),
    [
        (1, ["1", "1.0"]),
        (10, ["10", "10.0"]),
        (0.5, ["0.5"]),
        (2.5, ["2.5"]),
        (100, ["100", "100.0"]),
        (1e6, ["1e+06", "1000000.0", "1000000"]),
        (1234567, ["1.234567e+06", "1234567"]),
        (0.00001, ["1e-05"]),
    ],
)
def test_a_buckets_edge_is_found_however_it_is_spelled(edge: float, spellings: list[str]) -> None:
    matcher = le_matcher(edge)
    for spelling in spellings:
        assert spelling == matcher.value if matcher.op == "=" else re.fullmatch(matcher.value, spelling)
    for other in ("11", "1x0", "0x5", "+Inf"):
        assert other != matcher.value if matcher.op == "=" else not re.fullmatch(matcher.value, other)


@pytest.mark.parametrize(
    ("text", "signal", "number"),
    [
        ("sum(x) > 5", "sum(x)", 5),
        ("sum(x)\n  >= 0.5\n", "sum(x)", 0.5),
        ('sum(x{a="b > 3"}) < 1e3', 'sum(x{a="b > 3"})', 1000),
        ("(a > 3) / b > 2", "(a > 3) / b", 2),
        ("a > 3 and b > 2", "", 0),
        ("a > 3 or b > 2", "", 0),
        ("a > bool 3 > 2", "", 0),
        ("a > b", "", 0),
        ("a > 3 # > 4", "a", 3),
        ("up == 0", "", 0),
        ('absent(x{a="#"}) > 0', 'absent(x{a="#"})', 0),
    ],
)
def test_the_signal_of_an_expression_is_what_its_only_comparison_compares(
    text: str, signal: str, number: float
) -> None:
    found, _, value = split_comparison(text)
    assert (found, value) == (signal, number)
