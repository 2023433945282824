"""Durations in brackets and behind `offset`, which may be arithmetic, in milliseconds; the instants meant."""

import math
from collections.abc import Callable
from typing import TypeAlias

from tocsin.query.promql.ast import Duration, DurationMath, Number, Timed
from tocsin.witness.promql.evaluator.functions_numbers import divide, modulo, power
from tocsin.witness.promql.evaluator.terms import EngineRefuses, Moment, NotUnderstood

When: TypeAlias = Callable[[Moment], int]
"""The instant that a selector looks at."""
_LONGEST = 2**63 / 1e9
"""Seconds: what Go's durations can hold."""


def milliseconds(duration: Duration) -> int:
    """The value of a duration, which may be arithmetic."""
    seconds = _seconds(duration)
    if not abs(seconds) <= _LONGEST:
        raise EngineRefuses("duration is out of range")
    return math.trunc(round(seconds * 1e9) / 1e6)


def _seconds(duration: Duration) -> float:
    if isinstance(duration, Number):
        return duration.value
    operands = [_seconds(operand) for operand in duration.operands]
    if len(operands) == 1:
        return -operands[0] if duration.op == "-" else operands[0]
    return 0.0 if not operands else _calculated(duration, *operands)


def _calculated(duration: DurationMath, left: float, right: float) -> float:
    match duration.op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return divide(left, right)
        case "%":
            return modulo(left, right)
        case "^":
            return power(left, right)
        case "max_of":
            return max(left, right)
        case _:
            return min(left, right)


def positive(duration: Duration) -> int:
    """A duration in brackets."""
    found = milliseconds(duration)
    if found <= 0:
        raise EngineRefuses("duration must be greater than 0")
    return found


def when(node: Timed) -> When:
    """`offset` and `@`."""
    if node.extension is not None:
        raise NotUnderstood(f"`{node.extension}` is not known here", node)
    back = 0 if node.offset is None else milliseconds(node.offset)
    if node.at is None:
        return (lambda moment: moment.t - back) if back else (lambda moment: moment.t)
    at = node.at.value
    if isinstance(at, str):
        return lambda moment: moment.top - back
    fixed = round(at * 1000) - back
    return lambda moment: fixed
