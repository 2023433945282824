"""PromQL text to tree, with the grammar of Prometheus 3.15.0. Types are checked in `types.py`.

A Pratt parser, linear in the length of the text. Recursion is bounded by `MAX_NESTING`, the height of the
tree (long chains of operators lean to the left) by `MAX_HEIGHT`, so that whoever walks it may recurse.
"""

from dataclasses import replace
from typing import Literal

from tocsin.diag.diagnostic import nearest
from tocsin.query.cursor import Cursor, grouping, matching
from tocsin.query.errors import QueryError
from tocsin.query.nodes import Name
from tocsin.query.numbers import negated
from tocsin.query.promql.ast import (
    AGGREGATIONS,
    PRECEDENCE,
    SIGN_PRECEDENCE,
    WITH_PARAMETER,
    Aggregate,
    Binary,
    Call,
    Expr,
    Fill,
    Number,
    Paren,
    String,
    Unary,
)
from tocsin.query.promql.functions import EXPERIMENTAL_AGGREGATIONS, FUNCTIONS, GONE, Features
from tocsin.query.promql.lex import KEYWORDS, lex
from tocsin.query.promql.parse_duration import number
from tocsin.query.promql.parse_selector import modified, selector
from tocsin.query.promql.walk import children
from tocsin.query.quoting import is_utf8

MAX_HEIGHT = 200
_FUNCTION_KEYWORDS = frozenset(("start", "end", "step", "range", "max_of", "min_of"))
_METRICS = KEYWORDS - {"bool", "on", "ignoring", "group_left", "group_right", "atan2"} | {"id", "metric"}
_LABELS = KEYWORDS - {"without"} | {"id", "metric"}
_FUNCTIONS_SPOKEN = "`--enable-feature=promql-experimental-functions`"


