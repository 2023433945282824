"""Cases that share a run do not see each other; those that would are kept apart."""

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.proof.promtool_cases import alert, all_judged, case, judged, pairs, rule, series

from tocsin.proof.promtool.judge import judge
from tocsin.proof.promtool.pack import MOST_CASES, items, packs
from tocsin.proof.recordings import needed
from tocsin.proof.verdict import Proposal
from tocsin.witness.case import Case
from tocsin.witness.rule import Recording, Rule
from tocsin.witness.telemetry import Run, Series, labels


def _proposal(expr: str, *given: Series, name: str = "", number: int = 1, **own: str) -> Proposal:
    of = rule(expr, name=name or f"Rule{number}", number=number, labels=pairs(**own))
    return Proposal(of, (case(*given),))


def _sizes(*proposals: Proposal, by_name: bool = False) -> list[int]:
    return sorted(len(pack) for pack in packs(items(proposals), by_name=by_name))


A = _proposal('queue{job="a"} > 5', series("queue", (1, 11), job="a"), number=1)
B = _proposal('queue{job="b"} > 5', series("queue", (1, 11), job="b"), number=2)


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (_proposal("stack > 5", series("stack", (1, 11)), number=2), True),
        (B, True),
        (_proposal('queue{job="a", host="x"} > 5', number=2), False),
        (_proposal("queue > 5", series("queue", (1, 11), job="b"), number=2), False),
        (_proposal('queue{job="b"} > 5', series("queue", (1, 11), job="c"), number=2), False),
        (_proposal('queue{job="b"} > 5 or queue{job="a"} > 9', number=2), False),
        (_proposal('queue{job=~"b"} > 5', number=2), False),
        (_proposal('queue{job!="a"} > 5', number=2), False),
        (_proposal('queue{job=""} > 5', series("queue", (1, 11), host="x"), number=2), True),
        (_proposal('{__name__=~"q.*"} > 5', number=2), False),
        (_proposal("ALERTS > 0", number=2), False),
        (_proposal("stack > 5", series("queue", (1, 11)), number=2), False),
        (_proposal("stack > 5", series("queue", (1, 11), job="b"), number=2), True),
        (_proposal("stack > 5", name="Rule1", number=2), False),
        (_proposal("broken >", number=2), False),
    ],
)
def test_cases_are_together_only_when_neither_reads_what_the_other_has(
    other: Proposal, together: bool
) -> None:
    assert _sizes(A, other) == ([2] if together else [1, 1])


def test_rules_of_one_name_are_together_when_a_label_of_their_own_tells_them_apart() -> None:
    mine = _proposal("queue > 5", name="Same", number=1, service="a")
    assert _sizes(mine, _proposal("stack > 5", name="Same", number=2, service="b")) == [2]
    assert _sizes(mine, _proposal("stack > 5", name="Same", number=2, team="b")) == [1, 1]
    assert _sizes(mine, _proposal("stack > 5", name="Same", number=2, service="{{ $labels.b }}")) == [1, 1]


def test_what_rules_record_counts_as_well() -> None:
    recorded = Recording(record="job:queue:sum", expr='sum(queue{job="a"})', labels=pairs(job="a"))
    reads = Proposal(rule('job:queue:sum{job="a"} > 5', number=2, name="R"), (case(),), (recorded,))
    assert _sizes(A, reads) == [1, 1]
    assert _sizes(B, reads) == [2]


def test_packs_for_changed_rules_have_no_metric_in_common() -> None:
    assert _sizes(A, B, by_name=True) == [1, 1]


def test_the_grid_is_the_same_for_all() -> None:
    seldom = replace(B, cases=tuple(replace(one, every=120) for one in B.cases))
    assert _sizes(A, seldom) == [1, 1]


def test_a_pack_is_no_larger_than_it_should_be() -> None:
    many = [_proposal(f"m{n} > 5", number=n + 1) for n in range(2 * MOST_CASES + 1)]
    assert _sizes(*many) == [1, MOST_CASES, MOST_CASES]


