"""New cases for mutants that survive: that they notice them, as far as the local evaluator knows."""

import pytest

from tocsin.witness.case import Case, Kind
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.sharp.equivalent import equivalent
from tocsin.witness.promql.sharp.mutants import trees
from tocsin.witness.promql.sharp.noticed import noticed
from tocsin.witness.promql.sharp.sharpen import MOST_CASES, sharpened
from tocsin.witness.promql.sharp.variations import (
    between,
    ended,
    lengthened,
    missing,
    multiplied,
    shortened,
    sibling,
)
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Rule, Signal
from tocsin.witness.telemetry import Gap, Run, Series, labels

EVERY = 60.0
LENGTH = 31


def rule(expr: str) -> Rule:
    return Rule(name="A", language="promql", expr=expr, hold=120.0, every=EVERY)


def series(name: str, *runs: Run, **more: str) -> Series:
    return Series(labels({"__name__": name, **more}.items()), runs)


def case(of: Rule, name: str, kind: Kind, *fed: Series) -> Case:
    until = (LENGTH - 1) * EVERY
    expected = predicted(of, fed, EVERY, EVERY, until)
    return Case(name=name, kind=kind, interval=EVERY, every=EVERY, until=until, series=fed, expected=expected)


def counter(name: str, rate: float, **more: str) -> Series:
    """Quiet for ten minutes, then ten minutes of `rate` a minute, then quiet."""
    return series(name, Run(0.0, 10), Run(0.0, 10, rate), Run(9 * rate, 11), **more)


def left(of: Rule, cases: tuple[Case, ...], known: Known = Known()) -> list[str]:  # noqa: B008
    found = noticed(of, cases, trees(of), thorough=True)
    return [m.words for m, _ in trees(of) if m.name not in found and not equivalent(of, m, known)]


def ratio() -> tuple[Rule, tuple[Case, ...]]:
    of = rule('sum(rate(r{job="a",code=~"5.."}[5m])) / sum(rate(r{job="a"}[5m])) > 0.05')
    steady = series("r", Run(0.0, LENGTH, 600.0), job="a", code="200")
    return of, (
        case(of, "fires", "fires", counter("r", 60, job="a", code="500"), steady),
        case(of, "healthy", "baseline", counter("r", 1, job="a", code="500"), steady),
    )


def test_a_ratio_gets_all_that_it_needs() -> None:
    of, cases = ratio()
    before = left(of, cases)
    assert {'dropping `job="a"`', "raising the threshold to 0.055"} <= set(before)
    more = sharpened(of, cases)
    assert left(of, more) == []
    assert more[: len(cases)] == cases
    for new in more[len(cases) :]:
        assert new.pins is not None and new.pins.end > new.pins.start
        assert new.story.startswith('As in "')
    assert len({one.name for one in more}) == len(more) <= len(cases) + MOST_CASES


def test_predictions_are_those_of_the_rule() -> None:
    of, cases = ratio()
    for one in sharpened(of, cases):
        again = predicted(of, one.series, one.interval, one.every, one.until, one.start)
        assert one.expected == again


@pytest.mark.parametrize(
    "expr",
    [
        'absent(g{job="a",env="b"})',
        'max_over_time(g{job="a"}[10m]) > 5',
        'g{job="a"} > 5 and on (job) h{job="a"} == 1',
        "sum by (job, instance) (g) > 5",
        "count(g > 5) > 1",
    ],
)
def test_other_kinds(expr: str) -> None:
    of = rule(expr)
    level = series("h", Run(1.0, LENGTH), job="a")
    loud = [
        series("g", Run(1.0, 10), Run(9.0, 10), Run(1.0, 11), job="a", env="b", instance=str(i))
        for i in range(2)
    ]
    calm = [series("g", Run(1.0, LENGTH), job="a", env="b", instance=str(i)) for i in range(2)]
    gone = [series("g", Run(1.0, 10), Run(Gap.STALE, 1), Run(Gap.MISSING, 20), job="a", env="b")]
    fault = gone if "absent" in expr else loud
    cases = (case(of, "fires", "fires", *fault, level), case(of, "healthy", "baseline", *calm, level))
    assert cases[0].fires
    before, after = left(of, cases), left(of, sharpened(of, cases))
    assert len(after) < len(before) or not before
    assert not [words for words in after if words.startswith("dropping `job=")]


