"""Function calls: which arguments are evaluated, what becomes of labels. The numbers are in `functions_*`."""

import math
from collections.abc import Callable
from typing import TypeAlias

from tocsin.query.promql.ast import Call, Expr, Selector
from tocsin.query.promql.walk import bare
from tocsin.witness.promql.aggregations import quantile
from tocsin.witness.promql.evaluate_select import labels_of_absent, matrix, timestamps
from tocsin.witness.promql.evaluate_terms import (
    CERTAIN,
    Element,
    Moment,
    ScalarPlan,
    VectorPlan,
    distinct,
    nameless,
)
from tocsin.witness.promql.functions_math import PLAIN
from tocsin.witness.promql.functions_over_time import KEEPS_NAME, OVER_TIME
from tocsin.witness.promql.functions_range import COURSE, RangeFunction, regression

OfVector: TypeAlias = Callable[[Expr], VectorPlan]
OfScalar: TypeAlias = Callable[[Expr], ScalarPlan]
Build: TypeAlias = Callable[[Call, OfVector, OfScalar], VectorPlan]


def _over_range(function: RangeFunction) -> Build:
    def build(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
        windows, at, length = matrix(node.args[-1], of_vector)
        keeps_name = node.name in KEEPS_NAME

        def run(moment: Moment) -> list[Element]:
            high = at(moment)
            found = []
            for labels, without_name, times, values, margin in windows(moment):
                value = function(times, values, high - length, high)
                if value is not None:
                    found.append(Element(labels if keeps_name else without_name, value, margin))
            return distinct(found)

        return run

    return build


def _quantile_over_time(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    windows, _, _ = matrix(node.args[1], of_vector)
    number = of_scalar(node.args[0])

    def run(moment: Moment) -> list[Element]:
        share = number(moment)
        return distinct([Element(w.nameless, quantile(share, w.values), w.margin) for w in windows(moment)])

    return run


def _predict_linear(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    windows, _, _ = matrix(node.args[0], of_vector)
    number = of_scalar(node.args[1])

    def run(moment: Moment) -> list[Element]:
        ahead = number(moment)
        found = []
        for window in windows(moment):
            if len(window.values) >= 2:
                slope, here = regression(window.times, window.values, moment.t)
                found.append(Element(window.nameless, slope * ahead + here, window.margin))
        return distinct(found)

    return run


def _absent(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    inner, labels = of_vector(node.args[0]), labels_of_absent(node)

    def run(moment: Moment) -> list[Element]:
        found = inner(moment)
        margin = -max(element.margin for element in found) if found else CERTAIN
        return [Element(labels, 1.0, margin)] if margin > 0 or moment.hopeful else []

    return run


def _absent_over_time(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    windows, labels = matrix(node.args[0], of_vector)[0], labels_of_absent(node)

    def run(moment: Moment) -> list[Element]:
        found = windows(moment)
        margin = -max(window.margin for window in found) if found else CERTAIN
        return [Element(labels, 1.0, margin)] if margin > 0 or moment.hopeful else []

    return run


def _mapped(change: Callable[[float], float]) -> Build:
    def build(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
        inner = of_vector(node.args[0])

        def run(moment: Moment) -> list[Element]:
            return distinct([Element(nameless(e.labels), change(e.value), e.margin) for e in inner(moment)])

        return run

    return build


def _timestamp(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    arg = bare(node.args[0])
    if isinstance(arg, Selector):
        return timestamps(arg)
    inner = of_vector(arg)

    def run(moment: Moment) -> list[Element]:
        seconds = moment.t / 1000
        return distinct([Element(nameless(e.labels), seconds, e.margin) for e in inner(moment)])

    return run


def _vector(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    number = of_scalar(node.args[0])
    return lambda moment: [Element((), number(moment), CERTAIN)]


CALLS: dict[str, Build] = {
    **{name: _over_range(function) for name, function in (COURSE | OVER_TIME).items()},
    **{name: _mapped(change) for name, change in PLAIN.items()},
    "absent": _absent,
    "absent_over_time": _absent_over_time,
    "predict_linear": _predict_linear,
    "quantile_over_time": _quantile_over_time,
    "timestamp": _timestamp,
    "vector": _vector,
}


def _scalar(node: Call, of_vector: OfVector) -> ScalarPlan:
    inner = of_vector(node.args[0])

    def run(moment: Moment) -> float:
        found = [element.value for element in inner(moment) if element.margin > 0]
        return found[0] if len(found) == 1 else math.nan

    return run


def _time(node: Call, of_vector: OfVector) -> ScalarPlan:
    return lambda moment: moment.t / 1000


def _pi(node: Call, of_vector: OfVector) -> ScalarPlan:
    return lambda moment: math.pi


SCALAR_CALLS: dict[str, Callable[[Call, OfVector], ScalarPlan]] = {
    "pi": _pi,
    "scalar": _scalar,
    "time": _time,
}
