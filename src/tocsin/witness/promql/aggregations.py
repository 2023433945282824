"""Aggregations over an instant vector (Prometheus 3.15.0). What is not there never counts.

A group of which nothing is there is kept, for a search, with the value it would have.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from tocsin.query.nodes import Grouping
from tocsin.witness.promql.evaluate_margin import distance
from tocsin.witness.promql.evaluate_terms import (
    Element,
    EngineRefuses,
    Moment,
    ScalarPlan,
    VectorPlan,
    distinct,
)
from tocsin.witness.promql.matching import LabelChange, dropped, kept
from tocsin.witness.telemetry import Labels

_FAR = -1e7


def inc(more: float, total: float, lost: float) -> tuple[float, float]:
    """One step of a sum that carries along what rounding loses (Neumaier)."""
    new = total + more
    if math.isinf(new):
        return new, 0.0
    if abs(total) >= abs(more):
        return new, lost + ((total - new) + more)
    return new, lost + ((more - new) + total)


def total(values: Sequence[float]) -> float:
    """Their sum, with what rounding loses (Neumaier)."""
    if len(values) == 1:
        return values[0] + 0.0  # no negative zero
    result = lost = 0.0
    for value in values:
        new = result + value
        lost += (result - new) + value if abs(result) >= abs(value) else (value - new) + result
        result = new
    return result if math.isinf(result) else result + lost


def mean(values: Sequence[float]) -> float:
    """Their mean; step by step from where the sum would be infinite."""
    result, lost = values[0], 0.0
    for count, value in enumerate(values[1:], 2):
        more, more_lost = inc(value, result, lost)
        if math.isinf(more):
            return _careful_mean(values[count - 1 :], result / (count - 1), lost / (count - 1), count - 1)
        result, lost = more, more_lost
    return result / len(values) + lost / len(values)


def _careful_mean(values: Sequence[float], result: float, lost: float, count: int) -> float:
    for value in values:
        count += 1
        share = (count - 1) / count
        result, lost = inc(value / count, share * result, share * lost)
    return result + lost


def highest(values: Sequence[float]) -> float:
    """The greatest; NaN only when there is nothing else."""
    result = values[0]
    for value in values:
        if result < value or math.isnan(result):
            result = value
    return result


def lowest(values: Sequence[float]) -> float:
    """The least; NaN only when there is nothing else."""
    result = values[0]
    for value in values:
        if result > value or math.isnan(result):
            result = value
    return result


def variance(values: Sequence[float]) -> float:
    """The variance of all (not of a sample)."""
    result = 0.0 if math.isfinite(values[0]) else math.nan
    centre = values[0]
    for count, value in enumerate(values[1:], 2):
        gap = value - centre
        centre += gap / count
        result += gap * (value - centre)
    return result / len(values)


def deviation(values: Sequence[float]) -> float:
    """The standard deviation."""
    return _root(variance(values))


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def quantile(share: float, values: Sequence[float]) -> float:
    """Interpolated between the two nearest; NaN values are the lowest."""
    if not values or math.isnan(share):
        return math.nan
    if not 0 <= share <= 1:
        return -math.inf if share < 0 else math.inf
    ordered = sorted(values, key=lambda v: (not math.isnan(v), v))
    rank = share * (len(ordered) - 1)
    below = max(0, math.floor(rank))
    above = min(len(ordered) - 1, below + 1)
    weight = rank - math.floor(rank)
    return ordered[below] * (1 - weight) + ordered[above] * weight


FOLDS: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": total,
    "avg": mean,
    "count": lambda values: float(len(values)),
    "min": lowest,
    "max": highest,
    "group": lambda values: 1.0,
    "stddev": deviation,
    "stdvar": variance,
}


def group_key(grouping: Grouping | None, *more: str) -> LabelChange:
    """The labels of the group that an element belongs to."""
    if grouping is None:
        return kept(more)
    if grouping.without:
        return dropped(("__name__", *grouping.names))
    return kept((*grouping.names, *more))


def _grouped(elements: list[Element], key: LabelChange) -> dict[Labels, list[Element]]:
    groups: dict[Labels, list[Element]] = {}
    for element in elements:
        at = key(element.labels)
        if at in groups:
            groups[at].append(element)
        else:
            groups[at] = [element]
    return groups


def fold(
    calculate: Callable[[Sequence[float]], float], grouping: Grouping | None, inner: VectorPlan
) -> VectorPlan:
    """`sum`, `max` and their like: one element for each group."""
    key = group_key(grouping)

    def run(moment: Moment) -> list[Element]:
        elements = inner(moment)
        moment.budget.spend(1 + len(elements))
        return [_folded(labels, members, calculate) for labels, members in _grouped(elements, key).items()]

    return run


def _folded(labels: Labels, members: list[Element], calculate: Callable[[Sequence[float]], float]) -> Element:
    if len(members) == 1:
        return Element(labels, calculate((members[0].value,)), members[0].margin)
    values = [member.value for member in members if member.margin > 0]
    margin = max(member.margin for member in members)
    return Element(labels, calculate(values or [member.value for member in members]), margin)


def quantiles(param: ScalarPlan, grouping: Grouping | None, inner: VectorPlan) -> VectorPlan:
    """`quantile(share, ...)`."""

    def run(moment: Moment) -> list[Element]:
        share = param(moment)
        return fold(lambda values: quantile(share, values), grouping, inner)(moment)

    return run


def count_values(label: str, grouping: Grouping | None, inner: VectorPlan) -> VectorPlan:
    """`count_values("label", ...)`: one element for each group and value."""
    without = grouping is not None and grouping.without
    key = group_key(grouping) if without else group_key(grouping, label)

    def run(moment: Moment) -> list[Element]:
        elements = inner(moment)
        moment.budget.spend(1 + len(elements))
        named = [
            element._replace(
                labels=tuple(
                    sorted((*(p for p in element.labels if p[0] != label), (label, _plain(element.value))))
                )
            )
            for element in elements
        ]
        counted = [_folded(at, members, FOLDS["count"]) for at, members in _grouped(named, key).items()]
        return distinct(counted)

    return run


def _plain(value: float) -> str:
    """As Go writes a float without exponent: the fewest digits that tell it apart, then zeros."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def choose(op: str, param: ScalarPlan, grouping: Grouping | None, inner: VectorPlan) -> VectorPlan:
    """`topk`, `bottomk`, `limitk`: some elements of each group, as they are."""
    key = group_key(grouping)

    def run(moment: Moment) -> list[Element]:
        wanted = param(moment)
        elements = inner(moment)
        moment.budget.spend(1 + len(elements))
        most = _how_many(wanted, len(elements))
        found: list[Element] = []
        for members in _grouped(elements, key).values():
            found += _chosen(op, most, members)
        return found if moment.hopeful else [element for element in found if element.margin > 0]

    return run


def _how_many(wanted: float, most: int) -> int:
    if wanted < 1:
        return 0
    if math.isnan(wanted):
        raise EngineRefuses("Parameter value is NaN")
    if wanted >= 2.0**63:
        raise EngineRefuses(f"Scalar value {wanted} overflows int64")
    return min(int(wanted), most)


def _chosen(op: str, most: int, members: list[Element]) -> list[Element]:
    there = [member for member in members if member.margin > 0]
    if op != "limitk":
        sign = -1.0 if op == "topk" else 1.0
        there.sort(key=lambda member: (math.isnan(member.value), sign * member.value))
    last = there[most - 1].value if 0 < most < len(there) else math.nan
    side = ">" if op == "topk" else "<"
    left_out = [
        member._replace(margin=_FAR if op == "limitk" else distance(side, False, member.value, last))
        for member in there[most:]
    ]
    return [*there[:most], *left_out, *(member for member in members if not member.margin > 0)]
