"""What new cases are made of: where a comparison decides, its edge, what a matcher keeps out."""

import pytest

from tocsin.query.promql.ast import Binary, Expr
from tocsin.query.promql.walk import selectors
from tocsin.witness.case import Case
from tocsin.witness.promql.evaluator.evaluate import Budget
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.sharp.edges import edge, families
from tocsin.witness.promql.sharp.mutants import trees
from tocsin.witness.promql.sharp.noticed import Scene, differing
from tocsin.witness.promql.sharp.pivots import Pivot, innermost, pivots
from tocsin.witness.promql.sharp.siblings import Company, beside, companies, kept_out, like
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Run, Series, labels

EVERY = 60.0
LENGTH = 21


def rule(expr: str) -> Rule:
    return Rule(name="A", language="promql", expr=expr, hold=60.0, every=EVERY)


def series(name: str, *runs: Run, **more: str) -> Series:
    return Series(labels({"__name__": name, **more}.items()), runs)


def raised(name: str, value: float, **more: str) -> Series:
    """1 at first, for ten minutes another value, then 1 again."""
    return series(name, Run(1.0, 5), Run(value, 10), Run(1.0, 6), **more)


def case(of: Rule, name: str, *fed: Series) -> Case:
    until = (LENGTH - 1) * EVERY
    expected = predicted(of, fed, EVERY, EVERY, until)
    kind = "fires" if any(one.firing is not None for one in expected) else "clause"
    return Case(
        name=name, kind=kind, interval=EVERY, every=EVERY, until=until, series=fed, expected=expected
    )  # fmt: skip


def scenes(of: Rule, *cases: Case) -> list[Scene]:
    return [Scene(of, one, (), Budget()) for one in cases]


def comparison(of: Rule, text: str) -> Binary:
    start = of.expr.index(text)
    found = innermost(parsed(of.expr), start, start + len(text))
    assert found is not None
    return found


# -- pivots ------------------------------------------------------------------------------------------
TWO = 'a{job="x"} > 5 and b{job="x"} > 10'


def test_the_innermost_comparison_is_found() -> None:
    of = rule("count(a > 5) > 2 and b")
    assert of.expr[comparison(of, "5").start : comparison(of, "5").end] == "a > 5"
    assert of.expr[comparison(of, "2").start : comparison(of, "2").end] == "count(a > 5) > 2"
    assert innermost(parsed(of.expr), of.expr.index("b"), len(of.expr)) is None


def test_a_pivot_is_where_one_comparison_alone_decides() -> None:
    of = rule(TWO)
    both = case(of, "both", raised("a", 9.0, job="x"), raised("b", 20.0, job="x"))
    no_a = case(of, "no a", raised("a", 3.0, job="x"), raised("b", 20.0, job="x"))
    none = case(of, "none", raised("a", 3.0, job="x"), raised("b", 3.0, job="x"))
    found = list(pivots(scenes(of, both, no_a, none), comparison(of, "> 5")))
    assert {(one.case.name, one.fires) for one in found} == {("both", True), ("no a", False)}
    found = list(pivots(scenes(of, both, no_a, none), comparison(of, "> 10")))
    assert {(one.case.name, one.fires) for one in found} == {("both", True)}


# -- edges -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["> 5", "> 10"])
def test_an_edge_is_close_to_the_threshold(text: str) -> None:
    of = rule(TWO)
    fires = case(of, "fires", raised("a", 9.0, job="x"), raised("b", 20.0, job="x"))
    (pivot,) = pivots(scenes(of, fires), comparison(of, text))

    def holds(telemetry: tuple[Series, ...]) -> bool:
        (scene,) = scenes(of, case(of, "", *telemetry))
        return bool(scene.result(parsed(of.expr), pivot.evaluation))

    (family, *_) = families(parsed(of.expr), comparison(of, text), [pivot], Known())
    found = edge(family, holds)
    assert found is not None
    assert [holds(telemetry) for telemetry in found] == [True, False]
    threshold = float(text[1:])
    name = "a" if threshold == 5 else "b"
    for telemetry in found:
        (one,) = [one for one in telemetry if ("__name__", name) in one.labels]
        assert max(x for x in one.samples() if isinstance(x, float)) == pytest.approx(threshold, rel=0.01)


