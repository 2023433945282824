"""What is known of an expression's result: labels, bounds, unit. Over the contract of the examples."""

import math

import pytest

from tocsin.app.example import example_context
from tocsin.checks.check import Example
from tocsin.checks.contract_index import Index, index
from tocsin.checks.expression import readings
from tocsin.checks.promql_bounds import bounds
from tocsin.checks.promql_labels import labels
from tocsin.checks.promql_units import unit
from tocsin.query.promql import parse
from tocsin.query.promql.walk import selectors

TARGET = {"job", "instance", "service", "cluster", "environment"}
REQUESTS = {"endpoint", "status", *TARGET}
INF = math.inf
P95 = "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))"
SHARE = 'sum(rate(http_requests_total{status="500"}[5m])) / sum(rate(http_requests_total[5m]))'


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Index:
    spec = """
packs: [probe]
services:
  shop: {probes: {urls: {ready: "http://shop:8000/ready"}}}
  pay:
    scrape: [{targets: ["pay:1"], every: 1m}, {job: pay-batch, targets: ["pay:2"], every: 5m}]
    metrics:
      http_requests_total: {type: counter, labels: [endpoint, country], help: requests}
      pay_read_bytes_total: {type: counter, help: read}
      pay_size_bytes: {type: gauge, help: size}
      pay_start_time_seconds: {type: gauge, unit: timestamp, help: start}
      pay_online: {type: gauge, unit: bool, help: online}
      pay_wait_seconds: {type: summary, labels: [kind], help: wait}
"""
    context = example_context(Example(title="two services", spec=spec), tmp_path_factory.mktemp("known"))
    return index(context.models()[0])


