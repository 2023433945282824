"""Every construct of LogQL in a rule of our own: lines are found, and Loki sees just what was predicted."""

import pytest
from tests.engines.needs import need
from tests.witness.logql.random_queries import Source
from tests.witness.logql.rules import rules

from tocsin import engines
from tocsin.proof.loki.grid import Grid, evaluate, push
from tocsin.witness.logql.find import find
from tocsin.witness.outcome import Always, Impossible, NotFound, Witnessed
from tocsin.witness.rule import Rule
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


def test_what_is_found_of_random_rules_is_true():
    """Strange rules: some cannot fire, some are not understood; but a prediction is never wrong."""
    wrong, counts = [], {"witnessed": 0, "refuted": 0, "not found": 0}
    with need(engines.loki()).start() as server:
        for number in range(30):
            source = Source(1000 + number)
            expr = (
                f"{source.metric(2)} {source.pick(['>', '<', '>='])} {source.pick(['0', '2', '10', '0.5'])}"
            )
            rule = Rule(name="r", language="logql", expr=expr, hold=source.pick([0.0, 60.0, 300.0]))
            found = find(rule, budget=200_000)
            told = {Witnessed: "witnessed", Impossible: "refuted", Always: "refuted", NotFound: "not found"}
            counts[told[type(found)]] += 1
            for index, case in enumerate(found.cases if isinstance(found, Witnessed) else ()):
                answer = seen(server, f"x{number}c{index}", rule, case)
                if answer != case.expected:
                    wrong.append((expr, case.name, case.expected, answer))
    assert wrong == []
    assert counts["witnessed"] > 10, counts
