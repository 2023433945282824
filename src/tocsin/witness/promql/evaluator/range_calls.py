"""Calls of functions of a range vector: one element for each series that has samples in the range."""

import math

from tocsin.query.promql.ast import Call, Range
from tocsin.query.promql.walk import bare
from tocsin.witness.promql.evaluator.functions_over_time import KEEPS_NAME, OVER_TIME
from tocsin.witness.promql.evaluator.functions_range import COURSE, RangeFunction, regression, smoothed
from tocsin.witness.promql.evaluator.functions_statistics import quantile
from tocsin.witness.promql.evaluator.select import matrix, of_each_series
from tocsin.witness.promql.evaluator.terms import (
    CERTAIN,
    Build,
    Element,
    EngineRefuses,
    Moment,
    OfScalar,
    OfVector,
    VectorPlan,
    Window,
    distinct,
)


def _over_range(function: RangeFunction) -> Build:
    def build(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
        arg, keeps_name = bare(node.args[-1]), node.name in KEEPS_NAME
        if isinstance(arg, Range):
            return _over_series(arg, function, keeps_name=keeps_name)
        windows, at, length = matrix(arg, of_vector)

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


def _over_series(node: Range, function: RangeFunction, *, keeps_name: bool) -> VectorPlan:
    of_series = of_each_series(node, function)

    def run(moment: Moment) -> list[Element]:
        store = moment.store
        names = store.labels if keeps_name else store.nameless
        return distinct([Element(names[i], value, CERTAIN) for i, value in of_series(moment)])

    return run


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

        def value(window: Window) -> float:
            slope, here = regression(window.times, window.values, moment.t)
            return slope * ahead + here

        return distinct(
            [Element(w.nameless, value(w), w.margin) for w in windows(moment) if len(w.values) > 1]
        )

    return run


def _smoothing(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    """`double_exponential_smoothing` (experimental in 3.15.0)."""
    windows, _, _ = matrix(node.args[0], of_vector)
    level, trend = of_scalar(node.args[1]), of_scalar(node.args[2])

    def run(moment: Moment) -> list[Element]:
        factors = level(moment), trend(moment)
        found = [w for w in windows(moment) if len(w.values) > 1]
        if found and not all(0 < factor < 1 or math.isnan(factor) for factor in factors):
            raise EngineRefuses("invalid smoothing or trend factor. Expected: 0 < factor < 1")
        return distinct([Element(w.nameless, smoothed(w.values, *factors), w.margin) for w in found])

    return run


RANGE_CALLS: dict[str, Build] = {
    **{name: _over_range(function) for name, function in (COURSE | OVER_TIME).items()},
    "double_exponential_smoothing": _smoothing,
    "predict_linear": _predict_linear,
    "quantile_over_time": _quantile_over_time,
}
