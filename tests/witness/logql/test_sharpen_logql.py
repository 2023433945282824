"""More cases for LogQL rules: what the first ones do not notice, and that Loki sees them as predicted."""

import pytest
from tests.engines.needs import need

from tocsin.engines import NotRun
from tocsin.proof.loki.judge import judge
from tocsin.proof.sharp.logs import sharp
from tocsin.proof.verdict import Proposal
from tocsin.witness.logql import sharpen
from tocsin.witness.logql.find import find
from tocsin.witness.logql.sharpen import sharpened
from tocsin.witness.logql.timeline import predicted
from tocsin.witness.outcome import Witnessed
from tocsin.witness.rule import Rule

FAILED = '{app="shop",env="live"} | json | __error__="" | level=~"error|fatal"'
SHARE = Rule(
    name="Share",
    language="logql",
    expr=f'sum(count_over_time({FAILED} [5m])) / sum(count_over_time({{app="shop",env="live"}} [5m])) > 0.05'
    f" and sum(count_over_time({FAILED} [5m])) >= 10",
    hold=60.0,
    every=60.0,
    file="share.yaml",
)
GROUPED = Rule(
    name="Grouped",
    language="logql",
    expr='max(sum by (user) (count_over_time({app="shop"} | logfmt | code >= 500 [2m]))) > 3',
    hold=0.0,
    every=60.0,
    file="grouped.yaml",
)


def proposal(rule: Rule) -> Proposal:
    outcome = find(rule)
    assert isinstance(outcome, Witnessed)
    return Proposal(rule, outcome.cases)


def test_what_is_added_is_as_predicted_and_has_a_name_of_its_own() -> None:
    for one in map(proposal, (SHARE, GROUPED)):
        cases = sharpened(one.rule, one.cases)
        assert cases[: len(one.cases)] == one.cases
        assert len(cases) <= len(one.cases) + sharpen.MOST
        assert len({case.name for case in cases}) == len(cases)
        for case in cases[len(one.cases) :]:
            assert case.expected == predicted(one.rule, case.streams, case.every, case.until)
            assert case.pins is not None and case.story


def test_a_rule_that_costs_too_much_keeps_its_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    one = proposal(SHARE)
    monkeypatch.setattr(sharpen, "STEPS", 100)
    assert sharpened(one.rule, one.cases) == one.cases


@pytest.mark.process
def test_mutants_that_were_not_noticed_are_and_loki_agrees() -> None:
    before = [proposal(SHARE), proposal(GROUPED)]
    after = [Proposal(one.rule, sharpened(one.rule, one.cases)) for one in before]
    verdicts = judge(after)
    if isinstance(verdicts, NotRun):
        need(verdicts)
        return
    wrong = [(one.case.name, one.words) for said in verdicts.values() for one in said if not one.ok]
    assert wrong == []
    blunt, found = sharp(before), sharp(after)
    assert not isinstance(blunt, NotRun) and not isinstance(found, NotRun)
    first, last = ([one[each.rule.id] for each in before] for one in (blunt, found))
    assert sum(len(one.survivors) for one in first) > 5
    assert sum(len(one.survivors) for one in last) <= 0.05 * sum(one.mutants for one in last)
