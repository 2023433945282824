"""Every alert template and every alert of a pack is proven by its witness, without examples' telemetry.

A witness is found from the rule alone; the real engines see it fire, and its twins stay quiet, as predicted.
Pack alerts that this repository uses are proven with its own (`tests/app/test_prove_repository.py`).
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from alert_cases import template_cases, with_template

from tocsin.app.workspace import pack_names
from tocsin.engines import NotRun
from tocsin.model.plugins import alert_templates
from tocsin.proof.loki.judge import judge as judged_by_loki
from tocsin.proof.promtool.judge import judge as judged_by_promtool
from tocsin.proof.rulebook import Book, Subject
from tocsin.proof.search import cases_of
from tocsin.proof.spec_rules import book
from tocsin.proof.verdict import CaseVerdict, Proposal
from tocsin.witness.logql.find import find as find_lines
from tocsin.witness.outcome import Outcome
from tocsin.witness.promql.find import find as find_series
from workspaces import run

HEAD = """\
tocsin: 1
name: shop
identity: {cluster: eu1, environment: production}
team: platform
links: {grafana: https://grafana.example.org}
receivers: {chat: {slack: {channel: "#alerts", api_url_file: /run/secrets/slack_url}}}
teams: {platform: {page: chat, chat: chat}}
severities: {critical: {notify: [chat]}, warning: {notify: [chat]}}
fallback: chat
"""
OWN = {
    alert
    for file in (Path(__file__).parents[2] / "alerts").glob("*.yaml")
    for alert in re.findall(r"(?m)^ +- alert: (\w+)$", file.read_text("utf-8"))
}


@cache
def whole() -> tuple[Book, Mapping[str, Subject]]:
    """One spec with a service for each different alert of the examples, and all packs; its alerts by name."""
    distinct = {(one.home, one.example.contract, one.example.alert): None for one in template_cases()}
    text = f"{HEAD}packs: [{', '.join(pack_names())}]\nservices:\n"
    for number, (home, contract, alert) in enumerate(distinct):
        own = f"{contract.strip()}\nalerts:\n  Alert{number}: {with_template(home, alert)}\n"
        text += f"  {home}-{number}:\n" + textwrap.indent(own, "    ")
    made = run(text)
    assert made.workspace is not None, made.text
    found = book(made.workspace.environments[0], made.artifacts)
    wanted = (one for one in found.subjects if one.alert is not None and one.rule.name not in OWN)
    return found, {one.row: one for one in wanted}


def home(row: str) -> str:
    """`error-ratio` of `error-ratio-5/Alert5`; of a pack's alert its own name."""
    service, _, alert = row.partition("/")
    return service.rpartition("-")[0] if alert.startswith("Alert") and alert[5:].isdigit() else row


@cache
def outcomes() -> Mapping[str, Outcome]:
    """What is found of each."""
    found, subjects = whole()
    finds = {"promql": find_series, "logql": find_lines}
    return {row: finds[one.rule.language](one.rule, found.known(one)) for row, one in subjects.items()}


@cache
def verdicts(language: str) -> Mapping[str, Sequence[CaseVerdict]] | NotRun:
    """What the engine of a language makes of all cases, in one call."""
    found, subjects = whole()
    asked = [
        Proposal(one.rule, cases_of(outcomes()[row]), found.known(one).recordings)
        for row, one in subjects.items()
        if one.rule.language == language
    ]
    said = (judged_by_loki if language == "logql" else judged_by_promtool)(asked)
    if isinstance(said, NotRun):
        return said
    return {row: said.get(one.rule.id, ()) for row, one in subjects.items() if one.rule.language == language}


def rows() -> list[object]:
    """Each alert, with the engine that it needs."""
    marks = {"promql": pytest.mark.tools, "logql": pytest.mark.process}
    return [pytest.param(row, marks=marks[one.rule.language]) for row, one in whole()[1].items()]


def test_every_template_is_among_them() -> None:
    assert {name for name, _ in alert_templates} - {home(row) for row in whole()[1]} == set()


@pytest.mark.parametrize("row", rows())
def test_it_fires_and_stays_quiet_as_predicted(row: str) -> None:
    outcome = outcomes()[row]
    cases = cases_of(outcome)
    assert cases and cases[0].fires, outcome
    said = verdicts(whole()[1][row].rule.language)
    if isinstance(said, NotRun):
        pytest.skip(str(said))
    assert len(said[row]) == len(cases)
    assert [(one.case.name, one.words) for one in said[row] if not one.ok] == []
    assert not all(one.fires for one in cases), "no quiet twin"
