"""Log queries: stream selector, stages, label filters, unwrap. Not the metric queries around."""

import math
from typing import Literal

from tocsin.query import regex
from tocsin.query.cursor import Cursor
from tocsin.query.errors import QueryError
from tocsin.query.logql.ast import (
    Assignment,
    Compare,
    Condition,
    Conversion,
    Decolorize,
    Drop,
    Extraction,
    IpFilter,
    Json,
    Junction,
    Keep,
    LabelFilter,
    LabelFormat,
    LineFilter,
    LineFormat,
    LineMatch,
    LineOp,
    Logfmt,
    Pattern,
    Regexp,
    Stage,
    Unpack,
    Unwrap,
)
from tocsin.query.logql.patterns import check_pattern, check_regexp
from tocsin.query.logql.quantities import is_too_big, read_float, read_log_duration, read_size
from tocsin.query.nodes import LabelMatcher, Name, String
from tocsin.query.regex import excludes_empty

_MATCHES = ("=", "!=", "=~", "!~")
_COMPARES = ("=", "==", "!=", ">", ">=", "<", "<=")
_STAGES = 'a stage, like `json` or `label="value"`'
_LINE_OPS: dict[str, LineOp] = {"|=": "|=", "!=": "!=", "|~": "|~", "!~": "!~", "|>": "|>", "!>": "!>"}
_UNITS: dict[str, Literal["", "duration", "bytes"]] = {"duration": "duration", "bytes": "bytes"}
_CONVERSIONS: dict[str, Conversion] = {
    "bytes": "bytes",
    "duration": "duration",
    "duration_seconds": "duration_seconds",
}


def selector(c: Cursor) -> tuple[LabelMatcher, ...]:
    """`{a="b", c=~"d"}`."""
    start = c.enter("{")
    found: list[LabelMatcher] = []
    while c.kind != "}" or found:
        found.append(matcher(c))
        if not c.accept(","):
            break
    end = c.leave("}", ",", where="between matchers")
    if not any(excludes_empty(m.op, m.value) for m in found):
        what = "this selects everything: at least one matcher must not match the empty value"
        raise QueryError(what, start, end - start)
    return tuple(found)


def matcher(c: Cursor) -> LabelMatcher:
    """`label="value"`."""
    if c.kind != "id":
        raise c.unexpected("a label name")
    label, start = c.word, c.take()
    if c.kind not in _MATCHES:
        raise c.unexpected(*_MATCHES, where="behind the label")
    return _matcher(c, label, start)


def _matcher(c: Cursor, label: str, start: int) -> LabelMatcher:
    op, op_start = c.kind, c.take()
    value = string(c, f"behind `{op}`")
    if op in ("=~", "!~"):
        regex.check(value.value, value.start, value.end - value.start)
    return LabelMatcher(
        label, op, value.value, start=start, end=c.last_end, op_start=op_start, value_start=value.start
    )


def string(c: Cursor, where: str = "") -> String:
    """A quoted string."""
    if c.kind != "string":
        raise c.unexpected("a quoted string", where=where)
    start = c.start
    return String(c.string(), start=start, end=c.last_end)


def name(c: Cursor) -> Name:
    """A label."""
    if c.kind != "id":
        raise c.unexpected("a label name")
    return c.name()


def stages(c: Cursor) -> tuple[Stage, ...]:
    """All stages that follow, up to an `unwrap`."""
    found: list[Stage] = []
    while True:
        if c.kind in _LINE_OPS:
            found.append(_line_filter(c))
        elif c.kind == "|" and c.kinds[c.at + 1] != "unwrap":
            found.append(_stage(c))
        else:
            return tuple(found)


def _line_filter(c: Cursor) -> LineFilter:
    op, start = _LINE_OPS[c.kind], c.take()
    alternatives = [_line_match(c)]
    while c.accept("or"):
        alternatives.append(_line_match(c))
    return LineFilter(op, tuple(alternatives), start=start, end=c.last_end)


def _line_match(c: Cursor) -> LineMatch:
    start = c.start
    if c.kind != "ip":
        if c.kind != "string":
            raise c.unexpected("a quoted string", "ip")
        return LineMatch(string(c).value, start=start, end=c.last_end)
    value = _ip(c)
    return LineMatch(value.value, True, start=start, end=c.last_end)


def _ip(c: Cursor) -> String:
    """`ip("10.0.0.0/8")`."""
    c.take()
    c.enter("(")
    value = string(c)
    c.leave(")")
    return value


def _stage(c: Cursor) -> Stage:
    start = c.take()
    kind = c.kind
    if kind in ("id", "("):
        condition = label_filter(c)
        return LabelFilter(condition, start=start, end=c.last_end)
    if kind == "json":
        c.take()
        return Json(_extractions(c) if c.kind == "id" else (), start=start, end=c.last_end)
    if kind == "logfmt":
        return _logfmt(c, start)
    if kind in ("drop", "keep"):
        c.take()
        labels = _labels(c)
        return (Drop if kind == "drop" else Keep)(labels, start=start, end=c.last_end)
    return _other_stage(c, kind, start)


def _other_stage(c: Cursor, kind: str, start: int) -> Stage:
    if kind in ("unpack", "decolorize"):
        c.take()
        return (Unpack if kind == "unpack" else Decolorize)(start=start, end=c.last_end)
    if kind == "label_format":
        return _label_format(c, start)
    if kind not in ("line_format", "regexp", "pattern"):
        raise c.unexpected(_STAGES, where="behind `|`")
    c.take()
    text = string(c, f"behind `{kind}`")
    if kind == "line_format":
        return LineFormat(text, start=start, end=c.last_end)
    if kind == "regexp":
        check_regexp(text)
        return Regexp(text, start=start, end=c.last_end)
    check_pattern(text)
    return Pattern(text, start=start, end=c.last_end)


