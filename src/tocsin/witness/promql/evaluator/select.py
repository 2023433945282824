"""Selectors, ranges and subqueries at a moment: offset, `@`, left-open windows (Prometheus 3.15.0)."""

import math
from collections.abc import Callable

from tocsin.query.errors import QueryError
from tocsin.query.promql.ast import (
    Expr,
    Range,
    Selector,
    Subquery,
)
from tocsin.query.promql.walk import bare
from tocsin.query.regex import RegexError
from tocsin.query.regex_match import program
from tocsin.query.regex_tree import TooHard
from tocsin.witness.promql.evaluator.durations import When, positive, when
from tocsin.witness.promql.evaluator.functions_range import RangeFunction
from tocsin.witness.promql.evaluator.store import Matchers
from tocsin.witness.promql.evaluator.subquery import subquery
from tocsin.witness.promql.evaluator.terms import (
    CERTAIN,
    Element,
    MatrixPlan,
    Moment,
    NotUnderstood,
    VectorPlan,
    Window,
    distinct,
)


def asked(selector: Selector) -> Matchers:
    """The selector's matchers; raises NotUnderstood for a regex that is too hard."""
    for matcher in selector.matchers:
        if matcher.op in ("=~", "!~"):
            try:
                program(matcher.value, "s")
            except (TooHard, RegexError, QueryError) as error:
                raise NotUnderstood(str(error), selector) from None
    return Matchers(selector)


def instant(node: Selector) -> VectorPlan:
    """The newest sample of each series, not older than the lookback."""
    matchers, at = asked(node), when(node)

    def run(moment: Moment) -> list[Element]:
        store, ref = moment.store, at(moment)
        found = []
        for i in store.find(matchers):
            sample = store.columns[i].at(ref, moment.horizon)
            if sample is not None:
                found.append(Element(store.labels[i], sample[1], CERTAIN))
        moment.budget.spend(1 + len(found))
        return found

    return run


def timestamps(node: Selector) -> VectorPlan:
    """The times of those samples."""
    matchers, at = asked(node), when(node)

    def run(moment: Moment) -> list[Element]:
        store, ref = moment.store, at(moment)
        found = []
        for i in store.find(matchers):
            sample = store.columns[i].at(ref, moment.horizon)
            if sample is not None:
                found.append(Element(store.nameless[i], sample[0] / 1000, CERTAIN))
        moment.budget.spend(1 + len(found))
        return distinct(found)

    return run


def matrix(node: Expr, vector_plan: Callable[[Expr], VectorPlan]) -> tuple[MatrixPlan, When, int]:
    """A range of samples for each series; with it the instant of its end and its length."""
    node = bare(node)
    if isinstance(node, Range):
        return _range(node)
    if isinstance(node, Subquery):
        return subquery(node, vector_plan(node.expr))
    raise NotUnderstood("this is no range vector", node)


def of_each_series(node: Range, function: RangeFunction) -> Callable[[Moment], list[tuple[int, float]]]:
    """A function of the range of each series, by the number of the series; each result is remembered."""
    matchers, at, length = asked(node.selector), when(node), positive(node.range)
    me = object()

    def run(moment: Moment) -> list[tuple[int, float]]:
        store = moment.store
        high = at(moment)
        last = min(high, moment.horizon)
        key = (me, high, last)
        found, steps = [], 1
        for i in store.find(matchers):
            column = store.columns[i]
            value = column.remembered.get(key, math.inf)
            if value == math.inf:  # not remembered; the rare infinite result is calculated again
                times, values = column.between(high - length, last)
                value = function(times, values, high - length, high) if values else None
                column.remembered[key] = value
                steps += len(values)
            steps += 1
            if value is not None:
                found.append((i, value))
        moment.budget.spend(steps)
        return found

    return run


def _range(node: Range) -> tuple[MatrixPlan, When, int]:
    matchers, at, length = asked(node.selector), when(node), positive(node.range)

    def run(moment: Moment) -> list[Window]:
        store, high = moment.store, at(moment)
        low = high - length
        last = min(high, moment.horizon)
        found, steps = [], 1
        for i in store.find(matchers):
            times, values = store.columns[i].between(low, last)
            if values:
                steps += 1 + len(values)
                found.append(Window(store.labels[i], store.nameless[i], times, values, CERTAIN))
        moment.budget.spend(steps)
        return found

    return run, at, length
