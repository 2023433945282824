"""LogQL text to tree, with the grammar of Loki 3.7.8. What only building the query shows is in `types.py`.

Linear in the length of the text, which Loki bounds; recursion and the height of the tree are bounded too.
"""

from collections.abc import Callable
from dataclasses import replace

from tocsin.diag.diagnostic import nearest
from tocsin.query import regex
from tocsin.query.cursor import Cursor, grouping, matching
from tocsin.query.errors import QueryError
from tocsin.query.logql.ast import (
    CONVERSIONS,
    PRECEDENCE,
    RANGE_AGGREGATIONS,
    SET_OPERATORS,
    VECTOR_AGGREGATIONS,
    Aggregate,
    Binary,
    Expr,
    LabelReplace,
    LogRange,
    Logs,
    Paren,
    RangeAggregate,
    Unwrap,
    Variants,
    Vector,
)
from tocsin.query.logql.lex import FUNCTIONS, lex
from tocsin.query.logql.parse_stages import name, selector, stages, string, unwrap
from tocsin.query.logql.quantities import read_float, read_log_duration
from tocsin.query.logql.walk import children
from tocsin.query.nodes import Number

MAX_HEIGHT = 200
_GROUPED = frozenset(
    ("avg_over_time", "stddev_over_time", "stdvar_over_time", "quantile_over_time", "max_over_time",
     "min_over_time", "first_over_time", "last_over_time")
)  # fmt: skip
_UNWRAPPED_ONLY = _GROUPED | {"sum_over_time", "rate_counter"}
_LINES_ONLY = frozenset(("bytes_over_time", "bytes_rate", "count_over_time"))
_INSTEAD = {
    "absent": "`absent_over_time`",
    "increase": "`count_over_time`, and `sum_over_time` for values",
    "bytes": "`bytes_over_time`",
    "group": "`count`",
    "quantile": "`quantile_over_time`",
    "histogram_quantile": "`quantile_over_time`",
    "time": "nothing that tells the time",
}
"""PromQL's functions that people write in LogQL."""
_TOP = frozenset(("topk", "bottomk", "approx_topk"))


def syntax(text: str) -> Expr:
    """The tree of `text`."""
    c = lex(text)
    if c.kind == "eof":
        raise QueryError("there is no expression", 0)
    expr = expression(c)
    if c.kind == "|" and c.kinds[c.at + 1] == "unwrap":
        raise QueryError("`unwrap` stands only in a range aggregation", c.starts[c.at + 1], len("unwrap"))
    if c.kind != "eof":
        raise c.unexpected("an operator", "the end")
    if len(c.kinds) > MAX_HEIGHT:
        _bound_height(expr)
    return expr


def expression(c: Cursor, floor: int = 0) -> Expr:
    """An operand, and the operators behind it that bind at least as tightly as `floor`."""
    c.deeper()
    left = _operand(c)
    while (tightness := PRECEDENCE.get(c.kind, -1)) >= floor:
        op, op_start = c.kind, c.take()
        returns_bool = c.accept("bool")
        match = matching(c, name, trailing=False)
        right = expression(c, tightness + (op != "^"))
        left = Binary(
            op, left, right, returns_bool, match, op_start=op_start, start=left.start, end=right.end
        )
        _check_operands(left)
    c.depth -= 1
    return left


def _operand(c: Cursor) -> Expr:
    kind = c.kind
    if kind in RANGE_AGGREGATIONS:
        return _range_aggregation(c)
    if kind in VECTOR_AGGREGATIONS:
        return _vector_aggregation(c)
    read = _OPERANDS.get(kind)
    if read is not None:
        return read(c)
    if kind == "id" and c.kinds[c.at + 1] == "(":
        raise QueryError(f"LogQL has no function `{c.word[:60]}`{_instead(c.word)}", c.start, len(c.word))
    raise c.unexpected("a query")


def _instead(word: str) -> str:
    if word in _INSTEAD:
        return f"; there is {_INSTEAD[word]}"
    near = nearest(word, FUNCTIONS - CONVERSIONS)
    return f"; did you mean `{near}`?" if near else ""


def _logs(c: Cursor) -> Logs:
    start = c.start
    matchers = selector(c)
    selector_end = c.last_end
    return Logs(matchers, stages(c), start=start, end=c.last_end, selector_end=selector_end)


