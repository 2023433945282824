"""The types of PromQL expressions, and what Prometheus 3.15.0 refuses though it parses.

Mistakes are found in the order in which Prometheus finds them; it tells the first only.
"""

from tocsin.query.errors import QueryError
from tocsin.query.promql.ast import (
    COMPARISONS,
    SET_OPERATORS,
    Aggregate,
    Binary,
    Call,
    Expr,
    Number,
    Paren,
    Range,
    Selector,
    String,
    Subquery,
    Unary,
)
from tocsin.query.promql.functions import FUNCTIONS, Function, Type
from tocsin.query.regex import excludes_empty

_SPOKEN = {
    "scalar": "a scalar",
    "vector": "an instant vector",
    "matrix": "a range vector",
    "string": "a string",
}
_PARAMETER: dict[str, Type] = {"count_values": "string"}


def type_of(expr: Expr) -> Type:
    """The type, whether or not all below is well-typed."""
    while isinstance(expr, Paren | Unary):
        expr = expr.expr
    match expr:
        case Number():
            return "scalar"
        case String():
            return "string"
        case Range() | Subquery():
            return "matrix"
        case Call(name=name):
            return FUNCTIONS[name].gives
        case Binary(left=left, right=right):
            return "scalar" if type_of(left) == type_of(right) == "scalar" else "vector"
        case _:
            return "vector"


def mistakes(expr: Expr) -> tuple[QueryError, ...]:
    """All that is wrong with the types, in the order of Prometheus."""
    checker = _Checker()
    checker.check(expr)
    return tuple(checker.found)


class _Checker:
    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[QueryError] = []

    def say(self, at: Expr, message: str) -> None:
        self.found.append(QueryError(message, at.start, at.end - at.start))

    def check(self, expr: Expr) -> Type:
        """The type of `expr`, after looking at all below."""
        match expr:
            case Call():
                return self.call(expr)
            case Binary():
                return self.binary(expr)
            case Paren():
                return self.check(expr.expr)
            case Unary():
                return self.unary(expr)
            case Selector() | Range():
                self.selector(expr.selector if isinstance(expr, Range) else expr)
            case Aggregate():
                self.aggregate(expr)
            case Subquery():
                self.subquery(expr)
        return type_of(expr)

    def subquery(self, expr: Subquery) -> None:
        found = self.check(expr.expr)
        if found != "vector":
            self.say(expr.expr, f"a subquery is over an instant vector, this is {_SPOKEN[found]}")

    def unary(self, expr: Unary) -> Type:
        found = self.check(expr.expr)
        if found not in ("scalar", "vector"):
            self.say(expr.expr, f"`{expr.op}` takes a scalar or an instant vector, this is {_SPOKEN[found]}")
        return found

    def aggregate(self, expr: Aggregate) -> None:
        found = self.check(expr.expr)
        if found != "vector":
            self.say(expr.expr, f"`{expr.op}` aggregates an instant vector, this is {_SPOKEN[found]}")
        if expr.param is not None:
            wanted = _PARAMETER.get(expr.op, "scalar")
            found = self.check(expr.param)
            if found != wanted:
                what = f"the parameter of `{expr.op}` is {_SPOKEN[wanted]}, this is {_SPOKEN[found]}"
                self.say(expr.param, what)

    def call(self, expr: Call) -> Type:
        function = FUNCTIONS[expr.name]
        self.arity(expr, function)
        if function.name == "info" and len(expr.args) > 1:
            self.info(expr)
        for index, arg in enumerate(expr.args):
            if index >= len(function.takes) and function.optional == 0:
                break
            bare_selector = function.name == "info" and index == 1 and isinstance(arg, Selector)
            found = "vector" if bare_selector else self.check(arg)
            wanted = function.wants(index)
            if found != wanted:
                what = f"`{function.name}` takes {_SPOKEN[wanted]} here, this is {_SPOKEN[found]}"
                self.say(arg, what)
        return function.gives

    def arity(self, expr: Call, function: Function) -> None:
        count, least, most = len(expr.args), function.least, function.most
        if count < least:
            more = "" if most == least else "at least "
            words = f"`{function.name}` takes {more}{_arguments(least)}, not {count}"
            self.found.append(QueryError(words, expr.start, len(expr.name)))
        elif most is not None and count > most:
            more = "" if most == least else "at most "
            self.say(expr.args[most], f"`{function.name}` takes {more}{_arguments(most)}, not {count}")

    def info(self, expr: Call) -> None:
        """The second argument of `info` is made of label matchers only."""
        second = expr.args[1]
        if not isinstance(second, Selector) or second.name:
            self.say(second, "the second argument of `info` is label matchers only, without a metric")

    def selector(self, expr: Selector) -> None:
        if expr.name:
            twice = next((m for m in expr.matchers if m.label == "__name__"), None)
            if twice is not None:
                what = "the metric's name is given twice, before the braces and here"
                self.found.append(QueryError(what, twice.start, twice.end - twice.start))
            return
        if not any(excludes_empty(m.op, m.value) for m in expr.matchers):
            self.say(expr, "this selects everything: at least one matcher must not match the empty value")

    def binary(self, expr: Binary) -> Type:
        left, right = self.check(expr.left), self.check(expr.right)
        scalars = left == right == "scalar"
        operator = expr.op
        if expr.returns_bool and operator not in COMPARISONS:
            self.operator(expr, "`bool` stands only behind a comparison")
        if operator in COMPARISONS and not expr.returns_bool and scalars:
            self.operator(expr, f"two scalars are compared with `{operator} bool`")
        self.shared_label(expr)
        for side, found in ((expr.left, left), (expr.right, right)):
            if found not in ("scalar", "vector"):
                what = f"`{operator}` takes scalars and instant vectors, this is {_SPOKEN[found]}"
                self.say(side, what)
        vectors = left == right == "vector"
        if not vectors:
            self.not_vectors(expr)
        elif operator in SET_OPERATORS:
            self.set_operator(expr)
        if operator in SET_OPERATORS and "scalar" in (left, right):
            self.operator(expr, f"`{operator}` stands only between instant vectors")
        return "scalar" if scalars else "vector"

    def operator(self, expr: Binary, message: str) -> None:
        self.found.append(QueryError(message, expr.op_start, len(expr.op)))

    def shared_label(self, expr: Binary) -> None:
        matching = expr.matching
        if matching is None or not matching.on:
            return
        for name in matching.include:
            if name.text in matching.names:
                what = f"the label `{name.text}` stands in `on` and in `group_{matching.group}`"
                self.found.append(QueryError(what, name.start, name.end - name.start))

    def not_vectors(self, expr: Binary) -> None:
        matching = expr.matching
        if matching is not None and matching.labels:
            what = f"`{'on' if matching.on else 'ignoring'}` stands only between instant vectors"
            self.found.append(QueryError(what, matching.start, matching.end - matching.start))
        if expr.fill is not None:
            what = "`fill` stands only between instant vectors"
            self.found.append(QueryError(what, expr.fill.start, expr.fill.end - expr.fill.start))

    def set_operator(self, expr: Binary) -> None:
        matching = expr.matching
        if matching is not None and matching.group:
            what = f"`{expr.op}` takes no `group_{matching.group}`"
            self.found.append(QueryError(what, matching.start, matching.end - matching.start))
        if expr.fill is not None:
            what = f"`{expr.op}` takes no `fill`"
            self.found.append(QueryError(what, expr.fill.start, expr.fill.end - expr.fill.start))


def _arguments(count: int) -> str:
    return f"{count} argument{'' if count == 1 else 's'}"
