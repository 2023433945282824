"""Arithmetic on floats as Go does it: nothing raises, what has no result is NaN or infinite."""

import math
import operator
from collections.abc import Callable

from tocsin.witness.promql.evaluator.margin import COMPARE

NAN = math.nan


def divide(left: float, right: float) -> float:
    """`left / right`."""
    try:
        return left / right
    except ZeroDivisionError:
        if left == 0 or math.isnan(left):
            return NAN
        return math.copysign(math.inf, left) * math.copysign(1.0, right)


def modulo(left: float, right: float) -> float:
    """The remainder with the sign of `left`."""
    try:
        return math.fmod(left, right)
    except ValueError:
        return NAN


def power(left: float, right: float) -> float:
    """`left ^ right`."""
    try:
        return math.pow(left, right)
    except OverflowError:
        return -math.inf if left < 0 and right % 2 == 1 else math.inf
    except ValueError:
        return math.copysign(math.inf, left) if left == 0 and right % 2 == 1 else _pole(left)


def _pole(left: float) -> float:
    return math.inf if left == 0 else NAN


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divide,
    "%": modulo,
    "^": power,
    "atan2": math.atan2,
}


def greater(left: float, right: float) -> float:
    """The greater one; NaN beats all but positive infinity."""
    if math.isnan(left) or math.isnan(right):
        return math.inf if math.inf in (left, right) else NAN
    return max(left, right)


def lesser(left: float, right: float) -> float:
    """The lesser one; NaN beats all but negative infinity."""
    if math.isnan(left) or math.isnan(right):
        return -math.inf if -math.inf in (left, right) else NAN
    return min(left, right)


def scalars(op: str, left: float, right: float) -> float:
    """An operator between two scalars; a comparison gives 1 or 0."""
    if op in COMPARE:
        return 1.0 if COMPARE[op](left, right) else 0.0
    return ARITHMETIC[op](left, right)
