"""What a rule compares, over the course of a case: the numbers of a plot. Calculated, never judged.

The local evaluators give the signal at each evaluation; where they do not understand a rule there is no
course, and nothing is drawn.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tocsin.query.errors import QueryError
from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Labels

MOST_POINTS = 400
_SIGNS = {">": "above", ">=": "at or above", "<": "below", "<=": "at or below"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The signal of one alert over a case; NaN where there is none. Times are seconds since its begin."""

    times: tuple[float, ...]
    values: tuple[float, ...]
    thresholds: tuple[float, ...]
    """At the same times; empty: it is compared with nothing."""
    side: str
    """`above`, `below`, ...: where it fires; empty: nothing is compared, or it is an equality."""
    alert: Alerting | None
    """Of this one, when any is expected."""
    signal: str
    """The expression that is drawn."""


class _Element(Protocol):
    @property
    def labels(self) -> Labels: ...
    @property
    def value(self) -> float: ...


_Ask = Callable[[Any, float], Sequence[_Element]]


def course(rule: Rule, case: Case, known: Known) -> Course | None:
    """None: it cannot be calculated here."""
    try:
        return _promql(rule, case, known) if rule.language == "promql" else _logql(rule, case)
    except (QueryError, ArithmeticError, ValueError, RecursionError):
        return None
    except Exception as error:  # the evaluators' own refusals have no common ground
        if type(error).__module__.startswith("tocsin.witness."):
            return None
        raise


def _promql(rule: Rule, case: Case, known: Known) -> Course:
    from tocsin.query.promql import parse
    from tocsin.query.promql.conditions import conditions
    from tocsin.witness.promql.evaluator.evaluate import Budget, vector
    from tocsin.witness.promql.evaluator.store import Store
    from tocsin.witness.promql.timeline import Recorder

    expr, budget = parse(rule.expr), Budget()
    store = Store(case.series, case.interval, case.start)
    recorders = [Recorder(one, case.every, budget) for one in known.recordings]
    for time in _evaluations(case):
        for recorder in recorders:
            recorder.record(store, case.start + time)

    def ask(part: Any, time: float) -> Sequence[_Element]:
        now = case.start + time - rule.query_offset
        return vector(part, store, now, every=case.every, budget=budget)

    return _course(rule, case, expr, conditions(expr), ask)


def _logql(rule: Rule, case: Case) -> Course:
    from tocsin.query.logql import parse
    from tocsin.query.logql.conditions import conditions
    from tocsin.witness.logql.evaluate import Plan
    from tocsin.witness.logql.store import Store

    expr, store = parse(rule.expr), Store(case.streams)
    plan = Plan(expr)
    return _course(
        rule,
        case,
        expr,
        conditions(expr),
        lambda part, time: plan.part(part, store, time - rule.query_offset),
    )


def _course(rule: Rule, case: Case, expr: Any, found: Sequence[Any], ask: _Ask) -> Course:
    main = next((one for one in found if one.role == "main"), None)
    part = main.signal if main is not None else expr
    alert = next((one for one in case.expected if one.firing is not None), None) or next(
        iter(case.expected), None
    )
    wanted = dict(alert.labels) if alert is not None else {}
    upwards = main is None or main.op in (">", ">=")
    times = tuple(_evaluations(case))
    step = max(1, math.ceil(len(times) / MOST_POINTS))
    times = times[::step]
    values = tuple(_value(ask(part, time), wanted, upwards) for time in times)
    limits: tuple[float, ...] = ()
    if main is not None:
        fixed = main.value
        limits = tuple(
            fixed if fixed is not None else _value(ask(main.threshold, time), wanted, not upwards)
            for time in times
        )
    return Course(
        times=times,
        values=values,
        thresholds=limits,
        side=_SIGNS.get(main.op, "") if main is not None else "",
        alert=alert,
        signal=rule.expr[part.start : part.end],
    )


def _evaluations(case: Case) -> Iterator[float]:
    return (i * case.every for i in range(int(case.until / case.every + 1e-9) + 1))


def _value(elements: Sequence[_Element], wanted: dict[str, str], upwards: bool) -> float:
    """The element of the alert that is meant; of several, the one that is nearest to firing."""
    mine = [one.value for one in elements if _fits(one.labels, wanted)] or [one.value for one in elements]
    real = [value for value in mine if not math.isnan(value)]
    return (max(real) if upwards else min(real)) if real else math.nan


def _fits(labels: Labels, wanted: dict[str, str]) -> bool:
    return all(wanted.get(name, value) == value for name, value in labels if name != "__name__")