class Parser:
    """One parse. `c` is the cursor, `features` what the engine has switched on."""

    __slots__ = ("c", "features")

    def __init__(self, cursor: Cursor, features: Features) -> None:
        self.c = cursor
        self.features = features

    def whole(self) -> Expr:
        """The expression, and nothing behind it."""
        if self.c.kind == "eof":
            raise QueryError("there is no expression", 0)
        expr = self.expression()
        if self.c.kind == "=":
            raise QueryError("a lone `=` compares nothing: meant `==`?", self.c.start)
        if self.c.kind != "eof":
            raise self.c.unexpected("an operator", "the end")
        if len(self.c.kinds) > MAX_HEIGHT:
            _bound_height(expr)
        return expr

    def expression(self, floor: int = 0) -> Expr:
        """An operand, and the operators behind it that bind at least as tightly as `floor`."""
        c = self.c
        c.deeper()
        left = self.operand()
        while (tightness := PRECEDENCE.get(c.kind, -1)) >= floor:
            op, op_start = c.kind, c.take()
            returns_bool = c.accept("bool")
            match = matching(c, label, trailing=True)
            fill = self.fill() if c.kind in ("fill", "fill_left", "fill_right") else None
            right = self.expression(tightness + (op != "^"))
            left = Binary(
                op, left, right, returns_bool, match, fill,
                op_start=op_start, start=left.start, end=right.end,
            )  # fmt: skip
        c.depth -= 1
        return left

    def operand(self) -> Expr:
        """A sign with what it binds, or a primary with its modifiers."""
        c = self.c
        if c.kind not in ("-", "+"):
            return modified(c, self.primary(), self.features.extended_ranges)
        op: Literal["-", "+"] = "-" if c.kind == "-" else "+"
        start = c.take()
        operand = self.expression(SIGN_PRECEDENCE + 1)
        if isinstance(operand, Number):
            return replace(operand, value=negated(operand.value) if op == "-" else operand.value, start=start)
        return Unary(op, operand, start=start, end=operand.end)

    def primary(self) -> Expr:
        """What stands without operators."""
        c = self.c
        kind = c.kind
        following = c.kinds[c.at + 1] if kind not in ("eof", "error") else ""
        if following == "(" and (kind == "id" or kind in _FUNCTION_KEYWORDS):
            return self.call()
        if kind in AGGREGATIONS and following in ("(", "by", "without"):
            return self.aggregation()
        if kind in ("number", "duration"):
            return number(c)
        if kind == "string":
            start = c.start
            return String(c.string(), start=start, end=c.last_end)
        if kind == "(":
            start = c.enter("(")
            inner = self.expression()
            return Paren(inner, start=start, end=c.leave(")", "an operator"))
        if kind == "{" or kind in _METRICS:
            return selector(c)
        raise c.unexpected("an expression")

    def arguments(self) -> tuple[Expr, ...]:
        """`(a, b)`."""
        c = self.c
        c.enter("(")
        found: list[Expr] = []
        while c.kind != ")" or found:
            found.append(self.expression())
            if not c.accept(","):
                break
        c.leave(")", ",", "an operator")
        return tuple(found)

    def call(self) -> Call:
        """A function with its arguments."""
        c = self.c
        name, start = c.word, c.take()
        args = self.arguments()
        function = FUNCTIONS.get(name)
        if function is None:
            raise QueryError(f"there is no function `{name[:60]}`{_instead(name)}", start, len(name))
        if function.experimental and not self.features.experimental_functions:
            raise QueryError(
                f"the function `{name}` is experimental and needs {_FUNCTIONS_SPOKEN}", start, len(name)
            )
        return Call(name, args, start=start, end=c.last_end)

    def aggregation(self) -> Aggregate:
        """An aggregation, with its grouping before or behind its arguments."""
        c = self.c
        op, start = c.kind, c.take()
        by = grouping(c, label, trailing=True)
        at = c.start
        args = self.arguments()
        if by is None:
            by = grouping(c, label, trailing=True)
        if op in EXPERIMENTAL_AGGREGATIONS and not self.features.experimental_functions:
            raise QueryError(f"`{op}` is experimental and needs {_FUNCTIONS_SPOKEN}", start, len(op))
        wanted = 2 if op in WITH_PARAMETER else 1
        if len(args) != wanted:
            hint = " (parameter and expression)" if wanted == 2 else ""
            takes = f"`{op}` takes {wanted} argument{'s' if wanted > 1 else ''}{hint}, not {len(args)}"
            place = args[wanted].start if len(args) > wanted else at
            raise QueryError(takes, place, (args[-1].end - place) if len(args) > wanted else 1)
        return Aggregate(op, args[-1], args[0] if wanted == 2 else None, by, start=start, end=c.last_end)

    def fill(self) -> Fill:
        """`fill (0)`, or `fill_left (0)` and `fill_right (0)` in either order."""
        c = self.c
        start, first = c.start, c.kind
        values = {first: self.fill_value()}
        if c.kind == {"fill_left": "fill_right", "fill_right": "fill_left"}.get(first):
            values[c.kind] = self.fill_value()
        if not self.features.fill:
            needs = "`--enable-feature=promql-binop-fill-modifiers`"
            raise QueryError(f"`fill` is experimental and needs {needs}", start, len(first))
        both = values.get("fill")
        left, right = values.get("fill_left", both), values.get("fill_right", both)
        return Fill(left, right, start=start, end=c.last_end)

    def fill_value(self) -> float:
        """`fill (0)`: the number."""
        c = self.c
        c.take()
        c.enter("(")
        sign = -1 if c.kind == "-" else 1
        if c.kind in ("-", "+"):
            c.take()
        if c.kind not in ("number", "duration"):
            raise c.unexpected("a number")
        value = sign * number(c).value
        c.leave(")")
        return value


def label(c: Cursor) -> Name:
    """One label of a list: a name, a keyword or a quoted string."""
    if c.kind == "string":
        start = c.start
        text = c.string()
        if not text or not is_utf8(text):
            raise QueryError("this is no label name", start, c.last_end - start)
        return Name(text, start=start, end=c.last_end)
    if c.kind not in _LABELS:
        raise c.unexpected("a label name")
    return c.name()


def _instead(name: str) -> str:
    if name in GONE:
        return f"; it is now {GONE[name]}"
    near = nearest(name, FUNCTIONS) or nearest(name, AGGREGATIONS)
    return f"; did you mean `{near}`?" if near else ""


def syntax(text: str, features: Features) -> Expr:
    """The tree of `text`; types are not looked at."""
    return Parser(lex(text), features).whole()


def _bound_height(expr: Expr) -> None:
    level: list[Expr] = [expr]
    for _ in range(MAX_HEIGHT):
        level = [child for parent in level for child in children(parent)]
        if not level:
            return
    raise QueryError(f"more than {MAX_HEIGHT} operators in a row, or levels", level[0].start)
