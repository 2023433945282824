"""The rules of the spec as a book: an escalated form is proven beside the rule that it repeats, not twice."""

from dataclasses import replace
from pathlib import Path

import pytest

from tocsin.app.workspace import open_workspace
from tocsin.diag.diagnostic import Sink
from tocsin.proof.rulebook import Book
from tocsin.proof.spec_rules import ESCALATED, book
from tocsin.witness.logql.find import find as find_lines
from tocsin.witness.logql.mutants import mutants as mutants_of_lines
from tocsin.witness.outcome import Witnessed
from tocsin.witness.promql.find import find
from tocsin.witness.promql.sharp.mutants import trees
from tocsin.witness.rule import Rule

ROOT = Path(__file__).parents[2]
LOGS = Rule(
    name="Errors", language="logql", expr='sum(count_over_time({app="a"} |= "error" [5m])) > 3', hold=120
)


@pytest.fixture(scope="module")
def greenstack() -> Book:
    opened = open_workspace(ROOT, Sink())
    assert opened is not None
    return book(opened.workspace.environments[0], opened.artifacts())


def test_every_escalated_form_knows_the_rule_that_it_repeats(greenstack: Book) -> None:
    by_title = {one.title: one.rule for one in greenstack.subjects}
    escalated = [one for one in greenstack.subjects if ESCALATED in dict(one.rule.labels)]
    assert len(escalated) > 5
    for one in escalated:
        repeated = by_title[one.rule.escalates]
        assert repeated.expr == one.rule.expr
        assert repeated.hold < one.rule.hold
        assert not repeated.escalates
    assert not any(one.rule.escalates for one in greenstack.subjects if one not in escalated)


def test_an_escalated_form_is_about_its_times_alone(greenstack: Book) -> None:
    subject = next(one for one in greenstack.subjects if one.row == "greenstack-api/ServiceDown")
    known, plain = greenstack.known(subject), subject.rule
    first, second = find(plain, known), find(replace(plain, escalates="ServiceDown"), known)
    assert isinstance(first, Witnessed)
    assert isinstance(second, Witnessed)
    assert "clause" in {case.kind for case in first.cases}
    assert second.cases == tuple(case for case in first.cases if case.pins is None)
    assert trees(plain)
    assert not trees(replace(plain, escalates="ServiceDown"))


def test_nor_is_one_of_lines() -> None:
    first, second = find_lines(LOGS), find_lines(replace(LOGS, escalates="Errors"))
    assert isinstance(first, Witnessed)
    assert isinstance(second, Witnessed)
    assert second.cases == tuple(case for case in first.cases if case.pins is None)
    assert {one.kind for one in mutants_of_lines(replace(LOGS, escalates="Errors"))} == {"hold"}
