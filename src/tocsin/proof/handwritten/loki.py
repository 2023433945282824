"""The tests of a file for Loki: a real Loki gives grids and results, promtool makes alerts of the grids.

A rule's grid is shown to promtool as a made-up metric of its own, so that `for`, `keep_firing_for`, `limit`,
labels and annotations are what the rulers' common code makes of them (see `proof.loki.judge`).
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import local
from typing import Any

from tocsin.engines import series
from tocsin.engines.answers import Refused
from tocsin.engines.servers.loki import RunningLoki
from tocsin.proof.handwritten.declared import LogqlTest
from tocsin.proof.handwritten.probe import Answer, Got, LogLine, Sample, asked, seconds
from tocsin.proof.handwritten.read import TestFile
from tocsin.proof.handwritten.signals import asked_signals
from tocsin.proof.handwritten.streams import stream
from tocsin.proof.loki.grid import METRIC, START, Grid, Refusal, answer, evaluate, push
from tocsin.proof.promtool.rule import duration, rule_file
from tocsin.proof.rulebook import Subject
from tocsin.proof.testfile.series import series_text, values_text
from tocsin.query import logql
from tocsin.query.logql.ast import Logs
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Series, labels

_THREADS = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """What Loki said of one test: the grids of the rules it names, and everything else as it is."""

    number: int
    grids: tuple[tuple[Subject, Grid], ...]
    got: Got


def ask(file: TestFile, numbers: Sequence[int], loki: RunningLoki) -> tuple[Heard, ...]:
    """Put every test's lines into a tenant of its own, and ask. Raises `EngineError` when Loki dies."""
    own = local()

    def one(number: int) -> Heard:
        if not hasattr(own, "loki"):
            own.loki = loki.beside()
        return _ask(file, number, own.loki)

    with ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(one, numbers))


def _ask(file: TestFile, number: int, loki: RunningLoki) -> Heard:
    test = file.tests[number]
    assert isinstance(test, LogqlTest)
    tenant, got = uuid.uuid4().hex, Got()
    interval = seconds(test.interval) or file.every
    try:
        push(loki, tenant, [stream(said, interval) for said in test.input_streams])
    except Refused as error:
        got.errors.append(f"Loki does not take the lines: {answer(error)}")
        return Heard(number, (), got)
    own = [(expr.expr.text, seconds(expr.eval_time)) for expr in test.logql_expr_test]
    for expr, at in dict.fromkeys((*own, *asked_signals(file, test))):
        got.results[expr, at] = _result(loki, tenant, expr, at)
    return Heard(number, tuple(_grids(file, test, loki, tenant, got)), got)


def _grids(
    file: TestFile, test: LogqlTest, loki: RunningLoki, tenant: str, got: Got
) -> Iterator[tuple[Subject, Grid]]:
    until: dict[str, float] = {}
    for alert in test.alert_rule_test:
        name = alert.alertname.text
        until[name] = max(until.get(name, 0.0), seconds(alert.eval_time))
    for name, end in until.items():
        for subject in file.rules.named(name):
            rule = subject.rule
            grid = evaluate(loki, tenant, rule.expr, every=rule.every, until=end, offset=rule.query_offset)
            if isinstance(grid, Refusal):
                got.errors.append(f"Loki does not evaluate `{name}` ({subject.said.name}): {grid.words}")
            else:
                yield subject, grid


def _result(loki: RunningLoki, tenant: str, expr: str, at: float) -> Answer:
    """An instant query of numbers; of lines all that there are until then."""
    try:
        if not isinstance(logql.parse(expr), Logs):
            found = loki.query(tenant, expr, START + at)
            vector = [one for one in found if isinstance(one, series.Series) and one.points]
            return tuple(Sample(labels(one.labels.items()), one.points[0][1]) for one in vector)
        streams = loki.query_range(tenant, expr, START - 1, START + at + 0.001, 1)
    except Refused as error:
        return answer(error)
    lines = (
        LogLine(labels(one.labels.items()), text, at - START * 10**9)
        for one in streams
        if isinstance(one, series.Lines)
        for at, text in one.entries
    )
    return tuple(sorted(lines, key=lambda line: (line.at, line.labels)))


# -- as a question to promtool -------------------------------------------------------------------------


def question(file: TestFile, heard: Sequence[Heard]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rule file and test file: every rule that is asked for, on a metric of its own."""
    rules = dict.fromkeys(subject.rule for one in heard for subject, _ in one.grids)
    metrics = {rule: f"{METRIC}_{number}" for number, rule in enumerate(rules)}
    tests = [_test(file, one, metrics) for one in heard if one.grids]
    groups = [_group(rule, metric) for rule, metric in metrics.items()]
    return {"groups": groups}, {"evaluation_interval": duration(file.every), "tests": tests}


def _group(rule: Rule, metric: str) -> dict[str, Any]:
    """A product has no name: neither has a result of LogQL."""
    shown = replace(rule, language="promql", expr=f"{metric} * 1", query_offset=0.0)
    return {**rule_file(shown)["groups"][0], "name": metric}


def _test(file: TestFile, heard: Heard, metrics: Mapping[Rule, str]) -> dict[str, Any]:
    shown = [_notation(metrics[subject.rule], one) for subject, grid in heard.grids for one in grid.series()]
    return asked(heard.number, file.tests[heard.number], shown, (), file.every)


def _notation(metric: str, one: Series) -> dict[str, str]:
    named = labels((name, metric if name == "__name__" else value) for name, value in one.labels)
    return {"series": series_text(named), "values": values_text(one.runs)}
