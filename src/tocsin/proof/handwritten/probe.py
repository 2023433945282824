"""A hand-written test as a question to promtool, and the answer: what fires, what an expression gives. Pure.

Every expectation of the question is "nothing", so that promtool 3.15.0 prints whatever there is. What was
expected in the file is compared elsewhere: that is how an expectation may leave labels out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tocsin.engines.tools.promtool_got import Unreadable, read_alerts, read_samples
from tocsin.engines.tools.testrun import Case, Failure
from tocsin.proof.handwritten.declared import PromqlTest, Test, Time
from tocsin.proof.handwritten.read import TestFile
from tocsin.proof.promtool.rule import duration
from tocsin.query.durations import read_duration
from tocsin.query.quoting import quote, unquote
from tocsin.witness.telemetry import Labels

_EXPR_ERROR = re.compile(r'\s*expr: ("(?:[^"\\]|\\.)*"), time: ([^,\n]+), err: (.*)', re.DOTALL)
_STATES = "ALERTS_FOR_STATE"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert that fires."""

    labels: Labels
    annotations: Labels


@dataclass(frozen=True, slots=True)
class Sample:
    """An element of a result."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a log query's result; `at` in nanoseconds from the test's begin."""

    labels: Labels
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Raw:
    """A result as promtool prints it that is not of floats."""

    text: str


Answer: TypeAlias = tuple[Sample, ...] | tuple[LogLine, ...] | Raw | str
"""What an expression gives; text: why it gives nothing."""
Instant: TypeAlias = tuple[str, float]
"""An alert's name or an expression, and seconds from the test's begin."""


@dataclass(slots=True)
class Got:
    """What the engines answer to the questions of one test."""

    alerts: dict[Instant, tuple[Alert, ...]] = field(default_factory=dict)
    pending: dict[Instant, float] = field(default_factory=dict)
    """Since when the first element that does not fire yet is pending."""
    results: dict[Instant, Answer] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    """Why the test could not be evaluated to its end."""


def seconds(said: Time | None) -> float:
    """An instant; promtool takes one that is not said for 0."""
    return said.seconds if said else 0.0


def promql_question(
    file: TestFile, extra: Mapping[int, Sequence[Instant]], rule_files: Sequence[str]
) -> dict[str, Any]:
    """The question for some tests of a file for Prometheus; each is named by its number.

    `extra` are those tests, with expressions that are asked for beside their own.
    """
    declared = file.declared
    order = [one.text for one in declared.group_eval_order]
    return {
        "rule_files": list(rule_files),
        "evaluation_interval": duration(file.every),
        **({"group_eval_order": order} if order else {}),
        "tests": [_promql_test(number, file.tests[number], extra[number]) for number in extra],
    }


def _promql_test(number: int, test: Test, extra: Sequence[Instant]) -> dict[str, Any]:
    assert isinstance(test, PromqlTest)
    series = [{"series": one.series.text, "values": one.values.text} for one in test.input_series]
    own = [(one.expr.text, seconds(one.eval_time)) for one in test.promql_expr_test]
    exprs = [*own, *extra]
    start = {"start_timestamp": test.start_timestamp.text} if test.start_timestamp else {}
    return {**start, **asked(number, test, series, exprs, seconds(test.interval))}


def asked(
    number: int, test: Test, series: list[dict[str, str]], exprs: Sequence[Instant], interval: float
) -> dict[str, Any]:
    """One test that asks for its alerts, and for some expressions."""
    alerts = sorted({(one.alertname.text, seconds(one.eval_time)) for one in test.alert_rule_test})
    states = [(_state(name), at) for name, at in alerts]
    external = {name: text.text for name, text in test.external_labels.items()}
    return {
        "name": str(number),
        **({"interval": duration(interval)} if interval else {}),
        **({"external_labels": external} if external else {}),
        **({"external_url": test.external_url.text} if test.external_url else {}),
        "input_series": series,
        "alert_rule_test": [{"alertname": name, "eval_time": duration(at)} for name, at in alerts],
        "promql_expr_test": [
            {"expr": expr, "eval_time": duration(at)} for expr, at in dict.fromkeys((*exprs, *states))
        ],
    }


def _state(alertname: str) -> str:
    return f"{_STATES}{{alertname={quote(alertname)}}}"


# -- the answer --------------------------------------------------------------------------------------


def read_answer(said: Case, test: Test, got: Got) -> None:
    """Add what promtool says of one test. What it does not mention was nothing, as was expected."""
    for alert in test.alert_rule_test:
        got.alerts.setdefault((alert.alertname.text, seconds(alert.eval_time)), ())
    if isinstance(test, PromqlTest):
        for expr in test.promql_expr_test:
            got.results.setdefault((expr.expr.text, seconds(expr.eval_time)), ())
    for failure in said.failures:
        try:
            _read(failure, test, got)
        except Unreadable as error:
            got.errors.append(f"promtool's answer cannot be read: {error}")


def _read(failure: Failure, test: Test, got: Got) -> None:
    at = read_duration(failure.at)
    match failure.kind, at:
        case "alert", float():
            found = tuple(Alert(*pair) for pair in read_alerts(failure.got))
            got.alerts[failure.subject, at] = (*got.alerts.get((failure.subject, at), ()), *found)
        case "expr", float():
            expr = unquote(f'"{failure.subject}"')
            if expr.startswith(_STATES):
                _read_states(expr, at, failure.got, test, got)
            else:
                got.results[expr, at] = _result(failure.got)
        case _:
            _read_error(failure.text, got)


def _result(said: str) -> Answer:
    try:
        return tuple(Sample(*pair) for pair in read_samples(said))
    except Unreadable:
        return Raw(said)


def _read_states(expr: str, at: float, said: str, test: Test, got: Got) -> None:
    """The value is the unix time at which the alert became pending: of use where that is the test's own."""
    if isinstance(test, PromqlTest) and test.start_timestamp:
        return
    since = [value for _, value in read_samples(said)]
    for alert in test.alert_rule_test:
        if since and _state(alert.alertname.text) == expr:
            got.pending[alert.alertname.text, at] = min(since)


def _read_error(text: str, got: Got) -> None:
    found = _EXPR_ERROR.match(text)
    at = read_duration(found[2]) if found else ""
    if found and isinstance(at, float):
        expr = unquote(found[1])
        if not expr.startswith(_STATES):
            got.results[expr, at] = found[3].strip()
    else:
        got.errors.append(" ".join(text.split()))