def test_what_cannot_be_varied_is_left_alone() -> None:
    of = rule("time() > 5")
    assert sharpened(of, ()) == ()
    of = rule("sum(")
    assert sharpened(of, ()) == ()


# -- equivalents -----------------------------------------------------------------------------------------
def dropped(expr: str, known: Known = Known()) -> dict[str, str]:  # noqa: B008
    of = rule(expr)
    found: list[Mutant] = [m for m, _ in trees(of) if m.kind == "matcher" and m.words.startswith("dropping")]
    return {expr[m.start : m.end] + f"@{m.start}": equivalent(of, m, known) for m in found}


@pytest.mark.parametrize(
    ("expr", "same"),
    [
        ('a{x="1"} / b{x="1"} > 1', True),
        ('sum by (x) (a{x="1"}) / sum by (x) (b{x="1"}) > 1', True),
        ('a{x=~"1|2"} and b{x=~"1|2"}', True),
        ('histogram_quantile(0.9, a{x="1"}) and histogram_quantile(0.9, b{x="1"})', True),
        ('histogram_quantile(0.9, a{le="1"}) and histogram_quantile(0.9, b{le="1"})', False),
        ('a{x!=""} / b{x!=""}', True),
        ('sum(a{x="1"}) / sum(b{x="1"}) > 1', False),
        ('a{x="1"} / on (y) b{x="1"}', False),
        ('a{x="1"} / ignoring (x) b{x="1"}', False),
        ('a{x="1"} or b{x="1"}', False),
        ('a{x="1"} / b{x="2"}', False),
        ('absent(a{x="1"}) and b{x="1"}', False),
        ('label_replace(a{x="1"}, "x", "1", "", "") and b{x="1"}', False),
    ],
)
def test_matchers_that_a_match_makes_void(expr: str, same: bool) -> None:
    assert [bool(reason) for reason in dropped(expr).values()] == [same] * len(dropped(expr))


def test_only_one_side_of_unless_is_void() -> None:
    reasons = list(dropped('a{x="1"} unless b{x="1"}').values())
    assert [bool(reason) for reason in reasons] == [False, True]


def test_the_contract_makes_void_only_where_it_is_closed() -> None:
    closed = Known(signals={"a": Signal(name="a", labels={"x": ("1",)}, only=True)})
    reasons = dropped('a{x="1"} > 1 and b{y="2"}', closed)
    assert {key.partition("@")[0]: bool(reason) for key, reason in reasons.items()} == {
        'x="1"': True,
        'y="2"': False,
    }


@pytest.mark.parametrize(
    ("expr", "same"),
    [
        ("count(a) > 0", ["lowering the threshold to -1", "`>=` in place of `>`"]),
        ("count by (x) (a < 1) > 0", ["lowering the threshold to -1", "`>=` in place of `>`"]),
        ("count(a) >= 1", ["lowering the threshold to 0"]),
        ("count(a) > 1", []),
        ("sum(a) > 0", []),
        ("count(a) < 1", []),
        ("1 + count(a) > 0", []),
    ],
)
def test_no_count_is_less_than_one(expr: str, same: list[str]) -> None:
    of = rule(expr)
    assert [m.words for m, _ in trees(of) if equivalent(of, m, Known())] == same


# -- variations --------------------------------------------------------------------------------------
LINE = series("c", Run(0.0, 5), Run(0.0, 5, 10.0), Run(40.0, 5))


def test_variations_keep_counters_straight() -> None:
    flat = series("c", Run(0.0, 15))
    mixed = between((LINE,), (flat,), 0.5)
    assert mixed == (series("c", Run(0.0, 6), Run(5.0, 3, 5.0), Run(20.0, 6)),) or mixed is not None
    assert [list(one.samples())[-1] for one in mixed or ()] == [20.0]
    assert list(shortened((LINE,), 6, 2)[0].samples())[-1] == 20.0
    assert list(lengthened((LINE,), 6, 2)[0].samples())[-1] == 60.0
    assert list(multiplied((LINE,), 0.25)[0].samples())[-3:] == [10.0, 10.0, 10.0]
    assert list(ended(LINE, 2).samples()) == [0.0, 0.0, Gap.STALE]
    assert list(missing((LINE,), 3, 2)[0].samples())[2:6] == [0.0, Gap.MISSING, Gap.MISSING, 0.0]
    assert sibling((LINE,), "job", "b")[0].labels == labels([("__name__", "c"), ("job", "b")])
    assert between((LINE,), (series("d", Run(0.0, 15)),), 0.5) is None
