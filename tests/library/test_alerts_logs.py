"""Every example of the log templates, on a real Loki; and no example may be vacuous.

Loki has no unit tests of rules: lines are pushed at past times, one range query gives every evaluation of the
alert's expression, and `for` is counted here as the ruler counts it.
"""

import itertools
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from alert_cases import Case, mutants, template_cases, worded

from tocsin import engines
from tocsin.engines.answers import NotRun
from tocsin.engines.series import Series
from tocsin.engines.servers.loki import RunningLoki, Stream
from tocsin.library.example import IDENTITY, Lines
from tocsin.spec.values import Duration

CASES = [case for case in template_cases() if case.language == "logql"]
FIRST: dict[str, str] = {}
for one in CASES:
    FIRST.setdefault(one.home, one.example.alert)
BASE = (math.floor(time.time()) // 3600 - 6) * 3600
"""When all examples begin: some hours ago, on the hour."""
Fires = Mapping[frozenset[tuple[str, str]], set[int]]
"""Labels to the evaluations (seconds from the beginning) at which they fire."""


@pytest.fixture(scope="module")
def loki() -> Iterator[RunningLoki]:
    """One Loki with the lines of all examples, one tenant each."""
    found = engines.loki()
    if isinstance(found, NotRun):
        pytest.skip(f"not run: {found}")
    with found.start() as running:
        for number, case in enumerate(CASES):
            if case.example.lines:
                running.push(f"case{number}", streams(case.example.lines))
        yield running


def streams(groups: tuple[Lines, ...]) -> Iterator[Stream]:
    """The lines of one example, ascending, no two at the same time."""
    by_stream: dict[frozenset[tuple[str, str]], list[tuple[int, str]]] = defaultdict(list)
    for group in groups:
        start, every = Duration.parse(group.start).ms, Duration.parse(group.every).ms
        for index in range(group.count):
            at = (BASE * 1000 + start + index * every) * 1_000_000
            by_stream[frozenset({**IDENTITY, **group.stream}.items())].append(
                (at, group.line.replace("#", str(index)))
            )
    for labels, entries in by_stream.items():
        rows = sorted(entries)
        assert len({at for at, _ in rows}) == len(rows), "give the second group another start"
        yield Stream(dict(labels), tuple(rows))


def firing(loki: RunningLoki, case: Case, number: int, expr: str, hold: Duration) -> Fires:
    """At which evaluations the alert fires."""
    step = Duration.parse(case.example.every).ms // 1000
    end = Duration.parse(case.example.until).ms // 1000
    active: dict[frozenset[tuple[str, str]], set[int]] = defaultdict(set)
    for series in loki.query_range(f"case{number}", expr, BASE, BASE + end, step):
        assert isinstance(series, Series), "an alert needs a metric query"
        active[frozenset(series.labels.items() - IDENTITY.items())] |= {
            round(at) - BASE for at, _ in series.points
        }
    return {labels: held(times, step, hold.ms // 1000) for labels, times in active.items()}


def held(times: set[int], step: int, hold: int) -> set[int]:
    """The evaluations by which it has been active for `hold`, without a gap."""
    return {at for at in times if all(at - back in times for back in range(0, hold + 1, step))}


def as_said(case: Case, fires: Fires) -> bool:
    """Whether it fires exactly when, and with the labels that, the example says."""
    example = case.example
    step = Duration.parse(example.every).ms // 1000
    if not example.since:
        return not any(fires.values())
    began, end = (Duration.parse(text).ms // 1000 for text in (example.since, example.until))
    last = end - step if example.ends else end
    expected = set(range(began, last + 1, step))
    found = {labels: times for labels, times in fires.items() if times}
    want = [frozenset(row.items()) for row in example.labels]
    return set(found) == set(want) and all(times == expected for times in found.values())


@pytest.mark.process
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.id for case in CASES])
def test_an_example_does_what_it_says(loki: RunningLoki, number: int) -> None:
    case = CASES[number]
    fires = firing(loki, case, number, case.condition.expr, case.hold)
    assert as_said(case, fires), {tuple(labels): sorted(times) for labels, times in fires.items()}


@pytest.mark.process
@pytest.mark.parametrize("home", sorted(set(FIRST) - {"logql"}))
def test_the_examples_catch_thresholds_and_waits_that_are_off(loki: RunningLoki, home: str) -> None:
    mine = [(n, c) for n, c in enumerate(CASES) if c.home == home and c.example.alert == FIRST[home]]
    killed: set[str] = set()
    for (number, case), mutant in itertools.chain.from_iterable(
        (((n, c), m) for m in mutants(c)) for n, c in mine
    ):
        if mutant.what not in killed and not as_said(
            case, firing(loki, case, number, mutant.expr, mutant.hold)
        ):
            killed.add(mutant.what)
    assert {mutant.what for _, case in mine for mutant in mutants(case)} == killed


@pytest.mark.process
def test_signals_are_queries_that_loki_answers(loki: RunningLoki) -> None:
    for number, case in enumerate(CASES):
        assert case.condition.signal is not None
        for series in loki.query_range(f"case{number}", case.condition.signal, BASE, BASE + 300, 15):
            assert isinstance(series, Series)


@pytest.mark.tools
def test_words_are_templates_and_rules_parse(tmp_path: Path) -> None:
    tool = engines.lokitool(tmp_path.resolve())
    if isinstance(tool, NotRun):
        pytest.skip(f"not run: {tool}")
    files = [worded(case, tmp_path.resolve(), number) for number, case in enumerate(CASES)]
    verdict = tool.check_rules(files)
    assert not isinstance(verdict, NotRun)
    assert verdict.problems == ()
