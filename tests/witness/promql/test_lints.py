"""What looks wrong in rules though they may fire: each kind at its place, and nothing in good rules."""

import pytest
from tests.query.promql_generator import PromQL

from tocsin.witness.promql.lints import lints
from tocsin.witness.rule import Known, Rule, Signal

KNOWN = Known(signals={"requests_total": Signal(name="requests_total", type="counter", interval=30.0)})
FOUND = [
    # expression, code, the characters it is about
    ("up == 0 or count(x) == 0", "promql/dead-branch", "count(x) == 0"),
    ('x > 5 or y{a="1", a="2"} > 3', "promql/dead-branch", 'a="1", a="2"'),
    ("x > 5 unless absent(y)", "promql/no-match", "unless"),
    ("sum by (endpoint) (x) / sum(y) > 0.05", "promql/label-sets", "/"),
    ("100 * sum by (a, b) (x) / sum by (a) (y) > 5", "promql/label-sets", "/"),
    ("sum by (a) (x) > 5 and sum by (b) (x) > 5", "promql/label-sets", "and"),
    ("sum by (job) (x) > 5 and on (job, zone) y > 1", "promql/label-sets", "zone"),
    ("y * on (zone) group_left () sum by (job) (x) > 1", "promql/label-sets", "zone"),
    ("rate(requests_total[1m]) > 5", "promql/range-too-short", "1m"),
    ("rate(requests_total[30s]) > 5", "promql/range-too-short", "30s"),
    ('absent(up{job=~"shop|pay"})', "promql/absent-blind", 'job=~"shop|pay"'),
    ("histogram_quantile(95, sum by (le) (rate(x_bucket[5m]))) > 1 and on () up",
     "promql/quantile-range", "95"),
    ("quantile(99, x) > 5 and on () up == 1", "promql/quantile-range", "99"),
    ("histogram_quantile(0.9, rate(x_sum[5m])) > 1", "promql/no-bucket", "x_sum"),
    ("histogram_quantile(0.9, x_bucket) > 1", "promql/quantile-without-rate", "x_bucket"),
]  # fmt: skip
GOOD = [
    "up == 0", "sum by (a) (x) / sum by (a) (y) > 1",
    "sum by (a) (x) / on (a) group_left () sum by (b, a) (y) > 1",
    "x > 5 and on (zone) y > 1", "sum by (zone) (x) > 5 and on (zone) y > 1",
    "sum(x) / sum(y) > 1", "rate(requests_total[2m]) > 5", "rate(other_total[1m]) > 5",
    'absent(up{job="shop"})',
    'absent(up{job=~".+"})', "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m]))) > 1",
    "sum by (a) (x) or sum(y) > 1", "sum by (a) (x) > 5", "sum(up == 0) > 0", "sum(",
    "x unless on () absent(y)",
    "histogram_quantile(0.9, rate(x[5m])) > 1", "sum without (a) (x) / sum without (b) (y) > 1",
]  # fmt: skip


def rule(expr: str, hold: float = 0.0, **texts: str) -> Rule:
    return Rule(name="A", language="promql", expr=expr, hold=hold, annotations=tuple(texts.items()))


@pytest.mark.parametrize(("expr", "code", "place"), FOUND)
def test_found(expr: str, code: str, place: str) -> None:
    (found,) = [one for one in lints(rule(expr), KNOWN) if one.code == code]
    assert expr[found.start : found.end] == place
    assert found.words
    assert {one.code for one in lints(rule(expr), KNOWN)} == {code}


@pytest.mark.parametrize("expr", GOOD)
def test_good(expr: str) -> None:
    assert lints(rule(expr), KNOWN) == ()


@pytest.mark.parametrize(
    ("expr", "text", "place"),
    [
        ("sum(x) > 5", "too much at {{ $labels.endpoint }}", "sum(x)"),
        ("sum by (job) (x) / sum by (job) (y) > 5", "{{ .Labels.instance }} is bad", "sum by (job) (x)"),
        ("max(sum by (a) (x)) > 5", '{{ index $labels "a" }}', "max(sum by (a) (x))"),
        ("absent(up)", "{{ $labels.instance | toUpper }}", "absent(up)"),
        ("sum by (a) (x) > 5", "{{ $labels.a }}", None),
        ("x > 5", "{{ $labels.whatever }}", None),
        ('absent(up{job="a"})', "{{ $labels.job }}", None),
        ("sum(x) > 5", "no template: $labels.endpoint", None),
        ("sum(x) > 5", '{{ range query "up" }}{{ .Labels.instance }}{{ end }}', None),
        ("count_values('v', x) > 5", "{{ $labels.v }}", None),
        ("sum(a) * on () group_left (b) y > 5", "{{ $labels.b }}", None),
    ],
)
def test_lost_label(expr: str, text: str, place: str | None) -> None:
    found = [one for one in lints(rule(expr, summary=text)) if one.code == "rule/lost-label"]
    assert [expr[one.start : one.end] for one in found] == ([] if place is None else [place])


@pytest.mark.parametrize(
    ("expr", "hold", "place"),
    [
        ("increase(x[5m]) > 0", 600, "5m"),
        ("sum(increase(x[5m])) >= 1", 300, "5m"),
        ("changes(x[1h]) > 0 and on () up == 1", 7200, "1h"),
        ("increase(x[5m]) > 0", 240, None),
        ("increase(x[5m]) > 10", 600, None),
        ("rate(x[5m]) > 0", 600, None),
        ("up == 0 and increase(x[5m]) > 0", 600, None),
    ],
)
def test_for_that_outlasts_the_window(expr: str, hold: float, place: str | None) -> None:
    found = [one for one in lints(rule(expr, hold)) if one.code == "rule/for-outlasts-window"]
    assert [expr[one.start : one.end] for one in found] == ([] if place is None else [place])


def test_hostile() -> None:
    texts = {"a": "{{ $labels.x }}" * 500, "b": "{{" * 5000, "c": "{{ " + "$labels." * 900 + "}}"}
    assert lints(rule("sum(x) > 5", **texts))
    source = PromQL(4)
    for _ in range(1000):
        lints(rule(source.query(), 60, summary="{{ $labels.job }}"), KNOWN)
