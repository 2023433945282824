"""Quantiles and fractions of classic histograms (Prometheus 3.15.0). Native ones are not known here."""

import math
import re
from collections.abc import Callable
from typing import TypeAlias

from tocsin.witness.promql.evaluator.functions_numbers import divide
from tocsin.witness.promql.evaluator.matching import dropped
from tocsin.witness.promql.evaluator.terms import Element, Moment, VectorPlan, distinct, nameless
from tocsin.witness.telemetry import Labels

Buckets: TypeAlias = list[tuple[float, float]]
"""Upper bound and cumulative count, by bound."""
_TOLERANCE = 1e-12
_SMALLEST = 2.0**-1022
_FLOAT = re.compile(r"[+-]?(?:inf|infinity|nan|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)", re.IGNORECASE)


def of_buckets(measure: Callable[[Buckets], float], inner: VectorPlan, moment: Moment) -> list[Element]:
    """One element for each histogram among the elements; those without a proper `le` are no buckets."""
    elements = inner(moment)
    moment.budget.spend(1 + len(elements))
    groups: dict[Labels, list[tuple[float, Element]]] = {}
    for element in elements:
        bound = upper_bound(dict(element.labels).get("le", ""))
        if bound is not None:
            groups.setdefault(_WITHOUT_LE(element.labels), []).append((bound, element))
    found = []
    for labels, members in groups.items():
        there = [(bound, e.value) for bound, e in members if e.margin > 0]
        buckets = there or [(bound, e.value) for bound, e in members]
        margin = max(e.margin for _, e in members)
        found.append(Element(nameless(labels), measure(sorted(buckets, key=lambda b: b[0])), margin))
    return distinct(found)


_WITHOUT_LE = dropped(("le",))


def upper_bound(text: str) -> float | None:
    """The number in a label `le`; None when Go does not read it as one."""
    if not _FLOAT.fullmatch(text):
        return None
    value = float(text)
    return None if math.isinf(value) and "inf" not in text.lower() else value


def quantile_of(share: float, buckets: Buckets) -> float:
    """The value below which `share` of the observations lie, interpolated within its bucket."""
    if math.isnan(share) or not 0 <= share <= 1:
        return math.nan if math.isnan(share) else math.copysign(math.inf, share - 0.5)
    if buckets[-1][0] != math.inf:
        return math.nan
    buckets = _rising(_joined(buckets))
    observations = buckets[-1][1]
    if len(buckets) < 2 or observations == 0:
        return math.nan
    rank = share * observations
    at = next((i for i, (_, count) in enumerate(buckets[:-1]) if count >= rank), len(buckets) - 1)
    return _within(buckets, at, rank)


def _within(buckets: Buckets, at: int, rank: float) -> float:
    bound, count = buckets[at]
    if at == len(buckets) - 1:
        return buckets[-2][0]
    if at == 0:
        return bound if bound <= 0 else bound * divide(rank, count)
    lower, below = buckets[at - 1]
    return lower + (bound - lower) * divide(rank - below, count - below)


def _joined(buckets: Buckets) -> Buckets:
    """Buckets with one bound are one."""
    found = [buckets[0]]
    for bound, count in buckets[1:]:
        if bound == found[-1][0]:
            found[-1] = bound, found[-1][1] + count
        else:
            found.append((bound, count))
    return found


def _rising(buckets: Buckets) -> Buckets:
    """Cumulative counts never fall; tiny differences are noise of floats."""
    found = [buckets[0]]
    for bound, count in buckets[1:]:
        before = found[-1][1]
        found.append((bound, before if count < before or _almost(before, count) else count))
    return found


def _almost(first: float, second: float) -> bool:
    if first == second or (math.isnan(first) and math.isnan(second)):
        return True
    size, gap = abs(first) + abs(second), abs(first - second)
    if first == 0 or second == 0 or size < _SMALLEST:
        return gap < _TOLERANCE * _SMALLEST
    return gap / size < _TOLERANCE


def fraction_of(lower: float, upper: float, buckets: Buckets) -> float:
    """The share of the observations between two values, interpolated within buckets."""
    if buckets[-1][0] != math.inf:
        return math.nan
    buckets = _joined(buckets)
    count = buckets[-1][1]
    if count == 0 or math.isnan(count) or math.isnan(lower) or math.isnan(upper):
        return math.nan
    return 0.0 if lower >= upper else (_rank(upper, buckets) - _rank(lower, buckets)) / count


def _rank(value: float, buckets: Buckets) -> float:
    """How many observations are not above `value`."""
    rank, start = 0.0, -math.inf if buckets[0][0] <= 0 else 0.0
    for bound, count in buckets:
        if start >= value:
            return min(rank, buckets[-1][1])
        if bound > value:
            inside = (
                count if start == -math.inf else rank + (count - rank) * (value - start) / (bound - start)
            )
            return min(inside, buckets[-1][1])
        rank, start = count, bound
    return buckets[-1][1]
