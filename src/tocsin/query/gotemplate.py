"""Is a Go template well-formed, and do the functions exist that it calls? Nothing is expanded.

For annotations and labels of alerts (`PROMETHEUS`) and LogQL's formats (`LOKI`). As `text/template` of Go
1.26 parses; what only shows when it runs (a missing field, a wrong number of arguments) is not seen.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from tocsin.diag.diagnostic import nearest
from tocsin.query.errors import QueryError
from tocsin.query.gotemplate_lex import Token, lex
from tocsin.query.quoting import unquote

MAX_DEPTH = 100
_BUILT_IN = "and call eq ge gt html index js le len lt ne not or print printf println slice urlquery"
_OF_PROMETHEUS = """
    args externalURL first graphLink humanize humanize1024 humanizeDuration humanizePercentage
    humanizeTimestamp label match now parseDuration pathPrefix query reReplaceAll safeHtml sortByLabel
    stripDomain stripPort strvalue tableLink title toDuration toLower toTime toUpper urlQueryEscape value
"""
_OF_LOKI = """
    Replace ToLower ToUpper Trim TrimLeft TrimPrefix TrimRight TrimSpace TrimSuffix __line__ __timestamp__
    add addf alignLeft alignRight b64dec b64enc bytes ceil contains count date default div divf duration
    duration_seconds float64 floor fromJson hasPrefix hasSuffix indent int lower max maxf min minf mod mul
    mulf nindent now regexReplaceAll regexReplaceAllLiteral repeat replace round sub subf substr title toDate
    toDateInZone trim trimAll trimPrefix trimSuffix trunc unixEpoch unixEpochMillis unixEpochNanos unixToTime
    upper urldecode urlencode
"""
PROMETHEUS = frozenset(f"{_BUILT_IN} {_OF_PROMETHEUS}".split())
"""Functions of alert templates in Prometheus 3.15.0 (Loki's ruler has the same)."""
PROMETHEUS_VARIABLES = ("$labels", "$externalLabels", "$externalURL", "$value")
LOKI = frozenset(f"{_BUILT_IN} {_OF_LOKI}".split())
"""Functions of `line_format` and `label_format` in Loki 3.7.8."""
_STARTS = frozenset(("bool", "character", "dot", "field", "word", "number", "nil", "string", "variable", "("))
_PLAIN = frozenset(("bool", "dot", "nil", "number", "character", "string"))
_INTEGER = re.compile(
    r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)"
)
_FLOAT = re.compile(
    r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])*\.?[0-9a-fA-F_]*[pP][+-]?[0-9]+"
    r"|(?=\.?[0-9])(?:[0-9](?:_?[0-9])*)?(?:\.(?:[0-9](?:_?[0-9])*)?)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)"
)
_ESCAPED_CHARACTER = re.compile(
    r"'(?:[^'\\]|\\(?:[abfnrtv\\']|[0-3][0-7]{2}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r"|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}))'"
)


@dataclass(slots=True)
class _Block:
    """A block that waits for its `{{end}}`."""

    opened: Token
    kind: str
    variables: list[str]
    """What is declared outside."""
    loops: int
    """How many `range` there are outside."""
    else_: bool = False


