"""Function calls: which arguments are evaluated, what becomes of labels. The numbers are in `functions_*`."""

import math
from collections.abc import Callable

from tocsin.query.promql.ast import Call, Selector
from tocsin.query.promql.walk import bare
from tocsin.witness.promql.evaluator.absent import absent, absent_over_time
from tocsin.witness.promql.evaluator.functions_histogram import fraction_of, of_buckets, quantile_of
from tocsin.witness.promql.evaluator.functions_labels import label_join, label_replace
from tocsin.witness.promql.evaluator.functions_math import PLAIN, to_multiple
from tocsin.witness.promql.evaluator.functions_numbers import greater, lesser
from tocsin.witness.promql.evaluator.functions_time import PARTS
from tocsin.witness.promql.evaluator.range_calls import RANGE_CALLS
from tocsin.witness.promql.evaluator.select import timestamps
from tocsin.witness.promql.evaluator.terms import (
    CERTAIN,
    Build,
    Element,
    Moment,
    NotUnderstood,
    OfScalar,
    OfVector,
    ScalarPlan,
    VectorPlan,
    distinct,
    nameless,
)

_FARTHEST = 1e14
"""Seconds: beyond, dates are of no use and Go's wrap around."""


def _mapped(change: Callable[[float], float]) -> Build:
    """A function of one number."""

    def build(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
        inner = of_vector(node.args[0])

        def run(moment: Moment) -> list[Element]:
            return distinct([Element(nameless(e.labels), change(e.value), e.margin) for e in inner(moment)])

        return run

    return build


def _part_of_date(part: Callable[[int], int]) -> Build:
    def build(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
        if not node.args:
            return lambda moment: [Element((), float(part(moment.t // 1000)), CERTAIN)]

        def change(seconds: float) -> float:
            if not abs(seconds) < _FARTHEST:
                raise NotUnderstood("a date so far away is not known here", node)
            return float(part(math.trunc(seconds)))

        return _mapped(change)(node, of_vector, of_scalar)

    return build


def _round(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    inner = of_vector(node.args[0])
    number = of_scalar(node.args[1]) if len(node.args) > 1 else lambda moment: 1.0

    def run(moment: Moment) -> list[Element]:
        multiple = number(moment)
        return distinct(
            [Element(nameless(e.labels), to_multiple(e.value, multiple), e.margin) for e in inner(moment)]
        )

    return run


def _clamp(least: int, most: int) -> Build:
    """`least` and `most` are the numbers of the arguments; 0: there is none."""

    def build(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
        inner = of_vector(node.args[0])
        lowest = of_scalar(node.args[least]) if least else lambda moment: -math.inf
        highest = of_scalar(node.args[most]) if most else lambda moment: math.inf

        def run(moment: Moment) -> list[Element]:
            low, high, elements = lowest(moment), highest(moment), inner(moment)
            if high < low:
                return []
            return distinct(
                [Element(nameless(e.labels), greater(low, lesser(high, e.value)), e.margin) for e in elements]
            )

        return run

    return build


def _sort(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    """NaN is last, whatever the direction."""
    inner, sign = of_vector(node.args[0]), -1 if node.name == "sort_desc" else 1

    def run(moment: Moment) -> list[Element]:
        return sorted(inner(moment), key=lambda e: (math.isnan(e.value), sign * e.value))

    return run


def _unsorted(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    """`sort_by_label`: the elements are those, their order is left as it is."""
    return of_vector(node.args[0])


def _timestamp(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    """The time of the samples of a selector; of anything else that of the evaluation."""
    arg = bare(node.args[0])
    if isinstance(arg, Selector):
        return timestamps(arg)
    inner = of_vector(arg)

    def run(moment: Moment) -> list[Element]:
        seconds = moment.t / 1000
        return distinct([Element(nameless(e.labels), seconds, e.margin) for e in inner(moment)])

    return run


def _histogram_quantile(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    number, inner = of_scalar(node.args[0]), of_vector(node.args[1])

    def run(moment: Moment) -> list[Element]:
        share = number(moment)
        return of_buckets(lambda buckets: quantile_of(share, buckets), inner, moment)

    return run


def _histogram_fraction(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    lower, upper, inner = of_scalar(node.args[0]), of_scalar(node.args[1]), of_vector(node.args[2])

    def run(moment: Moment) -> list[Element]:
        low, high = lower(moment), upper(moment)
        return of_buckets(lambda buckets: fraction_of(low, high, buckets), inner, moment)

    return run


def _vector(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    number = of_scalar(node.args[0])
    return lambda moment: [Element((), number(moment), CERTAIN)]


CALLS: dict[str, Build] = {
    **RANGE_CALLS,
    **{name: _mapped(change) for name, change in PLAIN.items()},
    **{name: _part_of_date(part) for name, part in PARTS.items()},
    "absent": absent,
    "absent_over_time": absent_over_time,
    "clamp": _clamp(1, 2),
    "clamp_max": _clamp(0, 1),
    "clamp_min": _clamp(1, 0),
    "histogram_fraction": _histogram_fraction,
    "histogram_quantile": _histogram_quantile,
    "label_join": lambda node, of_vector, of_scalar: label_join(node, of_vector(node.args[0])),
    "label_replace": lambda node, of_vector, of_scalar: label_replace(node, of_vector(node.args[0])),
    "round": _round,
    "sort": _sort,
    "sort_by_label": _unsorted,
    "sort_by_label_desc": _unsorted,
    "sort_desc": _sort,
    "timestamp": _timestamp,
    "vector": _vector,
}


def _scalar(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> ScalarPlan:
    """The only element's value; NaN when there is none, or more."""
    inner = of_vector(node.args[0])

    def run(moment: Moment) -> float:
        found = [element.value for element in inner(moment) if element.margin > 0]
        return found[0] if len(found) == 1 else math.nan

    return run


def _of_two(choose: Callable[[float, float], float]) -> Callable[[Call, OfVector, OfScalar], ScalarPlan]:
    def build(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> ScalarPlan:
        first, second = of_scalar(node.args[0]), of_scalar(node.args[1])
        return lambda moment: choose(first(moment), second(moment))

    return build


def _known(value: ScalarPlan) -> Callable[[Call, OfVector, OfScalar], ScalarPlan]:
    return lambda node, of_vector, of_scalar: value


SCALAR_CALLS: dict[str, Callable[[Call, OfVector, OfScalar], ScalarPlan]] = {
    "end": _known(lambda moment: moment.top / 1000),
    "max_of": _of_two(greater),
    "min_of": _of_two(lesser),
    "pi": _known(lambda moment: math.pi),
    "range": _known(lambda moment: 0.0),
    "scalar": _scalar,
    "start": _known(lambda moment: moment.top / 1000),
    "step": _known(lambda moment: 0.0),
    "time": _known(lambda moment: moment.t / 1000),
}
