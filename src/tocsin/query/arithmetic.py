"""The operators between two numbers, as both engines calculate them. Nothing of vectors."""

import math
from collections.abc import Callable


def calculate(op: str, left: float, right: float) -> float | None:
    """`left op right`; None for an operator that is no arithmetic."""
    operator = _OPERATORS.get(op)
    if operator is None:
        return None
    try:
        return operator(left, right)
    except (OverflowError, ValueError):
        return math.nan if op != "^" else math.inf


def _divide(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def _modulo(left: float, right: float) -> float:
    return math.nan if right == 0 or math.isinf(left) else math.fmod(left, right)


_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": _modulo,
    "^": math.pow,
    "atan2": math.atan2,
}
