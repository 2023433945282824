"""Durations in brackets and behind `offset`: `5m`, `300`, `-1h`, `step() * 2`. Not durations as numbers."""

import math
from typing import Literal

from tocsin.query.cursor import Cursor
from tocsin.query.durations import read_duration
from tocsin.query.errors import QueryError
from tocsin.query.numbers import negated, read_number
from tocsin.query.promql.ast import PRECEDENCE, SIGN_PRECEDENCE, Duration, DurationMath, Number

_MAX_SECONDS = 2.0**63 / 1e9
_OPERATORS = ("+", "-", "*", "/", "%", "^")
_ALONE = ("number", "duration", "step", "range", "max_of", "min_of")
_WANTED = "a duration like `5m`"


def number(c: Cursor) -> Number:
    """A number or a duration, without a sign."""
    word, kind = c.word, c.kind
    start = c.take()
    if kind == "duration":
        seconds = read_duration(word)
        if isinstance(seconds, str):
            raise QueryError(seconds, start, len(word))
        return Number(seconds, True, start=start, end=c.last_end)
    value = read_number(word)
    if value is None:
        raise QueryError(f"`{word[:40]}` is no number, or too big", start, len(word))
    return Number(value, start=start, end=c.last_end)


def positive(c: Cursor) -> Duration:
    """A duration in brackets."""
    found = duration(c)
    if isinstance(found, Number) and found.value <= 0:
        raise QueryError("the duration must be greater than 0", found.start, found.end - found.start)
    return found


def offset(c: Cursor) -> Duration:
    """The duration behind `offset`.

    A plain one ends at the next operator: `m offset 5m * 2` is `(m offset 5m) * 2`. One in parentheses or
    with two signs goes on: `m offset (5m) * 2` is `m offset ((5m) * 2)` (so reads Prometheus 3.15.0).
    """
    signed = c.kind in ("-", "+")
    kind = c.kinds[c.at + 1] if signed else c.kind
    if signed and (kind == "(" or kind in _ALONE):
        minus, start = c.kind == "-", c.take()
        return _negated(_operand(c), minus, start)
    return _operand(c) if kind in _ALONE else duration(c)


def duration(c: Cursor, floor: int = 0) -> Duration:
    """A duration with operators that bind at least as tightly as `floor`."""
    c.deeper()
    left = _signed(c) if c.kind in ("-", "+") else _operand(c)
    while c.kind in _OPERATORS and PRECEDENCE[c.kind] >= floor:
        op, at = c.kind, c.take()
        right = duration(c, PRECEDENCE[op] + (op != "^"))
        if op in ("/", "%") and isinstance(right, Number) and right.value == 0:
            raise QueryError("division by zero", at)
        left = DurationMath(_operator(op), (left, right), start=left.start, end=right.end)
    c.depth -= 1
    return left


def _signed(c: Cursor) -> Duration:
    minus, start = c.kind == "-", c.take()
    return _negated(duration(c, SIGN_PRECEDENCE + 1), minus, start)


def _negated(operand: Duration, minus: bool, start: int) -> Duration:
    if isinstance(operand, Number):
        value = negated(operand.value) if minus else operand.value
        return Number(value, operand.duration, start=start, end=operand.end)
    return DurationMath("-", (operand,), start=start, end=operand.end) if minus else operand


def _operand(c: Cursor) -> Duration:
    if c.kind in ("number", "duration"):
        return _bounded(number(c))
    if c.kind == "(":
        start = c.enter("(")
        inner = duration(c)
        return DurationMath("()", (inner,), start=start, end=c.leave(")", "an operator"))
    if c.kind in ("step", "range"):
        op: Literal["step", "range"] = "step" if c.kind == "step" else "range"
        start = c.take()
        c.enter("(")
        return DurationMath(op, start=start, end=c.leave(")"))
    if c.kind in ("max_of", "min_of"):
        best: Literal["max_of", "min_of"] = "max_of" if c.kind == "max_of" else "min_of"
        start = c.take()
        c.enter("(")
        first = duration(c)
        c.expect(",")
        second = duration(c)
        return DurationMath(best, (first, second), start=start, end=c.leave(")"))
    raise c.unexpected(_WANTED)


def _bounded(found: Number) -> Number:
    if math.isinf(found.value) or abs(found.value) > _MAX_SECONDS:
        raise QueryError("the duration is longer than 292 years", found.start, found.end - found.start)
    return found


def _operator(op: str) -> Literal["+", "-", "*", "/", "%", "^"]:
    for known in ("+", "-", "*", "/", "%", "^"):
        if op == known:
            return known
    raise AssertionError(op)