def test_without_a_change_there_is_no_edge() -> None:
    of = rule("a > 5")
    fires = case(of, "fires", raised("a", 9.0))
    (family, *_) = families(parsed(of.expr), comparison(of, "5"), [Pivot(fires, 8, True)], Known())
    assert edge(family, lambda telemetry: True) is None


def test_what_only_the_denominator_counts_is_joined() -> None:
    of = rule('a{code="5"} / ignoring (code) sum without (code) (a) > 0.5')
    fires = case(of, "fires", raised("a", 9.0, code="5"))
    found = families(parsed(of.expr), comparison(of, "0.5"), [Pivot(fires, 8, True)], Known())
    telemetry = [family.at(1.0) or () for family in found]
    assert any(len({one.labels for one in each}) == 2 for each in telemetry)


# -- siblings ----------------------------------------------------------------------------------------
def test_others_are_kept_out_by_one_matcher_each() -> None:
    of = rule('a{job="x",env!="test"} > 5')
    (selector,) = selectors(parsed(of.expr))
    fires = case(of, "fires", raised("a", 9.0, job="x"))
    made = beside(Company(fires, fires, 1.0), selector, selector.matchers, Known())
    assert made is not None
    telemetry, words = made
    assert telemetry[0] == fires.series[0]
    others = [dict(one.labels) for one in telemetry[1:]]
    assert [one["job"] != "x" for one in others] == [True, False]
    assert [one.get("env") for one in others] == [None, "test"]
    assert words == f'beside it others with job="{others[0]["job"]}" or env="test"'


@pytest.mark.parametrize(("instead", "left"), [("at all", 0), ("then", 8)])
def test_others_in_its_place(instead: str, left: int) -> None:
    of = rule('a{job="x"} > 5')
    (selector,) = selectors(parsed(of.expr))
    fires = case(of, "fires", raised("a", 9.0, job="x"))
    company = next(
        one for one in companies([Pivot(fires, 8, True)], [fires]) if one.instead == instead
    )  # fmt: skip
    made = beside(company, selector, selector.matchers, Known())
    assert made is not None
    own = [one for one in made[0] if ("job", "x") in one.labels]
    assert sum(isinstance(x, float) for one in own for x in one.samples()) == left
    (scene,) = scenes(of, case(of, "", *made[0]))
    dropping = [pair for pair in trees(of) if pair[0].words.startswith("dropping")]
    assert [name for name, _ in differing(scene, dropping, [8])] == [dropping[0][0].name]


def test_where_no_case_has_any_they_are_like_those_of_another_selector() -> None:
    of = rule('a{job="x"} > 5 or a{job="y",env="z"} > 5')
    first, second = selectors(parsed(of.expr))
    fed = (raised("a", 9.0, job="x"),)
    (made,) = like(second, fed, Known())
    assert dict(made.labels) == {"__name__": "a", "job": "y", "env": "z"}
    assert like(second, (raised("b", 1.0),), Known()) == ()
    assert kept_out(first, first.matchers[0], Known()) not in ("", "x")


# -- what cannot matter ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("expr", "seen"),
    [
        ('a{job="x"} or b', {"without or left", "drop job", "negate job", "without or right"}),
        ('a{job="x"} or b{job="x"}', {"without or left", "drop job", "negate job"}),
        ("a unless b", {"without unless left", "without unless right"}),
        ("a unless c", {"without unless left"}),
        ("a or absent(c)", {"without or left", "without or right"}),
        ("rate(c[5m]) or a", {"without or right"}),
        ("rate(a[5m])", {"window 2m30s", "window 10m"}),
    ],
)
def test_only_what_selects_something_matters(expr: str, seen: set[str]) -> None:
    of = rule(expr)
    others = (raised("a", 9.0, job="x"), raised("a", 9.0, job="y"), raised("b", 9.0))
    (scene,) = scenes(of, case(of, "", *others))
    found = {mutant.name.partition(" at ")[0] for mutant, _ in trees(of) if scene.sees(mutant)}
    assert found == seen


def test_what_does_not_matter_is_never_different() -> None:
    of = rule('(a{job="x"} or c{job="x"} or sum without (job) (b)) unless d == 1')
    (scene,) = scenes(of, case(of, "", raised("a", 9.0, job="x"), raised("b", 9.0)))
    original: Expr = parsed(of.expr)
    unseen = [pair for pair in trees(of) if not scene.sees(pair[0])]
    assert unseen
    for _, expr in unseen:
        assert all(scene.result(expr, i) == scene.result(original, i) for i in range(LENGTH))
