"""promtool as the judge of values: what do many expressions evaluate to over many little sets of series?

Every expectation is wrong on purpose, so that promtool 3.15.0 says what it `got`.
"""

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.engines.needs import need

from tocsin import engines
from tocsin.engines import tool
from tocsin.engines.answers import DidNotRun
from tocsin.engines.tools.testrun import read_junit
from tocsin.query.promql import parse
from tocsin.witness.promql.evaluator.evaluate import EngineRefuses, NotUnderstood, Store, vector
from tocsin.witness.telemetry import Gap, Labels, Sample, Series

_ELEMENT = re.compile(r"\{((?:[^\"}]|\"(?:[^\"\\]|\\.)*\")*)\} (\S+?)(?:, |$)")
_LABEL = re.compile(r'([^\s,={}"]+|"(?:[^"\\]|\\.)*")="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Setting:
    """Some series and what is asked about them: expressions at seconds after the first sample."""

    series: tuple[Series, ...]
    interval: float
    asked: tuple[tuple[str, float], ...]
    start: float = 0.0
    every: float = 60.0


Answer = dict[Labels, float] | str | None
"""Elements by their labels, or the engine's error; None: it is not understood here."""


def written(sample: Sample) -> str:
    """A sample as promtool reads it."""
    if isinstance(sample, Gap):
        return sample.value
    return "NaN" if math.isnan(sample) else repr(float(sample)).replace("inf", "Inf")


def named(labels: Labels) -> str:
    """A series as promtool reads it."""
    return "{" + ",".join(f"{json.dumps(name)}={json.dumps(value)}" for name, value in labels) + "}"


def promtool(folder: Path, settings: Sequence[Setting]) -> list[list[Answer]]:
    """The engine's answers, for each setting one for each question. One process for each interval."""
    answers: dict[int, list[Answer]] = {}
    for every in sorted({setting.every for setting in settings}):
        chosen = [i for i, setting in enumerate(settings) if setting.every == every]
        found = _run(folder, [settings[i] for i in chosen], every)
        answers |= dict(zip(chosen, found, strict=True))
    return [answers[i] for i in range(len(settings))]


def _run(folder: Path, settings: Sequence[Setting], every: float) -> list[list[Answer]]:
    tests = [_test(f"t{i}", setting) for i, setting in enumerate(settings)]
    document = {"evaluation_interval": f"{round(every * 1000)}ms", "rule_files": [], "tests": tests}
    file, report = folder / "tests.yaml", folder / "junit.xml"
    file.write_text(json.dumps(document), "utf-8")
    tools = need(engines.promtool(folder))
    result = tool.run(tools.found, ("test", "rules", f"--junit={report}", str(file)), cwd=folder)
    if isinstance(result, DidNotRun):
        pytest.skip(f"not run: {result}")
    cases = read_junit(report.read_text("utf-8"))
    assert len(cases) == len(tests), result.stderr[:2000]
    answers = [[_answer(failure.text) for failure in case.failures] for case in cases]
    for given, setting in zip(answers, settings, strict=True):
        assert len(given) == len(setting.asked), (setting.asked, given)
    return answers


def _test(name: str, setting: Setting) -> dict[str, object]:
    series = [
        {"series": named(one.labels), "values": " ".join(map(written, one.samples()))}
        for one in setting.series
    ]
    wrong = [{"labels": '{no="such"}', "value": 0}]
    asked = [
        {"expr": expr, "eval_time": f"{round(at * 1000)}ms", "exp_samples": wrong}
        for expr, at in setting.asked
    ]
    test: dict[str, object] = {
        "name": name,
        "interval": f"{round(setting.interval * 1000)}ms",
        "input_series": series,
        "promql_expr_test": asked,
    }
    return test | ({"start_timestamp": str(setting.start)} if setting.start else {})


def _answer(text: str) -> Answer:
    if "got: " not in text:
        return text.partition("err: ")[2] or text
    got = text.rpartition("got: ")[2].strip()
    if got == "nil":
        return {}
    return {
        tuple(
            sorted(
                (json.loads(n) if n[0] == '"' else n, json.loads(f'"{v}"')) for n, v in _LABEL.findall(inside)
            )
        ): float(value)
        for inside, value in _ELEMENT.findall(got)
    }


def ours(setting: Setting) -> list[Answer]:
    """The same of the local evaluator."""
    store = Store(setting.series, setting.interval, setting.start)
    last = max(at for _, at in setting.asked)
    horizon = setting.start + last // setting.every * setting.every  # promtool loads no more
    answers: list[Answer] = []
    for expr, at in setting.asked:
        try:
            found = vector(parse(expr), store, setting.start + at, every=setting.every, horizon=horizon)
        except EngineRefuses as error:
            answers.append(error.words)
        except NotUnderstood:
            answers.append(None)
        else:
            answers.append({element.labels: element.value for element in found})
            assert len(found) == len({element.labels for element in found}) or "topk" in expr
    return answers


def differ(ours: Answer, theirs: Answer, tolerance: float = 1e-11) -> bool:
    """Whether the two answers are different; errors are equal to each other."""
    if ours is None or theirs is None:
        return False
    if isinstance(ours, str) or isinstance(theirs, str):
        return isinstance(ours, str) != isinstance(theirs, str)
    return ours.keys() != theirs.keys() or not all(
        _same(value, theirs[labels], tolerance) for labels, value in ours.items()
    )


def _same(first: float, second: float, tolerance: float) -> bool:
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    return first == second or math.isclose(first, second, rel_tol=tolerance, abs_tol=1e-13)


def differences(folder: Path, settings: Sequence[Setting]) -> list[tuple[str, float, Answer, Answer]]:
    """All questions on which promtool and we are of different opinion."""
    found = []
    for setting, theirs in zip(settings, promtool(folder, settings), strict=True):
        for (expr, at), mine, real in zip(setting.asked, ours(setting), theirs, strict=True):
            if differ(mine, real):
                found.append((expr, at, mine, real))
    return found


def series(name: str, samples: Iterable[Sample], **labels: str) -> Series:
    """A series by its samples."""
    from tocsin.witness.telemetry import runs

    return Series(tuple(sorted({"__name__": name, **labels}.items())), runs(samples))
