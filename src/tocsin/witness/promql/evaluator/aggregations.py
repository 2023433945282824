"""Aggregations over an instant vector (Prometheus 3.15.0). What is not there never counts.

A group of which nothing is there is kept, for a search, with the value it would have.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from tocsin.query.nodes import Grouping
from tocsin.witness.promql.evaluator.functions_statistics import (
    deviation,
    highest,
    lowest,
    mean,
    quantile,
    total,
    variance,
)
from tocsin.witness.promql.evaluator.margin import NOWHERE, distance
from tocsin.witness.promql.evaluator.matching import LabelChange, dropped, kept
from tocsin.witness.promql.evaluator.terms import (
    Element,
    EngineRefuses,
    Moment,
    ScalarPlan,
    VectorPlan,
    distinct,
)
from tocsin.witness.telemetry import Labels

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
        member._replace(margin=NOWHERE if op == "limitk" else distance(side, False, member.value, last))
        for member in there[most:]
    ]
    return [*there[:most], *left_out, *(member for member in members if not member.margin > 0)]
