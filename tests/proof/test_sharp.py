"""Sharpness, judged by the real promtool: which mutants cases catch, and which they do not."""

from collections.abc import Mapping

import pytest

from tocsin.engines import Missing, NotRun
from tocsin.proof.sharp.grids import Question, Refused, ask
from tocsin.proof.sharp.metrics import Sharpness, sharp, total
from tocsin.proof.verdict import Proposal
from tocsin.witness.case import Case, Kind
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Recording, Rule, Signal
from tocsin.witness.telemetry import Run, Series, labels

pytestmark = pytest.mark.tools
EVERY = 60.0
RATIO = (
    'sum by (job) (rate(req_total{job="api",code=~"5.."}[5m]))'
    ' / sum by (job) (rate(req_total{job="api"}[5m])) > 0.05'
)


def rule(expr: str, name: str = "A", hold: float = 120.0, keep: float = 0.0) -> Rule:
    return Rule(
        name=name, language="promql", expr=expr, hold=hold, keep=keep, every=EVERY, file="f", group="g"
    )


def series(name: str, *runs: Run, **more: str) -> Series:
    return Series(labels({"__name__": name, **more}.items()), runs)


def case(of: Rule, name: str, kind: Kind, *fed: Series, known: Known = Known()) -> Case:  # noqa: B008
    until = 40 * EVERY
    expected = predicted(of, fed, EVERY, EVERY, until, known=known)
    return Case(name=name, kind=kind, interval=EVERY, every=EVERY, until=until, series=fed, expected=expected)


def gauge(name: str, before: float, during: float, **more: str) -> Series:
    return series(name, Run(before, 10), Run(during, 10), Run(before, 21), **more)


def run(*proposals: Proposal, known: Mapping[tuple[str, str, str], Known] | None = None) -> list[Sharpness]:
    found = sharp(proposals, known=known or {})
    if isinstance(found, Missing):
        pytest.skip(str(found))
    assert not isinstance(found, NotRun), found
    return [found[one.rule.id] for one in proposals]


def words(found: Sharpness) -> list[str]:
    return [mutant.words for mutant in found.survivors]


def test_good_cases_catch_all() -> None:
    of = rule("queue > 100")
    cases = [
        case(of, "fires", "fires", gauge("queue", 1, 104)),
        case(of, "just under", "clause", gauge("queue", 1, 96)),
    ]
    (found,) = run(Proposal(of, tuple(cases)))
    assert words(found) == []
    assert {one.mutant.words: one.case for one in found.caught} == {
        "raising the threshold to 110": "fires",
        "lowering the threshold to 90": "just under",
        "`<` in place of `>`": "fires",
        "`for` one evaluation longer (3m)": "fires",
        "`for` one evaluation shorter (1m)": "fires",
    }
    assert total([found]) == (5, 5)


def test_blunt_cases_catch_little() -> None:
    of = rule('queue{team="a"} > 100')
    (found,) = run(Proposal(of, (case(of, "fires", "fires", gauge("queue", 1, 1000, team="a")),)))
    assert words(found) == [
        "raising the threshold to 110",
        "lowering the threshold to 90",
        'dropping `team="a"`',
    ]
    assert [of.expr[m.start : m.end] for m in found.survivors] == ["100", "100", 'team="a"']


def test_a_sibling_makes_the_matcher_matter() -> None:
    of = rule('queue{team="a"} > 100')
    cases = (case(of, "fires", "fires", gauge("queue", 1, 105, team="a"), gauge("queue", 1, 105, team="b")),)
    (found,) = run(Proposal(of, cases))
    assert words(found) == ["lowering the threshold to 90"]


def test_a_matcher_that_the_contract_makes_void_does_not_count() -> None:
    of = rule('queue{team="a"} > 100')
    cases = (case(of, "fires", "fires", gauge("queue", 1, 105, team="a")),)
    known = Known(signals={"queue": Signal(name="queue", labels={"team": ("a",)}, only=True)})
    (found,) = run(Proposal(of, cases), known={of.id: known})
    assert [one.reason for one in found.equivalents] == [
        "`team` of `queue` is never anything but `a`, says the contract"
    ]
    open_contract = Known(signals={"queue": Signal(name="queue", labels={"team": ("a",)})})
    (found,) = run(Proposal(of, cases), known={of.id: open_contract})
    assert found.equivalents == ()


def test_what_the_rule_sets_itself_tells_nothing_apart() -> None:
    of = rule("sum by (team) (queue) > 100")
    fed = gauge("queue", 1, 105, team="a")
    (found,) = run(Proposal(of, (case(of, "fires", "fires", fed),)))
    assert "dropping `team` of `by (team)`" not in words(found)
    own = Rule(name="A", language="promql", expr=of.expr, hold=120, every=EVERY, labels=(("team", "x"),))
    (found,) = run(Proposal(own, (case(own, "fires", "fires", fed),)))
    assert "dropping `team` of `by (team)`" in words(found)