def _paren(c: Cursor) -> Expr:
    start = c.enter("(")
    inner = expression(c)
    if isinstance(inner, Variants):
        raise QueryError("`variants` cannot stand in parentheses", inner.start, len("variants"))
    end = c.leave(")", "an operator")
    return (
        replace(inner, start=start, end=end)
        if isinstance(inner, Logs)
        else Paren(inner, start=start, end=end)
    )


def _literal(c: Cursor) -> Number:
    start, minus = c.start, c.kind == "-"
    if c.kind in ("+", "-"):
        c.take()
    if c.kind != "number" and c.at and c.kinds[c.at - 1] in ("+", "-"):
        raise c.unexpected("a number", where="behind the sign (write `0 - ...` to negate a query)")
    found = _number(c)
    return Number(-found.value if minus else found.value, start=start, end=found.end)


def _number(c: Cursor) -> Number:
    """A number without a sign."""
    if c.kind != "number":
        raise c.unexpected("a number")
    word, start = c.word, c.take()
    value = read_float(word)
    if value is None:
        raise QueryError(f"`{word[:40]}` is no number to Loki, or too big", start, len(word))
    return Number(value, start=start, end=c.last_end)


def _duration(c: Cursor) -> Number:
    word, start = c.word, c.take()
    return Number(read_log_duration(word.strip("[]")) or 0.0, True, start=start, end=c.last_end)


def metric(c: Cursor, where: str) -> Expr:
    """A metric query as an argument."""
    found = expression(c)
    if isinstance(found, Logs | Variants):
        what = "a log query" if isinstance(found, Logs) else "a set of variants"
        raise QueryError(
            f"`{where}` takes a metric query, this is {what}", found.start, found.end - found.start
        )
    return found


def log_range(c: Cursor) -> LogRange:
    """A log query over a time: the range may stand before or behind the stages."""
    c.deeper()
    start = c.start
    if c.kind == "(":
        found = _parenthesised_range(c, start)
    else:
        if c.kind != "{":
            raise c.unexpected('a log query with a range, like `{a="b"} [5m]`')
        found = _range_tail(c, _logs(c), start)
    c.depth -= 1
    return found


def _range_tail(c: Cursor, logs: Logs, start: int) -> LogRange:
    """Behind the selector and the stages that directly follow it."""
    taken = unwrap(c)
    span, offset = _span(c)
    if not logs.stages and taken is None:
        late = stages(c)
        logs = replace(logs, stages=late, end=c.last_end if late else logs.end)
        taken = unwrap(c)
    return LogRange(logs, span, taken, offset, start=start, end=c.last_end)


def _span(c: Cursor) -> tuple[Number, Number | None]:
    """`[5m] offset 1h`."""
    if c.kind != "range":
        raise c.unexpected("a range like `[5m]`", where="behind the log query")
    span = _duration(c)
    if not c.accept("offset"):
        return span, None
    if c.kind != "duration":
        raise c.unexpected("a duration", where="behind `offset`")
    return span, _duration(c)


def _parenthesised_range(c: Cursor, start: int) -> LogRange:
    c.enter("(")
    if c.kind == "(":
        found = log_range(c)
        return replace(found, start=start, end=c.leave(")"))
    inner_start = c.start
    if c.kind != "{":
        raise c.unexpected("a log query")
    logs = _logs(c)
    if c.kind == "range":
        found = _range_tail(c, logs, inner_start)
        return replace(found, start=start, end=c.leave(")"))
    taken = unwrap(c)
    if taken is not None and c.kind == "range":
        span, offset = _span(c)
        end = c.leave(")")
        return LogRange(logs, span, taken, offset, start=start, end=end)
    c.leave(")", "a range like `[5m]`")
    span, offset = _span(c)
    if not logs.stages and taken is None:
        taken = unwrap(c)
    return LogRange(logs, span, taken, offset, start=start, end=c.last_end)


def _range_aggregation(c: Cursor) -> RangeAggregate:
    op, start = c.kind, c.take()
    c.enter("(")
    param = None
    if c.kind == "number":
        param = _number(c)
        c.expect(",")
    found = log_range(c)
    c.leave(")")
    by = grouping(c, name, trailing=False)
    node = RangeAggregate(op, found, param, by, start=start, end=c.last_end)
    _check_range_aggregation(node)
    return node


