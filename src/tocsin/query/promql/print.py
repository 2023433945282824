"""PromQL trees to text: one line, always the same for the same tree. Reads back to an equal tree.

Parentheses are nodes of the tree; where a tree was built by hand without them, the printer adds those that
its meaning needs.
"""

import re

from tocsin.query.durations import show_duration
from tocsin.query.nodes import Grouping, LabelMatcher, Matching, Name
from tocsin.query.numbers import show_number
from tocsin.query.promql.ast import (
    PRECEDENCE,
    SIGN_PRECEDENCE,
    Aggregate,
    Binary,
    Call,
    Duration,
    DurationMath,
    Expr,
    Fill,
    Number,
    Paren,
    Range,
    Selector,
    String,
    Subquery,
    Unary,
)
from tocsin.query.quoting import quote

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_NO_METRICS = frozenset(("bool", "on", "ignoring", "group_left", "group_right", "atan2", "inf", "nan"))
_TIGHTEST = 9


def print_expr(expr: Expr) -> str:
    """The text of `expr`."""
    match expr:
        case Binary():
            return _binary(expr)
        case Aggregate():
            return _aggregate(expr)
        case Call(name=name, args=args):
            return f"{name}({', '.join(print_expr(arg) for arg in args)})"
        case Paren(expr=below):
            return f"({print_expr(below)})"
        case Unary(op=op, expr=below):
            return op + _operand(below, SIGN_PRECEDENCE + (not isinstance(below, Unary)))
        case String(value=value):
            return quote(value)
        case _:
            return _signal(expr)


def _signal(expr: Number | Selector | Range | Subquery) -> str:
    match expr:
        case Number():
            return print_duration(expr)
        case Selector():
            return _selector(expr) + _modifiers(expr)
        case Range(selector=inner, range=span):
            return f"{_selector(inner)}[{print_duration(span)}]{_modifiers(expr)}"
        case Subquery(expr=below, range=span, step=step):
            shown = "" if step is None else print_duration(step)
            return f"{_operand(below, _TIGHTEST)}[{print_duration(span)}:{shown}]{_modifiers(expr)}"


def _aggregate(expr: Aggregate) -> str:
    by = "" if expr.grouping is None else f" {print_grouping(expr.grouping)} "
    param = "" if expr.param is None else print_expr(expr.param) + ", "
    return f"{expr.op}{by}({param}{print_expr(expr.expr)})"


def print_duration(span: Duration) -> str:
    """The text of a duration or a number."""
    if isinstance(span, Number):
        shown = show_duration(span.value) if span.duration else None
        return shown or show_number(span.value)
    operands = span.operands
    match span.op:
        case "()":
            return f"({print_duration(operands[0])})"
        case "step" | "range" | "max_of" | "min_of":
            return f"{span.op}({', '.join(print_duration(operand) for operand in operands)})"
        case _ if len(operands) == 1:
            return span.op + _duration_operand(operands[0], SIGN_PRECEDENCE + 1)
        case _:
            tightness, from_right = PRECEDENCE[span.op], span.op == "^"
            left = _duration_operand(operands[0], tightness + from_right)
            return f"{left} {span.op} {_duration_operand(operands[1], tightness + (not from_right))}"


def print_grouping(grouping: Grouping) -> str:
    """`by (a, b)`."""
    return f"{'without' if grouping.without else 'by'} ({_labels(grouping.labels)})"


def print_matcher(matcher: LabelMatcher) -> str:
    """`label="value"`."""
    return f"{_label(matcher.label)}{matcher.op}{quote(matcher.value)}"


def _selector(expr: Selector) -> str:
    name, inner = expr.name, ",".join(print_matcher(m) for m in expr.matchers)
    if name and (not _METRIC.fullmatch(name) or name.lower() in _NO_METRICS):
        name, inner = "", ",".join(filter(None, (quote(name), inner)))
    return f"{name}{{{inner}}}" if inner or not name else name


def _modifiers(expr: Selector | Range | Subquery) -> str:
    out = "" if expr.extension is None else f" {expr.extension.text}"
    if expr.at is not None:
        value = expr.at.value
        out += f" @ {value}()" if isinstance(value, str) else f" @ {show_number(value)}"
    if expr.offset is not None:
        out += f" offset {_offset(expr.offset)}"
    return out


def _offset(span: Duration) -> str:
    """Behind `offset`, a calculation goes on only if it begins with a parenthesis or with two signs."""
    shown = print_duration(span)
    calculated = isinstance(span, DurationMath) and len(span.operands) == 2 and span.op in PRECEDENCE
    return "++" + shown if calculated and shown[0] != "(" else shown


def _binary(expr: Binary) -> str:
    tightness, from_right = PRECEDENCE[expr.op], expr.op == "^"
    left = _operand(expr.left, tightness + from_right)
    signed = isinstance(expr.right, Unary | Number)  # a sign binds what follows, wherever it stands
    right = print_expr(expr.right) if signed else _operand(expr.right, tightness + (not from_right))
    words = [left, expr.op]
    if expr.returns_bool:
        words.append("bool")
    if expr.matching is not None:
        words.append(print_matching(expr.matching))
    if expr.fill is not None:
        words.append(_fill(expr.fill))
    return " ".join((*words, right))


def print_matching(matching: Matching) -> str:
    """`on (a) group_left (b)`."""
    out = f"{'on' if matching.on else 'ignoring'} ({_labels(matching.labels)})"
    return f"{out} group_{matching.group} ({_labels(matching.include)})" if matching.group else out


def _fill(fill: Fill) -> str:
    if fill.left is not None and fill.left == fill.right:
        return f"fill ({show_number(fill.left)})"
    sides = (("left", fill.left), ("right", fill.right))
    return " ".join(f"fill_{side} ({show_number(value)})" for side, value in sides if value is not None)


def _operand(expr: Expr, tightness: int) -> str:
    """`expr` as an operand; in parentheses when it binds less tightly."""
    shown = print_expr(expr)
    return f"({shown})" if _tightness(expr) < tightness else shown


def _tightness(expr: Expr) -> int:
    if isinstance(expr, Binary):
        return PRECEDENCE[expr.op]
    negative = isinstance(expr, Unary) or (isinstance(expr, Number) and print_duration(expr)[0] == "-")
    return SIGN_PRECEDENCE if negative else _TIGHTEST


def _duration_operand(span: Duration, tightness: int) -> str:
    shown = print_duration(span)
    binary = isinstance(span, DurationMath) and len(span.operands) == 2 and span.op in PRECEDENCE
    own = PRECEDENCE[span.op] if isinstance(span, DurationMath) and binary else _TIGHTEST
    return f"({shown})" if own < tightness else shown


def _label(name: str) -> str:
    return name if _LABEL.fullmatch(name) else quote(name)


def _labels(names: tuple[Name, ...]) -> str:
    shown = (name.text for name in names)
    return ", ".join(
        quote(name) if not _LABEL.fullmatch(name) or name.lower() in ("without", "inf", "nan") else name
        for name in shown
    )
