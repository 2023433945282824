"""Every construct of LogQL in a rule of our own: lines are found, and Loki sees just what was predicted."""

import pytest
from tests.engines.needs import need
from tests.witness.logql.rules import rules

from tocsin import engines
from tocsin.proof.loki_grid import Grid, evaluate, push
from tocsin.witness.logql.find import find
from tocsin.witness.outcome import Witnessed
from tocsin.witness.states import alertings

pytestmark = pytest.mark.process


def seen(server, tenant, rule, case):
    """The alerts that a ruler would make of what Loki gives; or what Loki says against it."""
    push(server, tenant, case.streams)
    grid = evaluate(server, tenant, rule.expr, every=case.every, until=case.until)
    if not isinstance(grid, Grid):
        return grid.words
    return alertings(grid.present, case.every, rule.hold, rule.keep, rule.limit)


def test_every_rule_is_witnessed_and_loki_agrees():
    wrong, missing, pinned = [], [], 0
    with need(engines.loki()).start() as server:
        for number, rule in enumerate(rules()):
            found = find(rule)
            if not isinstance(found, Witnessed):
                missing.append((rule.name, found))
                continue
            assert found.cases[0].kind == "fires" and found.cases[0].fires
            pinned += sum(case.pins is not None for case in found.cases)
            for index, case in enumerate(found.cases):
                answer = seen(server, f"r{number}c{index}", rule, case)
                if answer != case.expected:
                    wrong.append((rule.name, case.name, case.expected, answer))
    assert missing == []
    assert wrong == []
    assert pinned > 2 * len(rules())