def _logfmt(c: Cursor, start: int) -> Logfmt:
    c.take()
    flags: set[str] = set()
    while c.kind == "flag":
        flags.add(c.word)
        c.take()
    found = _extractions(c) if c.kind == "id" else ()
    return Logfmt(found, "--strict" in flags, "--keep-empty" in flags, start=start, end=c.last_end)


def _extractions(c: Cursor) -> tuple[Extraction, ...]:
    found: list[Extraction] = []
    while not found or c.accept(","):
        label = name(c)
        path = string(c) if c.accept("=") else String(label.text, start=label.start, end=label.end)
        found.append(Extraction(label.text, path, start=label.start, end=c.last_end))
    return tuple(found)


def _labels(c: Cursor) -> tuple[Name | LabelMatcher, ...]:
    found: list[Name | LabelMatcher] = []
    while not found or c.accept(","):
        label = name(c)
        found.append(_matcher(c, label.text, label.start) if c.kind in _MATCHES else label)
    return tuple(found)


def _label_format(c: Cursor, start: int) -> LabelFormat:
    c.take()
    found: list[Assignment] = []
    while not found or c.accept(","):
        label = name(c)
        c.expect("=", where="behind the label")
        value: Name | String
        if c.kind == "id":
            value = c.name()
        elif c.kind == "string":
            value = string(c)
        else:
            raise c.unexpected("a label name", "a quoted template", where="behind `=`")
        found.append(Assignment(label.text, value, start=label.start, end=c.last_end))
    return LabelFormat(tuple(found), start=start, end=c.last_end)


def label_filter(c: Cursor, floor: int = 0) -> Condition:
    """Conditions joined by `and`, `or`, commas or nothing.

    Loki 3.7.8: `and` binds tighter than `or`; what stands behind a comma or a mere space goes as far as it
    can (`a and b, c or d` is `a and (b, (c or d))`).
    """
    c.deeper()
    left = _condition(c)
    while True:
        kind = c.kind
        if kind in ("id", "("):
            right = label_filter(c)
        elif kind == ",":
            c.take()
            right = label_filter(c)
        elif kind == "and" and floor <= 2:
            c.take()
            right = label_filter(c, 3)
        elif kind == "or" and floor <= 1:
            c.take()
            right = label_filter(c, 2)
        else:
            c.depth -= 1
            return left
        left = Junction("or" if kind == "or" else "and", left, right, start=left.start, end=c.last_end)


def _condition(c: Cursor) -> Condition:
    if c.kind == "(":
        c.enter("(")
        inner = label_filter(c)
        c.leave(")", "an operator")
        return inner
    if c.kind != "id":
        raise c.unexpected("a label name")
    label, start = c.word, c.take()
    op, following = c.kind, c.kinds[min(c.at + 1, len(c.kinds) - 1)]
    if op in _MATCHES and (following == "string" or op in ("=~", "!~")):
        return _matcher(c, label, start)
    if op not in _COMPARES:
        raise c.unexpected("an operator like `=`, `=~` or `>`", where="behind the label")
    op_start = c.take()
    if c.kind == "ip" and op in ("=", "!="):
        return IpFilter(label, "=" if op == "=" else "!=", _ip(c), start=start, end=c.last_end)
    return _compare(c, label, op, start, op_start)


def _compare(c: Cursor, label: str, op: str, start: int, op_start: int) -> Compare:
    value_start, unit = c.start, _UNITS.get(c.kind, "")
    negative = c.kind == "-"
    if unit:
        read = read_log_duration if unit == "duration" else read_size
        value = read(c.word) or 0.0
    else:
        if c.kind in ("-", "+"):
            c.take()
        if c.kind != "number":
            if c.kind == "string" and op == "==":
                raise QueryError("a text is compared with `=`, a number with `==`", op_start, 2)
            wanted = ("a quoted string",) if op in ("=", "!=") else ()
            raise c.unexpected(*wanted, "a number", "a duration", "a size", where=f"behind `{op}`")
        value = _leniently(c.word)
    c.take()
    return Compare(
        label, "==" if op == "=" else op, -value if negative else value, unit,
        start=start, end=c.last_end, op_start=op_start, value_start=value_start,
    )  # fmt: skip


def _leniently(word: str) -> float:
    """A number of a label filter: Loki 3.7.8 silently takes what it cannot read (`0x1F`) for 0."""
    found = read_float(word)
    return found if found is not None else math.inf if is_too_big(word) else 0.0


def unwrap(c: Cursor) -> Unwrap | None:
    """`| unwrap label`, with the label filters behind it, if that is next."""
    if c.kind != "|" or c.kinds[c.at + 1] != "unwrap":
        return None
    start = c.take()
    c.take()
    conversion: Conversion = ""
    if c.kind in _CONVERSIONS:
        conversion = _CONVERSIONS[c.kind]
        c.take()
        c.enter("(")
        label = name(c)
        c.leave(")")
    else:
        label = name(c)
    filters: list[Condition] = []
    while c.kind == "|":
        c.take()
        filters.append(label_filter(c))
    return Unwrap(label, conversion, tuple(filters), start=start, end=c.last_end)
