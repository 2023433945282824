"""Comparisons and how far they are from changing their mind: a signed distance with a slope for searches."""

import math
import operator
from collections.abc import Callable

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_LEAST = 1e-12
"""The margin of what just holds; its negative is that of what just does not."""
_MOST = 1e8
NOWHERE = -1e7
"""The margin of a comparison with what is no number: nothing near would hold."""


def distance(op: str, holds: bool, value: float, threshold: float) -> float:
    """The margin of `value op threshold`: positive iff it holds, relative to the size of the threshold."""
    gap = threshold - value if op in ("<", "<=") else value - threshold
    if op == "==":
        gap = 1.0 if holds else -abs(gap)
    elif op == "!=":
        gap = abs(gap)
    if math.isnan(gap):
        return 1.0 if holds else NOWHERE
    size = abs(threshold)
    if op != "==" or not holds:
        gap /= size if 0 < size < math.inf else 1.0
    return min(max(gap, _LEAST), _MOST) if holds else max(min(gap, -_LEAST), -_MOST)
