"""What decides whether an alert fires, to be shown when it did not: each signal that is compared. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tocsin.proof.compare import shown
from tocsin.proof.handwritten.declared import Test
from tocsin.proof.handwritten.probe import Answer, Got, Instant, Sample, seconds
from tocsin.proof.handwritten.read import TestFile
from tocsin.query import logql, promql
from tocsin.query.conditions import Condition
from tocsin.query.errors import QueryError
from tocsin.query.logql.conditions import conditions as of_logql
from tocsin.query.numbers import show_number
from tocsin.query.promql.conditions import conditions as of_promql
from tocsin.witness.rule import Rule

_MOST_ELEMENTS = 3
_MOST_CONDITIONS = 4
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison of a rule: `signal op threshold`, in its own words."""

    signal: str
    op: str
    threshold: str


def asked_signals(file: TestFile, test: Test) -> tuple[Instant, ...]:
    """What to ask for, where an alert is expected to fire."""
    return tuple(
        (one.signal, seconds(alert.eval_time))
        for alert in test.alert_rule_test
        if alert.exp_alerts
        for subject in file.rules.named(alert.alertname.text)
        for one in compared(subject.rule)
    )


def compared(rule: Rule) -> tuple[Compared, ...]:
    """The comparisons that decide whether the rule gives anything."""
    try:
        found = _conditions(rule)
    except QueryError:
        return ()
    return tuple(one for one in found if one is not None)[:_MOST_CONDITIONS]


def _conditions(rule: Rule) -> list[Compared | None]:
    if rule.language == "logql":
        return [_compared(rule.expr, one) for one in of_logql(logql.parse(rule.expr))]
    return [_compared(rule.expr, one) for one in of_promql(promql.parse(rule.expr))]


def _compared(text: str, one: Condition[Any]) -> Compared | None:
    if one.role == "exception":
        return None
    signal, threshold = one.signal, one.threshold
    return Compared(text[signal.start : signal.end], one.op, text[threshold.start : threshold.end])


def told_signals(file: TestFile, alertname: str, at: float, got: Got) -> Iterator[str]:
    """`sum(rate(x[5m]))` is 3, and has to be > 5."""
    for subject in file.rules.named(alertname):
        for one in compared(subject.rule):
            values = _values(got.results.get((one.signal, at), ()))
            if values:
                yield f"`{_short(one.signal)}` {values}, and has to be {one.op} {_short(one.threshold)}"


def _values(answer: Answer) -> str:
    if not isinstance(answer, tuple):
        return ""
    samples = [one for one in answer if isinstance(one, Sample)]
    if not samples:
        return "gives nothing"
    more = f" and {len(samples) - _MOST_ELEMENTS} more" if len(samples) > _MOST_ELEMENTS else ""
    return "is " + ", ".join(_value(one) for one in samples[:_MOST_ELEMENTS]) + more


def _value(one: Sample) -> str:
    labels = tuple(pair for pair in one.labels if pair[0] != "__name__")
    return show_number(one.value) + (f" for {shown(labels)}" if labels else "")


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _WIDEST else plain[: _WIDEST - 3] + "..."