def test_keep_firing_for_and_recorded_metrics() -> None:
    recordings = (Recording(record="job:queue:sum", expr="sum by (job) (queue)"),)
    of = rule("job:queue:sum > 100", keep=180.0)
    known = Known(recordings=recordings)
    fed = [gauge("queue", 1, 52, job="a", instance=name) for name in ("1", "2")]
    cases = (case(of, "fires", "fires", *fed, known=known),)
    (found,) = run(Proposal(of, cases, recordings))
    assert words(found) == ["lowering the threshold to 90"]


def test_a_mutant_reads_what_is_recorded_for_others() -> None:
    recordings = tuple(
        Recording(record="expected", expr="vector(1)", labels=(("service", name),)) for name in ("a", "b")
    )
    of = rule('expected{service="a"} unless on () (max(up) == 1)')
    known = Known(recordings=recordings)
    cases = (case(of, "fires", "fires", gauge("up", 1, 0, job="a"), known=known),)
    (found,) = run(Proposal(of, cases, recordings))
    assert 'dropping `service="a"`' not in words(found)


def test_many_rules_at_once() -> None:
    proposals = []
    for i in range(30):
        of = rule(RATIO.replace("req", f"req{i}"), f"A{i}")
        fed = (
            series(f"req{i}_total", Run(0.0, 10), Run(0.0, 10, 33.0), Run(297.0, 21), job="api", code="500"),
            series(f"req{i}_total", Run(0.0, 41, 600.0), job="api", code="200"),
        )
        proposals.append(Proposal(of, (case(of, "fires", "fires", *fed),)))
    found = run(*proposals)
    assert {tuple(words(one)) for one in found} == {
        (
            "lowering the threshold to 0.045",
            "halving the window [5m]",
            "doubling the window [5m]",
        )
    }
    reason = 'the other side of `/` has `job="api"` as well, and is matched on it'
    assert {one.reason for sharpness in found for one in sharpness.equivalents} == {reason}


def test_grids_are_exact() -> None:
    of = rule("queue > 100")
    fed = series("queue", *(Run(float(100 + (i % 3)), 1) for i in range(131)))
    long = Case(name="long", kind="fires", interval=EVERY, every=EVERY, until=130 * EVERY, series=(fed,))
    shifted = Case(name="odd", kind="fires", interval=7, every=7, until=70, start=1000, series=(fed,))
    proposals = [Proposal(of, (long, shifted))]
    texts = [
        "queue > 100",
        "queue > NaN",
        "1 > bool 0",
        "queue * on () group_left () vector(1)",
        "queue + on () up",
    ]
    questions = [Question(0, number, text) for number in (0, 1) for text in texts]
    many = Question(
        0, 0, 'label_replace(queue, "a", "x\\"ü", "", "") or label_replace(queue, "a", "y", "", "")'
    )
    found = ask(proposals, [*questions, many, Question(0, 1, "queue > 100", 4)])
    if isinstance(found, Missing):
        pytest.skip(str(found))
    assert not isinstance(found, NotRun)
    for number, last in ((0, 130), (1, 10)):
        there = sum(1 << i for i in range(last + 1) if i % 3)
        assert found[Question(0, number, "queue > 100")] == {(): there}
        assert found[Question(0, number, "queue > NaN")] == {}
        assert found[Question(0, number, "1 > bool 0")] == {(): (1 << last + 1) - 1}
        assert found[Question(0, number, texts[3])] == {(): (1 << last + 1) - 1}
    assert found[Question(0, 1, "queue > 100", 4)] == {(): 1 << 4}
    several = found[many]
    assert several is not None and not isinstance(several, Refused)
    assert set(several) == {(("a", 'x"ü'),), (("a", "y"),)}


def test_a_refused_evaluation_is_told() -> None:
    of = rule("queue")
    fed = [gauge("queue", 1, 1, job=name) for name in ("a", "b")]
    found = ask([Proposal(of, (case(of, "x", "fires", *fed),))], [Question(0, 0, "queue + on () queue")])
    if isinstance(found, Missing):
        pytest.skip(str(found))
    assert not isinstance(found, NotRun)
    answer = found[Question(0, 0, "queue + on () queue")]
    assert isinstance(answer, Refused) and "many-to-many" in answer.words


def test_without_promtool_it_is_not_run() -> None:
    of = rule("queue > 100")
    cases = (case(of, "fires", "fires", gauge("queue", 1, 105)),)
    missing = Missing("there is no promtool", "install it")
    assert sharp([Proposal(of, cases)], lambda root: missing) is missing