def _check_range_aggregation(node: RangeAggregate) -> None:
    op, param = node.op, node.param
    if param is not None and op != "quantile_over_time":
        raise QueryError(f"`{op}` takes no parameter", param.start, param.end - param.start)
    if param is None and op == "quantile_over_time":
        raise QueryError(f"`{op}` takes a quantile first, as in `{op}(0.99, ...)`", node.start, len(op))
    by = node.grouping
    if by is not None and op not in _GROUPED:
        raise QueryError(
            f"`{op}` takes no grouping: aggregate with `sum` around it", by.start, by.end - by.start
        )
    taken: Unwrap | None = node.range.unwrap
    if taken is not None and op in _LINES_ONLY:
        what = f"`{op}` counts lines or bytes and takes no `unwrap`"
        raise QueryError(what, taken.start, taken.end - taken.start)
    if taken is None and op in _UNWRAPPED_ONLY:
        raise QueryError(
            f"`{op}` aggregates the values of a label and wants `| unwrap label`", node.start, len(op)
        )


def _vector_aggregation(c: Cursor) -> Aggregate:
    op, start = c.kind, c.take()
    by = grouping(c, name, trailing=False)
    opened = c.enter("(")
    param = None
    if c.kind == "number" and c.kinds[c.at + 1] == ",":
        param = _parameter(c, op)
        c.take()
    elif op in _TOP:
        raise QueryError(f"`{op}` takes a count first, as in `{op}(5, ...)`", opened)
    inner = metric(c, op)
    c.leave(")", "an operator")
    if by is None:
        by = grouping(c, name, trailing=False)
    if by is not None and (op == "approx_topk" or (op in ("sort", "sort_desc") and by.labels)):
        raise QueryError(f"`{op}` takes no grouping", by.start, by.end - by.start)
    return Aggregate(op, inner, param, by, start=start, end=c.last_end)


def _parameter(c: Cursor, op: str) -> Number:
    word, start = c.word, c.start
    if op not in _TOP:
        raise QueryError(f"`{op}` takes no parameter", start, len(word))
    if not word.isdigit() or not 0 < int(word[:20]) < 2**63:
        raise QueryError(f"`{op}` takes a whole number greater than 0", start, len(word))
    c.take()
    return Number(float(int(word)), start=start, end=c.last_end)


def _vector(c: Cursor) -> Vector:
    start = c.take()
    c.enter("(")
    value = _number(c)
    return Vector(value, start=start, end=c.leave(")"))


def _label_replace(c: Cursor) -> LabelReplace:
    start = c.take()
    c.enter("(")
    inner = metric(c, "label_replace")
    texts = []
    for _ in range(4):
        c.expect(",", "an operator")
        texts.append(string(c))
    target, replacement, source, pattern = texts
    regex.check(pattern.value, pattern.start, pattern.end - pattern.start)
    end = c.leave(")")
    return LabelReplace(inner, target, replacement, source, pattern, start=start, end=end)


def _variants(c: Cursor) -> Variants:
    start = c.take()
    c.enter("(")
    found = [metric(c, "variants")]
    while c.accept(","):
        found.append(metric(c, "variants"))
    c.leave(")", ",", "an operator")
    c.expect("of")
    c.enter("(")
    common = log_range(c)
    return Variants(tuple(found), common, start=start, end=c.leave(")"))


def _check_operands(node: Binary) -> None:
    for side in (node.left, node.right):
        if isinstance(side, Logs | Variants):
            found = "a log query" if isinstance(side, Logs) else "a set of variants"
            what = f"`{node.op}` takes metric queries, this is {found}"
            raise QueryError(what, side.start, side.end - side.start)
        if node.op in SET_OPERATORS and is_literal(side):
            what = f"`{node.op}` takes vectors, this is a number: write `vector(...)` around it"
            raise QueryError(what, side.start, side.end - side.start)


def is_literal(expr: Expr) -> bool:
    """Whether the expression is a number, perhaps after calculating."""
    while isinstance(expr, Paren):
        expr = expr.expr
    if isinstance(expr, Binary):
        return is_literal(expr.left) and is_literal(expr.right)
    return isinstance(expr, Number)


def _bound_height(expr: Expr) -> None:
    level: list[Expr] = [expr]
    for _ in range(MAX_HEIGHT):
        level = [child for parent in level for child in children(parent)]
        if not level:
            return
    raise QueryError(f"more than {MAX_HEIGHT} operators in a row, or levels", level[0].start)


_OPERANDS: dict[str, Callable[[Cursor], Expr]] = {
    "{": _logs,
    "(": _paren,
    "number": _literal,
    "+": _literal,
    "-": _literal,
    "vector": _vector,
    "label_replace": _label_replace,
    "variants": _variants,
}