def test_templates_that_query_stay_alone() -> None:
    asks = rule("stack > 5", name="T", number=2, annotations=pairs(a='{{ query "queue" }}'))
    assert _sizes(A, Proposal(asks, (case(),))) == [1, 1]


RECORDED = (
    Recording(record="a", expr="x"),
    Recording(record="b", expr="a + y", labels=pairs(service="s")),
    Recording(record="b", expr="z", labels=pairs(service="t")),
    Recording(record="c", expr="b"),
)


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        ("x > 0", ()),
        ("a > 0", (0,)),
        ("b > 0", (0, 1, 2)),
        ('b{service="s"} > 0', (0, 1)),
        ('b{service!="s"} > 0', (2,)),
        ('b{service="s"} > 0 or b{service="t"}', (0, 1, 2)),
        ('b{team="s"} > 0', (0, 1, 2)),
        ("c > 0", (0, 1, 2, 3)),
        ('{__name__="a"}', (0,)),
        ('{job="x"} > 0', (0, 1, 2, 3)),
        ("broken >", (0, 1, 2, 3)),
    ],
)
def test_only_the_recording_rules_that_can_be_read_are_needed(expr: str, wanted: tuple[int, ...]) -> None:
    assert needed(expr, RECORDED) == tuple(RECORDED[i] for i in wanted)


def _random_rule(dice: random.Random, number: int) -> Rule:
    metric, host = dice.choice(("queue", "stack")), dice.choice("abc")
    inner = dice.choice((f'{{host="{host}"}}', f'{{host="{host}", zone=""}}', '{zone!="y"}', ""))
    expr = dice.choice(
        (
            f"{metric}{inner} > 5",
            f"sum by (host) ({metric}{inner}) > 7",
            f"absent({metric}{inner})",
            f"{metric}{inner} > 5 unless on (host) other{inner}",
        )
    )
    own = dice.choice((pairs(service=host), pairs(service=str(number)), ()))
    return rule(
        expr, name=dice.choice(("Same", f"Own{number}")), number=number, hold=dice.choice((0, 60)), labels=own
    )


def _random_case(dice: random.Random) -> Case:
    def one() -> Series:
        named = (("__name__", dice.choice(("queue", "stack", "other"))), ("host", dice.choice("abc")))
        zone = dice.choice(("", "x", "y"))
        return Series(labels((*named, ("zone", zone))), (Run(1.0, 3), Run(float(dice.choice((1, 6, 9))), 3)))

    given = {made.labels: made for made in (one() for _ in range(dice.randint(0, 3)))}
    fires = [alert(0, 0)] if dice.random() < 0.5 else []
    return case(*given.values(), until=300, expected=fires)


@pytest.mark.tools
def test_a_verdict_is_the_same_in_company_as_alone() -> None:
    dice = random.Random(11)
    proposals = [
        Proposal(_random_rule(dice, number), tuple(_random_case(dice) for _ in range(2)))
        for number in range(1, 61)
    ]
    sizes = _sizes(*proposals)
    assert len(sizes) < 100  # of 120: some do keep company
    for one, together in zip(proposals, all_judged(proposals), strict=True):
        assert together == judged(one.rule, *one.cases), one.rule.expr


@pytest.mark.tools
def test_a_verdict_is_the_same_beside_rules_of_its_name_as_alone() -> None:
    dice = random.Random(12)
    proposals = []
    for number in range(1, 25):
        named = replace(_random_rule(dice, number), name=f"Same{number // 3}")
        proposals.append(Proposal(named, tuple(_random_case(dice) for _ in range(4))))
    own = judge(proposals)
    beside = judge(proposals, company=proposals)
    assert isinstance(own, Mapping)
    assert isinstance(beside, Mapping)
    for key, alone in own.items():
        assert tuple(replace(one, among=None) for one in beside[key]) == alone, key
    assert any(one.among and one.among.alerts != one.seen for several in beside.values() for one in several)
