"""Vector aggregations, as Loki 3.7.8 (logql/evaluator.go). What is not there does not touch what is."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tocsin.query.logql.ast import Aggregate
from tocsin.query.nodes import Grouping
from tocsin.witness.logql.elements import Element, kept
from tocsin.witness.logql.trouble import NotUnderstood
from tocsin.witness.telemetry import Labels


def aggregated(node: Aggregate, elements: list[Element]) -> list[Element]:
    """The aggregation of these elements; those that are not there count only where nothing else is."""
    if node.op in ("sort", "sort_desc"):
        return elements
    groups: dict[Labels, list[Element]] = {}
    for element in elements:
        groups.setdefault(grouped(element.labels, node.grouping), []).append(element)
    if node.op in ("topk", "bottomk"):
        most = int(node.param.value) if node.param else 0
        return [each for group in groups.values() for each in _ranked(group, most, node.op == "topk")]
    found = []
    for labels, group in groups.items():
        used = kept(group) or group
        margin = max(each.margin for each in used) if not kept(group) else min(each.margin for each in used)
        without = node.grouping is not None and node.grouping.without
        left = tuple(pair for pair in labels if pair[1] or not without)  # groups may become alike by that
        found.append(Element(left, _VALUES[node.op]([each.value for each in used]), margin))
    return found


def grouped(labels: Labels, by: Grouping | None) -> Labels:
    """The labels that are left."""
    if by is None:
        return ()
    names = set(by.names)
    return tuple(pair for pair in labels if (pair[0] in names) != by.without)


def _ranked(group: list[Element], most: int, top: bool) -> list[Element]:
    """The first ones as they are; the others are as far from being there as they are from those."""
    there = sorted(kept(group), key=lambda each: (-each.value if top else each.value, each.labels))
    others = [each for each in group if each.margin <= 0]
    unsure = len(there) > most and any(math.isnan(each.value) for each in there)
    if unsure or (len(there) > most and there[most - 1].value == there[most].value):
        raise NotUnderstood("`topk` of equal values: which of them Loki takes is chance")
    last = there[most - 1].value if len(there) >= most else 0.0
    behind = [
        replace(each, margin=-abs(each.value - last) / max(abs(last), 1e-3) - 1e-9) for each in there[most:]
    ]
    return [*there[:most], *behind, *others]


def _mean(values: Sequence[float]) -> float:
    mean = values[0]
    for count, value in enumerate(values[1:], 2):
        mean += (value - mean) / count
    return mean


def _extreme(values: Sequence[float], most: bool) -> float:
    found = values[0]
    for value in values[1:]:
        if math.isnan(found) or (value > found if most else value < found):
            found = value
    return found


def _variance(values: Sequence[float]) -> float:
    """One value alone has none, even if it is no number."""
    if len(values) == 1:
        return 0.0
    mean, spread = values[0], 0.0
    for count, value in enumerate(values[1:], 2):
        delta = value - mean
        mean += delta / count
        spread += delta * (value - mean)
    return spread / len(values)


def _sum(values: Sequence[float]) -> float:
    total = values[0]
    for value in values[1:]:
        total += value
    return total


_VALUES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": _sum,
    "avg": _mean,
    "count": lambda values: float(len(values)),
    "max": lambda values: _extreme(values, True),
    "min": lambda values: _extreme(values, False),
    "stdvar": _variance,
    "stddev": lambda values: math.sqrt(_variance(values)),
}
