"""Expanding the templates of `line_format` and `label_format`: Go's `text/template` over the line's labels.

Bounded: no loops over more than the labels, no templates in templates. What is not here is NotUnderstood.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from tocsin.query.errors import QueryError
from tocsin.query.gotemplate_lex import Token, lex
from tocsin.query.quoting import unquote
from tocsin.witness.logql.trouble import NotUnderstood

Value: TypeAlias = str | int | float | bool | None


class TemplateFails(Exception):
    """The template fails on this line: Loki marks it with an error."""


# -- tree ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Value


@dataclass(frozen=True, slots=True)
class Field:
    """`.label`."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """`$x`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple["Operand", ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """`a | b | c`, perhaps kept in a variable and then not written."""

    commands: tuple["Operand", ...]
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """`if` or `with`."""

    kind: str
    condition: Pipeline
    yes: tuple["Piece", ...]
    no: tuple["Piece", ...]


Operand: TypeAlias = Literal | Field | Variable | Call | Pipeline
Piece: TypeAlias = str | Pipeline | Branch


class _Parser:
    def __init__(self, text: str) -> None:
        if "{{/*" in text.replace(" ", "").replace("{{-", "{{"):
            raise NotUnderstood("a comment in a template")
        self.text = text
        self.tokens = lex(text)
        self.at = 0

    def peek(self) -> Token:
        while self.tokens[self.at].kind == "space":
            self.at += 1
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def pieces(self, ends: tuple[str, ...], depth: int = 0) -> tuple[list[Piece], str]:
        """All up to one of the keywords, and which it was; its action is left open."""
        if depth > 20:
            raise NotUnderstood("a template that is nested deeply")
        found: list[Piece] = []
        while True:
            text = self._text()
            if text:
                found.append(text)
            if self.tokens[self.at].kind == "eof":
                return found, "eof"
            self.take()
            token = self.peek()
            if token.kind in ends:
                self.take()
                return found, token.kind
            found.append(self._action(depth))

    def _text(self) -> str:
        before = self.tokens[self.at - 1] if self.at else None
        start = before.start + len(before.text) if before else 0
        token = self.tokens[self.at]
        text = self.text[start : token.start]
        if before is not None and "-" in before.text:
            text = text.lstrip(" \t\r\n")
        return text.rstrip(" \t\r\n") if token.text.startswith("{{-") else text

    def _action(self, depth: int) -> Piece:
        kind = self.peek().kind
        if kind in ("if", "with"):
            self.take()
            return self._branch(kind, depth)
        if kind in ("range", "define", "block", "template", "break", "continue"):
            raise NotUnderstood(f"`{kind}` in a template")
        return self._pipeline("right")

    def _branch(self, kind: str, depth: int) -> Branch:
        condition = self._pipeline("right")
        yes, end = self.pieces(("else", "end"), depth + 1)
        no: list[Piece] = []
        if end == "else" and self.peek().kind in ("if", "with"):
            inner = self.take().kind
            return Branch(kind, condition, tuple(yes), (self._branch(inner, depth + 1),))
        self.take()
        if end == "else":
            no, _ = self.pieces(("end",), depth + 1)
            self.take()
        return Branch(kind, condition, tuple(yes), tuple(no))

    def _pipeline(self, end: str) -> Pipeline:
        variable = ""
        if self.peek().kind == "variable":
            before, name = self.at, self.take().text
            if self.peek().kind in ("declare", "assign"):
                self.take()
                variable = name
            else:
                self.at = before
        commands: list[Operand] = []
        while self.peek().kind != end:
            if self.peek().kind == "pipe":
                self.take()
            commands.append(self._command(end))
        self.take()
        return Pipeline(tuple(commands), variable)

    def _command(self, end: str) -> Operand:
        operands: list[Operand] = []
        name = ""
        if self.peek().kind == "word":
            name = self.take().text
        while self.peek().kind not in (end, "pipe"):
            operands.append(self._operand())
        if name:
            return Call(name, tuple(operands))
        if len(operands) != 1:
            raise NotUnderstood("a value that is called")
        return operands[0]

    def _operand(self) -> Operand:
        token = self.take()
        if token.kind in ("field", "variable") and self.tokens[self.at].kind == "field":
            raise NotUnderstood("a field of a field in a template")
        match token.kind:
            case "(":
                return self._pipeline(")")
            case "field":
                return Field(token.text[1:])
            case "variable":
                return Variable(token.text)
            case "word":
                return Call(token.text, ())
            case _:
                return Literal(_constant(token))


def _constant(token: Token) -> Value:
    match token.kind:
        case "string":
            return unquote(token.text, token.start)
        case "number":
            return _number(token.text)
        case "bool":
            return token.text == "true"
        case _:
            raise NotUnderstood(f"`{token.text[:20]}` in a template")


def _number(text: str) -> int | float:
    try:
        return int(text, 0)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise NotUnderstood(f"the number `{text[:20]}`") from None


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[Piece, ...]:
    try:
        return tuple(_Parser(text).pieces(())[0])
    except QueryError as error:
        raise NotUnderstood(error.message) from None


@lru_cache(maxsize=256)
def fields(text: str) -> tuple[str, ...]:
    """The labels that a template reads."""
    found: dict[str, None] = {}
    stack: list[Piece | Operand] = list(_read(text))
    while stack:
        match stack.pop():
            case Field(name=name):
                found[name] = None
            case Call(arguments=inside) | Pipeline(commands=inside):
                stack.extend(inside)
            case Branch(condition=condition, yes=yes, no=no):
                stack.extend((condition, *yes, *no))
    return tuple(found)


def taken_apart(text: str, result: str) -> dict[str, str] | None:
    """Values of the fields under which a template of mere texts and fields gives `result`."""
    found: dict[str, str] = {}
    pieces, at, name = (*_read(text), ""), 0, ""
    for number, piece in enumerate(pieces):
        match piece:
            case str():
                end = result.find(piece, at + bool(name)) if piece else len(result)
                if end < at or (not name and end != at):
                    return None
                if name and found.setdefault(name, result[at:end]) != result[at:end]:
                    return None
                at, name = end + len(piece), ""
            case Pipeline(commands=(Field(name=field),), variable="") if not name and number < len(pieces):
                name = field
            case _:
                return None
    return found if at == len(result) else None


def sole_field(text: str) -> str | None:
    """The label, when the template is `{{.label}}` and nothing else."""
    match _read(text):
        case (Pipeline(commands=(Field(name=name),), variable=""),):
            return name
        case _:
            return None


# -- running -------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class _Run:
    labels: Mapping[str, str]
    line: str
    functions: Mapping[str, Callable[..., Value]]
    variables: dict[str, Value]

    def pieces(self, found: tuple[Piece, ...]) -> str:
        return "".join(self._piece(piece) for piece in found)

    def _piece(self, piece: Piece) -> str:
        match piece:
            case str():
                return piece
            case Branch(kind="with"):
                raise NotUnderstood("`with` in a template")
            case Branch(condition=condition, yes=yes, no=no):
                return self.pieces(yes if truth(self.value(condition)) else no)
            case Pipeline(variable=variable):
                value = self.value(piece)
                return "" if variable else shown(value)

    def value(self, operand: Operand) -> Value:
        match operand:
            case Literal(value=value):
                return value
            case Field(name=""):
                raise NotUnderstood("all labels at once in a template")
            case Field(name=name):
                return self.labels.get(name, "")
            case Variable(name=name):
                if name not in self.variables:
                    raise NotUnderstood(f"`{name}` in a template")
                return self.variables[name]
            case Call():
                return self._call(operand, ())
            case Pipeline():
                return self._pipeline(operand)

    def _pipeline(self, pipeline: Pipeline) -> Value:
        value = self.value(pipeline.commands[0])
        for command in pipeline.commands[1:]:
            if not isinstance(command, Call):
                raise NotUnderstood("a value that is called")
            value = self._call(command, (value,))
        if pipeline.variable:
            self.variables[pipeline.variable] = value
        return value

    def _call(self, call: Call, last: tuple[Value, ...]) -> Value:
        if call.name == "__line__":
            return self.line
        function = self.functions.get(call.name)
        if function is None:
            raise NotUnderstood(f"the template function `{call.name}`")
        arguments = [self.value(argument) for argument in call.arguments]
        try:
            return function(*arguments, *last)
        except (TypeError, ValueError, AttributeError, OverflowError, ZeroDivisionError) as error:
            raise TemplateFails(str(error)) from None


def expand(text: str, labels: Mapping[str, str], line: str) -> str:
    """The template's text for a line; raises TemplateFails and NotUnderstood."""
    from tocsin.witness.logql.template_functions import FUNCTIONS

    return _Run(labels, line, FUNCTIONS, {}).pieces(_read(text))


def truth(value: Value) -> bool:
    """Whether `if` takes it for true."""
    return bool(value)


def shown(value: Value) -> str:
    """A value as Go writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            text = repr(value)
            if "e" in text or value != int(value):
                return text if abs(value) < 1e21 or "e" in text else f"{value:g}"
            return str(int(value))
        case None:
            return "<no value>"
        case _:
            return str(value)
