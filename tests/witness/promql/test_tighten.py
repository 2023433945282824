"""Numbers are round, and as near to the threshold as they may be; motions give the samples that they say."""

import pytest

from tocsin.query.promql import parse
from tocsin.witness.promql.clauses import deciding, opposed
from tocsin.witness.promql.grid import grid
from tocsin.witness.promql.models import GONE, Channel, Motion, channel_runs, channel_series
from tocsin.witness.promql.names import Nature
from tocsin.witness.promql.tighten import nearest, roundest
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Gap


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (51.2, 53.0, 52),
        (0.0513, 0.0541, 0.052),
        (1020, 1050, 1050),
        (98.7, 95.1, 98),
        (-5.3, -5.9, -5.5),
        (0.0, 3.0, 0.0),
        (7.0, 7.0, 7.0),
        (1_234_567, 1_299_999, 1_250_000),
    ],
)
def test_roundest(one: float, other: float, wanted: float) -> None:
    assert roundest(one, other) == pytest.approx(wanted)


def test_nearest_is_just_beyond_the_threshold() -> None:
    above = nearest(lambda value: (value - 40) / 40, 1000.0, 0.0, False)
    assert 40.4 <= above <= 42
    whole = nearest(lambda value: value - 7 if value > 7 else -1e-9, 100.0, 0.0, True)
    assert whole == 8


NATURE = Nature("counter", True, 0.0, float("inf"), 10.0)
COUNTER = Channel("c_total", ((("__name__", "c_total"),),), NATURE)


def samples(channel: Channel, *phases: tuple[int, Motion]) -> list[list[float | Gap]]:
    return [[one for run in runs for one in run.samples()] for runs in channel_runs(channel, phases)]


def test_a_counter_goes_on_from_where_it_was() -> None:
    found = samples(COUNTER, (3, Motion("rise", 2.0)), (2, Motion("rise", 5.0)), (2, Motion("rise")))
    assert found == [[0, 2, 4, 9, 14, 14, 14]]


def test_a_counter_counts_whole_things() -> None:
    assert samples(COUNTER, (5, Motion("rise", 0.5))) == [[0, 0, 1, 1, 2]]


def test_a_series_that_ends_is_stale_once() -> None:
    assert samples(COUNTER, (1, Motion("level", 3.0)), (3, GONE)) == [
        [3, Gap.STALE, Gap.MISSING, Gap.MISSING]
    ]
    assert samples(COUNTER, (2, GONE), (1, Motion("level", 3.0))) == [[Gap.MISSING, Gap.MISSING, 3]]
    assert channel_series(COUNTER, [(5, GONE)]) == []


def test_buckets_add_up() -> None:
    nature = Nature("buckets", True, 0.0, float("inf"), 10.0)
    channel = Channel("b_bucket", ((("__name__", "b_bucket"),),), nature, (0.5, 1.0, 2.0), 2)
    found = samples(channel, (2, Motion("observe", 10.0, 100.0)))
    assert [one[1] for one in found] == [80, 90, 100, 100]
    assert [dict(one)["le"] for one in channel.named()] == ["0.5", "1.0", "2.0", "+Inf"]


def test_parts_that_decide() -> None:
    expr = parse("a > 5 and b unless c or (d == 1 unless e < 2)")
    assert [(part.part, part.positive) for part in deciding(expr)] == [
        ("left branch", True),
        ("right branch", True),
        ("exception", True),
        ("guard", True),
        ("comparison", True),
        ("comparison", True),
        ("comparison", False),
    ]


def test_a_part_turned_round() -> None:
    expr = parse("a > 5 and b < 3")
    first, second = deciding(expr)
    assert opposed(expr, first) == parse("a <= 5 and b < 3")
    assert opposed(expr, second) == parse("a > 5 and b >= 3")
    guarded, either = parse("a > 5 and b"), parse("a or b")
    assert opposed(guarded, deciding(guarded)[0]) == parse("a > 5 unless b")
    assert [opposed(either, part) for part in deciding(either)] == [parse("a unless b"), parse("b unless a")]


@pytest.mark.parametrize(
    ("expr", "hold", "interval", "every"),
    [
        ("x > 5", 300, 60, 60),
        ("rate(x[5m]) > 5", 300, 60, 60),
        ("rate(x[1m]) > 5", 300, 15, 60),
        ("avg_over_time(x[1d]) > 5", 0, 3600, 3600),
        ("avg_over_time(x[1d]) > 5", 3600, 1800, 1800),
        ("rate(x[1ms]) > 5", 0, 60, 60),
        ("rate(x[5m]) > 5 and rate(x[1d]) > 5", 0, 60, 3600),
    ],
)
def test_the_grid_suits_windows_and_for(expr: str, hold: float, interval: float, every: float) -> None:
    found = grid(parse(expr), Rule(name="R", language="promql", expr=expr, hold=hold, every=60.0))
    assert (found.interval, found.every) == (interval, every)
    assert found.every % found.interval == 0
