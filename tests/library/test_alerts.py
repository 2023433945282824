"""Every example of every alert template and pack, on promtool; and no example may be vacuous."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from alert_cases import Case, mutants, pack_cases, parsed, template_cases, worded, write
from alert_cases_packs import PACK_EXAMPLES

from tocsin import engines
from tocsin.app.workspace import pack_names, read_pack
from tocsin.engines.answers import NotRun
from tocsin.engines.tools.testrun import TestRun
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_templates
from tocsin.spec.alerts import AlertSpec
from tocsin.spec.decode import fields

HEADINGS = ("## Semantics", "## Why", "## References")
NOT_OWN = {"expr": "the expression is the user's"}
"""Templates whose thresholds are not their own."""


def all_cases() -> list[Case]:
    """Of templates and packs, PromQL only."""
    packs = (pack_cases(pack, alert, examples) for (pack, alert), examples in PACK_EXAMPLES.items())
    found = [*template_cases(), *(case for cases in packs for case in cases)]
    return [case for case in found if case.language == "promql"]


CASES = all_cases()
FIRST: dict[str, str] = {}
"""The alert of each template's and pack's examples that is held against its mutants: the first one."""
for one in CASES:
    FIRST.setdefault(one.home, one.example.alert)


def mutated(case: Case) -> bool:
    """Whether this example must help to catch mutants."""
    return FIRST[case.home] == case.example.alert and case.home not in NOT_OWN


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> TestRun:
    """One promtool for all examples and all their mutants."""
    folder = tmp_path_factory.mktemp("examples").resolve()
    tool = engines.promtool(folder)
    if isinstance(tool, NotRun):
        pytest.skip(str(tool))
    tests = [write(case, folder, number, mutated=mutated(case))[1] for number, case in enumerate(CASES)]
    run = tool.test_rules(tests)
    assert isinstance(run, TestRun), run
    assert len(run.cases) == len(CASES)
    return run


def failed_names(run: TestRun) -> Iterator[tuple[Case, set[str]]]:
    """Each case with the names of the alerts that did not do what the example says."""
    for case, outcome in zip(CASES, run.cases, strict=True):
        assert outcome.name == case.id
        text = "\n".join(failure.text for failure in outcome.failures)
        yield case, set(re.findall(r'alertname(?:: |=\\?\\?\\?")(\w+)', text))


@pytest.mark.tools
def test_every_example_does_what_it_says(judged: TestRun) -> None:
    wrong = [case.id for case, names in failed_names(judged) if "Alert" in names]
    details = "\n".join(
        failure.text
        for outcome in judged.cases
        if outcome.name in wrong
        for failure in outcome.failures
        if re.search(r'alertname(?:: |=\\?\\?\\?")Alert\b', failure.text)
    )
    assert not wrong, details
    assert not [f for c in judged.cases for f in c.failures if f.kind == "error"]


@pytest.mark.tools
def test_the_examples_of_each_alert_catch_thresholds_and_waits_that_are_off(judged: TestRun) -> None:
    killed: dict[str, set[str]] = defaultdict(set)
    known: dict[str, list[str]] = {}
    for case, names in failed_names(judged):
        if mutated(case):
            known[case.home] = [mutant.what for mutant in mutants(case)]
            killed[case.home] |= {what for i, what in enumerate(known[case.home]) if f"M{i}" in names}
    survivors = {home: left for home, whats in known.items() if (left := sorted(set(whats) - killed[home]))}
    assert not survivors


@pytest.mark.tools
def test_words_signals_and_offenders_are_what_prometheus_reads(tmp_path: Path) -> None:
    tool = engines.promtool(tmp_path.resolve())
    if isinstance(tool, NotRun):
        pytest.skip(str(tool))
    rules = [worded(case, tmp_path.resolve(), number) for number, case in enumerate(CASES)]
    verdict = tool.check_rules(rules, lint=False)
    assert not isinstance(verdict, NotRun)
    assert verdict.problems == ()


@pytest.mark.parametrize("name", alert_templates.names())
def test_a_template_says_what_it_means_and_has_examples(name: str) -> None:
    template = alert_templates.get(name)
    assert template is not None
    module = __import__(template.__module__, fromlist=["EXAMPLES"])
    assert all(heading in (module.__doc__ or "") for heading in HEADINGS)
    titles = [example.title for example in module.EXAMPLES]
    assert any(example.since for example in module.EXAMPLES), "one example fires"
    assert any(not example.since for example in module.EXAMPLES), "one example is quiet"
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", alert_templates.names())
def test_a_parameter_is_not_called_like_a_setting_of_every_alert(name: str) -> None:
    template = alert_templates.get(name)
    assert template is not None
    outer = {field.key for field in fields(AlertSpec) if not field.here}
    assert not outer & {field.key for field in fields(template) if not field.here}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_condition_has_its_words(case: Case) -> None:
    condition: Condition = case.condition
    assert condition.meaning
    if case.home == "expr":
        return
    assert condition.summary
    assert condition.measures
    assert condition.threshold_text
    assert condition.direction or condition.threshold is None


def test_every_pack_alert_has_examples() -> None:
    said = {
        (pack, alert)
        for pack in pack_names()
        for service in parsed(read_pack(pack) or "").at("services").map.values()
        for alert in (service.at("alerts").map if service.get("alerts") else {})
    }
    assert said == set(PACK_EXAMPLES)