@dataclass(slots=True)
class _Parser:
    tokens: list[Token]
    functions: Collection[str]
    variables: list[str]
    at: int = 0
    loops: int = 0
    depth: int = 0
    blocks: list[_Block] = field(default_factory=list)

    def run(self) -> None:
        while self.tokens[self.at].kind != "eof":
            self.at += 1  # every action begins with `left`; texts are no tokens
            self.action()
        if self.blocks:
            block = self.blocks[-1]
            raise QueryError(f"`{block.kind}` has no `{{{{end}}}}`", *block.opened.wrong)

    # -- tokens ------------------------------------------------------------------------------------
    def peek(self) -> Token:
        """The next token that is no space."""
        at = self.at
        while self.tokens[at].kind == "space":
            at += 1
        return self.tokens[at]

    def take(self) -> Token:
        """Step over it."""
        while self.tokens[self.at].kind == "space":
            self.at += 1
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, kind: str, wanted: str) -> Token:
        token = self.take()
        if token.kind != kind:
            raise self.unexpected(token, wanted)
        return token

    def unexpected(self, token: Token, wanted: str) -> QueryError:
        found = f"`{token.text[:40]}`" if token.text.isprintable() and token.text else "the end"
        return QueryError(f"expected {wanted}, found {found}", *token.wrong)

    # -- actions -----------------------------------------------------------------------------------
    def action(self) -> None:
        token = self.peek()
        if token.kind in ("if", "with", "range"):
            self.take()
            self.control(token)
        elif token.kind == "else":
            self.otherwise(self.take())
        elif token.kind == "end":
            self.end(self.take())
        elif token.kind in ("break", "continue"):
            self.take()
            self.expect("right", "`}}`")
            if not self.loops:
                raise QueryError(f"`{token.kind}` stands only inside of `range`", *token.wrong)
        elif token.kind in ("template", "block") or (token.kind == "define" and not self.blocks):
            self.named(self.take())
        else:
            self.pipeline("a value", "right")

    def control(self, opened: Token) -> None:
        """`if`, `with`, `range`: a pipeline, then a block."""
        outside = list(self.variables)
        self.pipeline("a value", "right", opened.kind)
        self.blocks.append(_Block(opened, opened.kind, outside, self.loops))
        self.loops += opened.kind == "range"

    def otherwise(self, token: Token) -> None:
        block = self.blocks[-1] if self.blocks else None
        if block is None or block.kind not in ("if", "with", "range") or block.else_:
            raise QueryError("this `else` belongs to nothing", *token.wrong)
        self.loops = block.loops
        if self.peek().kind in ("if", "with"):
            again = self.take()
            if again.kind != block.kind:
                raise self.unexpected(again, f"`{block.kind}` or `}}}}`")
            self.pipeline("a value", "right", again.kind)
            return
        self.expect("right", "`}}`")
        block.else_ = True

    def end(self, token: Token) -> None:
        self.expect("right", "`}}`")
        if not self.blocks:
            raise QueryError("this `end` closes nothing", *token.wrong)
        block = self.blocks.pop()
        self.variables, self.loops = block.variables, block.loops

    def named(self, token: Token) -> None:
        """`template "name" value`, `block "name" value`, `define "name"`."""
        name = self.expect("string", "a quoted name")
        self.string(name)
        if token.kind == "define":
            self.expect("right", "`}}`")
        elif token.kind == "block" or self.peek().kind != "right":
            self.pipeline("a value", "right")
        else:
            self.take()
        if token.kind != "template":
            self.blocks.append(_Block(token, token.kind, list(self.variables), self.loops))
            self.variables, self.loops = ["$"], 0

    # -- pipelines ---------------------------------------------------------------------------------
    def pipeline(self, wanted: str, end: str, context: str = "") -> None:
        opened = self.peek()
        self.declarations(context)
        stage = 0
        while (token := self.peek()).kind != end:
            if token.kind not in _STARTS:
                raise self.unexpected(token, wanted)
            plain = self.command()
            stage += 1
            if stage > 1 and plain:
                raise QueryError("behind `|` stands a function, not a value", *token.wrong)
        if not stage:
            raise self.unexpected(token if token.kind != "eof" else opened, wanted)
        self.take()

    def declarations(self, context: str) -> None:
        """`$x := `, `$x = `, and of a `range` `$i, $x := `."""
        for count in (1, 2):
            if self.peek().kind != "variable":
                return
            before = self.at
            name, following = self.take(), self.peek()
            if following.kind in ("assign", "declare"):
                self.take()
                self.variables.append(name.text)
                return
            if following.text != ",":
                self.at = before
                return
            self.take()
            self.variables.append(name.text)
            second = self.peek().kind in ("variable", "right", ")")
            if context != "range" or count == 2 or not second:
                raise QueryError("only `range` declares two variables, as in `$i, $x := .`", *following.wrong)

    def command(self) -> bool:
        """Operands up to `|` or the end; whether it begins with a plain value."""
        first: bool | None = None
        while True:
            plain = self.operand()
            first = plain if first is None else first
            token = self.tokens[self.at]
            if token.kind == "space":
                if self.peek().kind in ("right", ")"):
                    self.take()
                    self.at -= 1
                    return bool(first)
                if self.peek().kind == "pipe":
                    self.take()
                    return bool(first)
                if self.peek().kind not in _STARTS:
                    raise self.unexpected(self.peek(), "a value")
                continue
            if token.kind == "pipe":
                self.at += 1
            elif token.kind not in ("right", ")"):
                raise self.unexpected(token, "a space, `|` or `}}`")
            return bool(first)

    def operand(self) -> bool:
        """One value with the fields behind it; whether it is a plain one."""
        token = self.take()
        if token.kind == "(":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise QueryError(f"nested deeper than {MAX_DEPTH} levels", *token.wrong)
            self.pipeline("a value", ")")
            self.depth -= 1
        else:
            self.term(token)
        behind = self.tokens[self.at]
        if behind.kind == "field" and token.kind in _PLAIN:
            raise QueryError(f"`{token.text[:40]}` has no field", *behind.wrong)
        while self.tokens[self.at].kind == "field":
            self.at += 1
        return token.kind in _PLAIN

    def term(self, token: Token) -> None:
        if token.kind == "word" and token.text not in self.functions:
            near = nearest(token.text, self.functions)
            hint = f"; did you mean `{near}`?" if near else ""
            raise QueryError(f"there is no function `{token.text[:40]}`{hint}", *token.wrong)
        if token.kind == "variable" and token.text not in self.variables:
            raise QueryError(f"there is no variable `{token.text[:40]}`", *token.wrong)
        if token.kind == "string":
            self.string(token)
        elif token.kind == "number" and not _is_number(token.text):
            raise QueryError("this is no number", *token.wrong)
        elif token.kind == "character" and not _ESCAPED_CHARACTER.fullmatch(token.text):
            raise QueryError("single quotes hold one character; a text stands in double ones", *token.wrong)

    def string(self, token: Token) -> None:
        unquote(token.text, token.start)


def _is_number(text: str) -> bool:
    if text.endswith("i"):
        parts = re.split(r"(?<=[0-9.i])(?=[+-])", text[:-1])
        return len(parts) <= 2 and all(_FLOAT.fullmatch(part) for part in parts)
    if _INTEGER.fullmatch(text):
        digits = text.lstrip("+-").replace("_", "")
        value = int(digits, 8) if digits[0] == "0" and digits.isdigit() else int(digits, 0)
        return value < 2**64 if text[0] not in "+-" else value < 2**63 + (text[0] == "-")
    return _FLOAT.fullmatch(text) is not None and any(mark in text for mark in ".eEpP")


def check_template(text: str, functions: Collection[str], variables: Collection[str] = ()) -> None:
    """Raise QueryError, with the place in `text`, unless it is a template that can be parsed."""
    if "{{" not in text:
        return
    _Parser(lex(text), functions, ["$", *variables]).run()
