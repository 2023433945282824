"""Vector selectors, ranges, subqueries and the modifiers behind them. Not what stands around."""

from dataclasses import replace
from typing import Literal

from tocsin.query import regex
from tocsin.query.cursor import Cursor
from tocsin.query.errors import QueryError
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.ast import (
    At,
    DurationMath,
    Expr,
    Range,
    Selector,
    Subquery,
)
from tocsin.query.promql.parse_duration import number, offset, positive

_MAX_TIMESTAMP = float(2**63)


def selector(c: Cursor) -> Selector:
    """`metric`, `metric{...}` or `{...}`."""
    start = c.start
    name = ""
    if c.kind != "{":
        name = c.word
        c.take()
    found = matchers(c) if c.kind == "{" else ()
    return Selector(name, found, start=start, end=c.last_end)


def matchers(c: Cursor) -> tuple[LabelMatcher, ...]:
    """`{a="b", "metric name"}`; a comma may follow the last one."""
    c.enter("{")
    found: list[LabelMatcher] = []
    while c.kind != "}":
        found.append(_matcher(c, first=not found))
        if not c.accept(","):
            break
    c.leave("}", ",", where="between matchers")
    return tuple(found)


def _matcher(c: Cursor, first: bool) -> LabelMatcher:
    start, quoted = c.start, c.kind == "string"
    if not quoted and c.kind != "id":
        raise c.unexpected("a label name", "}", where="" if first else "behind `,`")
    label = c.string() if quoted else c.word
    if not quoted:
        c.take()
    if quoted and c.kind in (",", "}"):
        return LabelMatcher("__name__", "=", label, start=start, end=c.last_end, value_start=start)
    if c.kind not in ("=", "!=", "=~", "!~"):
        raise c.unexpected("=", "!=", "=~", "!~", where="behind the label")
    op, op_start = c.kind, c.take()
    if c.kind != "string":
        raise c.unexpected("a quoted value", where=f"behind `{op}`")
    value_start = c.start
    value = c.string()
    if op in ("=~", "!~"):
        regex.check(value, value_start, c.last_end - value_start)
    return LabelMatcher(
        label, op, value, start=start, end=c.last_end, op_start=op_start, value_start=value_start
    )


def modified(c: Cursor, expr: Expr, extended: bool) -> Expr:
    """`expr` with the brackets and modifiers behind it; they bind tighter than any operator.

    `extended`: whether `anchored` and `smoothed` are switched on.
    """
    while True:
        kind = c.kind
        if kind == "[":
            expr = _bracket(c, expr)
        elif kind == "offset":
            expr = _offset(c, expr)
        elif kind == "@":
            expr = _at(c, expr)
        elif kind in ("anchored", "smoothed"):
            expr = _extension(c, expr, extended)
        else:
            return expr


def _bracket(c: Cursor, expr: Expr) -> Expr:
    start = c.enter("[")
    span = positive(c)
    if c.accept(":"):
        step = positive(c) if c.kind != "]" else None
        end = c.leave("]", "a step")
        return Subquery(expr, span, step, start=expr.start, end=end)
    end = c.leave("]", ":", where="behind the duration")
    if not isinstance(expr, Selector):
        hint = "; over an expression write a subquery, `[5m:]`"
        raise QueryError(f"a range stands only behind a vector selector{hint}", start, end - start)
    for what, there in (("offset", _is_shifted(expr)), ("@", expr.at is not None)):
        if there:
            raise QueryError(f"`{what}` stands behind the range, not before it", start, end - start)
    inner = replace(expr, extension=None, offset=None)
    return Range(inner, span, extension=expr.extension, start=expr.start, end=end)


def _is_shifted(expr: Selector | Range | Subquery) -> bool:
    """Whether an offset was given. A plain `offset 0s` counts for nothing in Prometheus 3.15.0."""
    found = expr.offset
    return isinstance(found, DurationMath) or (found is not None and not abs(found.value * 1e9) < 0.5)


def _offset(c: Cursor, expr: Expr) -> Expr:
    start = c.take()
    span = offset(c)
    found = _timed(expr, "offset", start, 6)
    if _is_shifted(found):
        raise QueryError("the offset is given twice", start, 6)
    return replace(found, offset=span, end=c.last_end)


def _at(c: Cursor, expr: Expr) -> Expr:
    start = c.take()
    if c.kind in ("start", "end"):
        value: float | Literal["start", "end"] = "start" if c.kind == "start" else "end"
        c.take()
        c.enter("(")
        c.leave(")")
    else:
        value = _timestamp(c)
    found = _timed(expr, "@", start, 1)
    if found.at is not None:
        raise QueryError("`@` is given twice", start)
    return replace(found, at=At(value, start=start, end=c.last_end), end=c.last_end)


def _timestamp(c: Cursor) -> float:
    sign = -1 if c.kind == "-" else 1
    start = c.start
    if c.kind in ("-", "+"):
        c.take()
    if c.kind not in ("number", "duration"):
        raise c.unexpected("a timestamp", "`start()`", "`end()`", where="behind `@`")
    value = sign * number(c).value
    if not -_MAX_TIMESTAMP < value < _MAX_TIMESTAMP:
        raise QueryError("the timestamp is out of bounds", start, c.last_end - start)
    return value


def _extension(c: Cursor, expr: Expr, extended: bool) -> Expr:
    name = replace(c.name(), text=c.kinds[c.at - 1])
    if not extended:
        needs = "`--enable-feature=promql-extended-range-selectors`"
        raise QueryError(f"`{name.text}` is experimental and needs {needs}", name.start, len(name.text))
    if isinstance(expr, Subquery) or not isinstance(expr, Selector | Range):
        raise QueryError(f"`{name.text}` stands only behind a selector", name.start, name.end - name.start)
    if expr.extension is not None and expr.extension.text != name.text:
        raise QueryError("`anchored` and `smoothed` exclude each other", name.start, name.end - name.start)
    return replace(expr, extension=name, end=c.last_end)


def _timed(expr: Expr, what: str, at: int, length: int) -> Selector | Range | Subquery:
    if isinstance(expr, Selector | Range | Subquery):
        return expr
    raise QueryError(f"`{what}` stands only behind a selector or a subquery", at, length)
