"""promtool agrees with every case that is found for our own rules: pending, firing, resolved, labels."""

from functools import cache

import pytest
from tests.engines.needs import need
from tests.witness.promql.own_rules import AT_ONCE, RULES
from tests.witness.promql.rule_generator import Rules

from tocsin.engines import NotRun
from tocsin.proof.promtool.judge import judge
from tocsin.proof.verdict import Proposal
from tocsin.witness.outcome import Always, Impossible, NotFound, Outcome, Witnessed
from tocsin.witness.promql.find import find
from tocsin.witness.rule import Known, Recording, Rule, Signal

pytestmark = pytest.mark.tools
MOST_WITHOUT_A_TWIN = 0.05


def rule(name: str, expr: str, **more) -> Rule:
    """A rule that waits for five minutes."""
    more = {"hold": 0.0 if name in AT_ONCE else 300.0, **more}
    return Rule(name=name, language="promql", expr=expr, file=f"{name}.yaml", group="own", **more)


@cache
def found(name: str) -> Outcome:
    return find(rule(name, RULES[name]))


def disagreements(proposals: list[Proposal]) -> list[str]:
    """What promtool sees otherwise, for all cases of all rules, in one batch."""
    verdicts = judge(proposals)
    if isinstance(verdicts, NotRun):
        need(verdicts)
        return []
    return [
        f"{one.rule.name}: {verdict.case.name}: {verdict.words}"
        for one in proposals
        for verdict in verdicts[one.rule.id]
        if not verdict.ok
    ]


@pytest.mark.parametrize("name", RULES)
def test_every_construct_has_a_witness_that_fires_and_resolves(name: str) -> None:
    outcome = found(name)
    assert isinstance(outcome, Witnessed), outcome
    first = outcome.cases[0]
    fired = [one for one in first.expected if one.firing is not None]
    assert first.kind == "fires" and fired
    assert all(one.pending > 0 and one.firing >= one.pending + rule(name, "").hold for one in fired)
    assert any(one.resolved is not None for one in fired)
    assert first.interval <= first.every and first.series and first.story


def test_promtool_agrees_with_every_case() -> None:
    proposals = [
        Proposal(rule(n, RULES[n]), found(n).cases) for n in RULES if isinstance(found(n), Witnessed)
    ]
    assert disagreements(proposals) == []


def test_nearly_every_part_has_a_twin() -> None:
    cases = [case for name in RULES for case in found(name).cases]
    pinned = sum(case.pins is not None for case in cases)
    lacking = [words for name in RULES for words in found(name).missing if words.startswith("`")]
    assert len(lacking) <= MOST_WITHOUT_A_TWIN * (pinned + len(lacking)), lacking


RECORDED = (
    Recording(record="job:errors:rate5m", expr="sum by (job) (rate(errors_total[5m]))"),
    Recording(record="job:hits:rate5m", expr="sum by (job) (rate(hits_total[5m]))", labels=(("team", "a"),)),
    Recording(record="job:errors:share", expr="job:errors:rate5m / on (job) job:hits:rate5m"),
)


def test_recorded_metrics_are_fed_through_their_rules() -> None:
    known = Known(recordings=RECORDED)
    rules = [
        rule("recorded", "job:errors:share > 0.05"),
        rule("recorded_range", "avg_over_time(job:errors:rate5m[10m]) > 2", hold=60.0),
        rule("recorded_label", 'job:hits:rate5m{team="a", job="shop"} > 20'),
    ]
    proposals = []
    for one in rules:
        outcome = find(one, known)
        assert isinstance(outcome, Witnessed), outcome
        names = {dict(series.labels)["__name__"] for series in outcome.cases[0].series}
        assert names <= {"errors_total", "hits_total"}
        proposals.append(Proposal(one, outcome.cases, RECORDED))
    assert disagreements(proposals) == []


def test_the_contract_gives_values_types_and_buckets() -> None:
    known = Known(
        signals={
            "jobs_failed": Signal(name="jobs_failed", type="gauge", labels={"queue": ("mail", "video")}),
            "wait_seconds_bucket": Signal(
                name="wait_seconds_bucket", type="histogram", buckets=(0.1, 0.3, 1.0, 3.0)
            ),
        }
    )
    rules = [
        rule("contract", "max by (queue) (jobs_failed) > 3"),
        rule("contract_buckets", "histogram_quantile(0.9, sum by (le) (rate(wait_seconds_bucket[5m]))) > 1"),
    ]
    outcomes = [find(one, known) for one in rules]
    assert dict(outcomes[0].cases[0].series[0].labels)["queue"] == "mail"
    bounds = {dict(series.labels)["le"] for series in outcomes[1].cases[0].series}
    assert bounds <= {"0.1", "0.3", "1.0", "3.0", "+Inf"}
    assert disagreements([Proposal(r, o.cases) for r, o in zip(rules, outcomes, strict=True)]) == []


RANDOM = 80
MOST_OPEN = 0.15
"""Of rules at random, most of which contradict themselves; of rules that people write, it is one in 200."""


def test_rules_at_random_are_witnessed_or_refuted_and_promtool_agrees() -> None:
    made = [Rules(seed).rule() for seed in range(RANDOM)]
    proposals = []
    open_ = 0
    for number, expr in enumerate(made):
        one = rule(f"random_{number}", expr, hold=60.0)
        outcome = find(one, budget=1_000_000)
        open_ += isinstance(outcome, NotFound)
        assert isinstance(outcome, Witnessed | Impossible | Always | NotFound), expr
        if isinstance(outcome, Witnessed | Always) and outcome.cases:
            proposals.append(Proposal(one, outcome.cases))
    assert open_ <= MOST_OPEN * RANDOM
    assert disagreements(proposals) == []
