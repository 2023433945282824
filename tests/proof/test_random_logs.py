"""Log alerts at random: each is witnessed and Loki agrees with all its cases, or it is refuted with a reason,
or honestly not found. `TOCSIN_RANDOM_ALERTS=2000` runs more of them. Those on metrics: `witness/promql`.
"""

import os
from collections import Counter

import pytest
from tests.engines.needs import need
from tests.witness.logql.random_queries import Source

from tocsin.engines import NotRun
from tocsin.proof.loki.judge import judge
from tocsin.proof.verdict import Proposal
from tocsin.witness.logql.find import find
from tocsin.witness.outcome import Always, Impossible, Witnessed
from tocsin.witness.rule import Rule

COUNT = int(os.environ.get("TOCSIN_RANDOM_ALERTS", "40"))
MOST_NOT_FOUND = 0.4
"""Most of those contradict themselves in ways that nobody writes."""


def rule(number: int) -> Rule:
    return Rule(
        name=f"Random{number}",
        language="logql",
        expr=f"{Source(number).query()} > {number % 7}",
        hold=(0.0, 60.0, 300.0)[number % 3],
        file=f"random-{number}.yaml",
        group="random",
    )


@pytest.mark.process
def test_loki_agrees_with_whatever_is_found():
    found = {one: find(one) for one in map(rule, range(COUNT))}
    proposals = [
        Proposal(one, outcome.cases) for one, outcome in found.items() if isinstance(outcome, Witnessed)
    ]
    verdicts = judge(proposals)
    if isinstance(verdicts, NotRun):
        need(verdicts)
        return
    seen = [(one.rule, verdict) for one in proposals for verdict in verdicts[one.rule.id]]
    assert [f"{one.expr}: {v.case.name}: {v.words}" for one, v in seen if not v.ok] == []
    ended = Counter(type(outcome).__name__ for outcome in found.values())
    assert ended["Witnessed"] and ended["Impossible"], ended
    assert ended["NotFound"] <= MOST_NOT_FOUND * COUNT, ended
    for outcome in found.values():
        if isinstance(outcome, Impossible | Always):
            assert outcome.reason.start < outcome.reason.end and outcome.reason.words
