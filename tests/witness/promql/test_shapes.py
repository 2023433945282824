"""Series get the labels that selectors ask for and that matches, groupings and templates need; no others."""

import pytest

from tocsin.query.promql import parse
from tocsin.witness.promql.label_values import choose
from tocsin.witness.promql.shapes import Shape, shape
from tocsin.witness.promql.structures import structures
from tocsin.witness.rule import Known, Rule, Signal

NOTHING = Known()


def shaped(expr: str, known: Known = NOTHING, **more) -> Shape:
    return shape(parse(expr), Rule(name="R", language="promql", expr=expr, **more), known)


def labels(expr: str, known: Known = NOTHING, **more) -> list[dict[str, str]]:
    """The labels of each selector's series without the name."""
    found = [dict(need.labels) for need in shaped(expr, known, **more).needs]
    return [{name: value for name, value in one.items() if name != "__name__"} for one in found]


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        ("x > 5", [{}]),
        ('x{a="1", b=~"5.."} > 5', [{"a": "1", "b": "500"}]),
        ('x{a=~"left|right"} > 5', [{"a": "left"}]),
        ('x{a!=""} > 5', [{"a": "other"}]),
        ('x{a!~"other|some.*"} > 5', [{"a": "a-1"}]),
        ('x{a=""} > 5', [{}]),
        ("sum by (job) (x) > 5", [{"job": "app"}]),
        ("sum without (instance) (x) > 5", [{"instance": "host-1:9100"}]),
        # what is matched is the same on both sides
        ('x{a="1"} / y > 5', [{"a": "1"}, {"a": "1"}]),
        ('x{a="1"} / ignoring (a) y > 5', [{"a": "1"}, {}]),
        ('x{a="1", b="2"} / on (b) y > 5', [{"a": "1", "b": "2"}, {"b": "2"}]),
        (
            'x * on (host) group_left (zone) y{zone="z"} > 5',
            [{"host": "host-1"}, {"host": "host-1", "zone": "z"}],
        ),
        # a label that one side has lost is on neither
        ("sum by (job) (x) / y > 5", [{"job": "app"}, {"job": "app"}]),
        ("sum(x) / sum(y) > 5", [{}, {}]),
        ("histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m]))) > 5", [{"job": "app"}]),
        # what absent() gives has the labels that were asked for
        ('x and absent(y{a="1"})', [{"a": "1"}, {"a": "1"}]),
        # labels that are made of others
        (
            'x * on (host) label_replace(y, "host", "$1", "instance", "(.*):.*") > 5',
            [{"host": "host-1"}, {"instance": "host-1:9100"}],
        ),
        ('label_replace(x, "b", "c", "", "") and on (b) y', [{}, {"b": "c"}]),
    ],
)
def test_labels(expr: str, wanted: list[dict[str, str]]) -> None:
    assert labels(expr) == wanted


def test_labels_of_the_templates_and_of_the_contract() -> None:
    annotations = (("summary", "{{ $labels.queue }} of {{ .Labels.team }} is long"),)
    known = Known(signals={"x": Signal(name="x", labels={"queue": ("mail", "video")})})
    assert labels("x > 5", known, annotations=annotations) == [{"queue": "mail", "team": "team-1"}]
    assert labels("sum(x) > 5", known, annotations=annotations) == [{}]


def test_contradictions_do_not_spread() -> None:
    assert labels('x{a="1"} + x{a="2"} > 5') == [{"a": "1"}, {"a": "2"}]


def test_siblings_are_told_apart() -> None:
    expr = 'sum(rate(x{code=~"5.."}[5m])) / sum(rate(x[5m])) > 0.1'
    first, second, *_ = structures(shaped(expr), (0.1,), NOTHING)
    assert [dict(channel.labels[0])["code"] for channel in first] == ["500", "200"]
    assert [dict(channel.labels[0])["code"] for channel in second] == ["500"]


def test_replicas_are_told_apart_by_a_label_that_is_aggregated_away() -> None:
    expr = "count by (instance) (x == 0) > 4"
    layouts = list(structures(shaped(expr), (0.0, 4.0), NOTHING))
    sizes = {sum(len(channel.labels) for channel in channels) for channels in layouts}
    assert {1, 2, 3, 5, 6} <= sizes
    assert all(
        "replica" in dict(one) for channels in layouts[1:] for channel in channels for one in channel.labels
    )


@pytest.mark.parametrize(
    ("label", "count", "wanted"),
    [("instance", 2, ("host-1:9100", "host-2:9100")), ("queue", 2, ("queue-1", "queue-2"))],
)
def test_values_without_matchers(label: str, count: int, wanted: tuple[str, ...]) -> None:
    assert choose(label, (), count=count) == wanted