@pytest.mark.parametrize(
    ("expr", "may"),
    [
        ('http_requests_total{job="shop"}', REQUESTS),
        ('http_requests_total{job="pay"}', {"endpoint", "country", *TARGET}),
        ("http_requests_total", {"country", *REQUESTS}),
        ('http_requests_total{job="shop",status=""}', REQUESTS - {"status"}),
        ("http_request_duration_seconds_bucket", {"endpoint", "le", *TARGET}),
        ("pay_wait_seconds", {"kind", "quantile", *TARGET}),
        ("pay_wait_seconds_sum", {"kind", *TARGET}),
        ("sum by (endpoint, nothing) (http_requests_total)", {"endpoint"}),
        ('sum without (job, instance) (http_requests_total{job="shop"})', REQUESTS - {"job", "instance"}),
        ("sum(up)", set()),
        ("topk by (job) (3, sum by (endpoint) (http_requests_total))", {"endpoint"}),
        ('absent(up{job="shop",instance=~"a"})', {"job"}),
        ('label_replace(sum(up), "new", "x", "", "")', {"new"}),
        ('count_values("value", sum by (job) (up))', {"value"}),
        (
            "sum by (job) (up) * on (job) group_left (endpoint) sum by (job, endpoint) (x)",
            {"job", "endpoint"},
        ),
        ("sum by (job, endpoint) (x) * on (job) sum by (job) (x)", {"job"}),
        ("sum by (job) (up) or sum by (instance) (up)", {"job", "instance"}),
        (P95, set()),
        ("vector(1)", set()),
        ("something", None),
        ("ALERTS", None),
    ],
)
def test_which_labels_a_result_may_have(known: Index, expr: str, may: set[str] | None) -> None:
    found = labels(parse(expr), known).may
    assert (None if found is None else found - {"check"}) == may  # some target is probed


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("up", (0, 1)),
        ("sum(up)", (0, INF)),
        ("sum(up == 0)", (0, 0)),
        ("count(up)", (1, INF)),
        ("1 - avg(up)", (0, 1)),
        ("pay_online", (0, 1)),
        ("pay_size_bytes", (-INF, INF)),
        ("abs(pay_size_bytes)", (0, INF)),
        ("rate(http_requests_total[5m])", (0, INF)),
        ("-rate(http_requests_total[5m])", (-INF, 0)),
        (SHARE, (0, 1)),
        (f"100 * {SHARE}", (0, 100)),
        (f"1 - {SHARE}", (0, 1)),
        ("count(up == 0) / count(up)", (0, 1)),
        ("sum(rate(http_requests_total[5m])) / sum(rate(x_total[5m]))", (0, INF)),
        ("sum by (a) (rate(x_total{b='c'}[5m])) / sum(rate(x_total[5m]))", (0, 1)),
        ("sum(rate(x_total{b='c'}[5m])) / sum(rate(x_total[1m]))", (0, INF)),
        (P95, (0, 5)),
        ("histogram_quantile(0.95, unknown_bucket)", (-INF, INF)),
        ("up > bool 5", (0, 1)),
        ("queue_length > 5", (5, INF)),
        ("5 > queue_length", (-INF, 5)),
        ("clamp(queue_length, 2, 3)", (2, 3)),
        ("up or queue_length", (-INF, INF)),
        ("queue_length unless up", (-INF, INF)),
        ("hour()", (0, 23)),
        ("absent(up)", (1, 1)),
        ("2 ^ queue_length", (0, INF)),
        ("sum_over_time((up == 0)[5m:])", (0, 0)),
    ],
)
def test_between_which_values_a_result_lies(known: Index, expr: str, expected: tuple[float, float]) -> None:
    assert bounds(parse(expr), known) == expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (P95, "seconds"),
        (SHARE, "percentunit"),
        (f"1 - {SHARE}", "percentunit"),
        (f"100 * {SHARE}", ""),
        ("sum(pay_size_bytes)", "bytes"),
        ("max(pay_size_bytes) > 5", "bytes"),
        ("rate(pay_read_bytes_total[5m])", "bytes_per_second"),
        ("increase(pay_read_bytes_total[5m])", "bytes"),
        ("pay_size_bytes / 1024", ""),
        ("pay_size_bytes / sum(pay_size_bytes)", "percentunit"),
        ("time() - pay_start_time_seconds", "seconds"),
        ("rate(pay_wait_seconds_sum[5m]) / rate(pay_wait_seconds_count[5m])", "seconds"),
        ("rate(pay_wait_seconds_count[5m])", ""),
        ("rate(pay_wait_seconds_sum[5m])", ""),
        ("count(pay_size_bytes)", ""),
        ("queue_length", ""),
        ("scrape_duration_seconds", "seconds"),
    ],
)
def test_in_which_unit_a_result_is(known: Index, expr: str, expected: str) -> None:
    assert unit(parse(expr), known) == expected


@pytest.mark.parametrize(
    ("expr", "jobs"),
    [
        ('http_requests_total{job="shop"}', {"shop"}),
        ("pay_size_bytes", {"pay", "pay-batch"}),
        ('pay_size_bytes{job="pay-batch"}', {"pay-batch"}),
        ('probe_success{job="shop-probe"}', {"shop-probe"}),
        ("up", {"shop", "shop-probe", "pay", "pay-batch"}),
        ("something", set()),
    ],
)
def test_where_series_are_scraped(known: Index, expr: str, jobs: set[str]) -> None:
    (selector,) = selectors(parse(expr))
    assert {scrape.job for scrape in known.scrapes(selector)} == jobs


@pytest.mark.parametrize(
    "expr",
    [
        "rate(x[$__rate_interval])",
        "rate(x[${window}])",
        "rate(x[5m] offset $ago)",
        "topk($n, x)",
        "topk by (job) ($n, x)",
        'x{a="$b"} > $limit',
        "sum by ($label) ($metric)",
        "quantile_over_time($rank, x[$__range])",
        "x * $factor",
        "x[[suffix]]",
        "rate(x[$window:$step])",
    ],
)
def test_some_reading_of_variables_makes_sense(expr: str) -> None:
    def good(text: str) -> bool:
        assert len(text) == len(expr)
        try:
            parse(text)
        except ValueError:
            return False
        return True

    assert any(good(text) for text in readings(expr)), list(readings(expr))
