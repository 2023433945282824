"""A cursor over tokens, and what is read the same way in PromQL and LogQL. Not the grammars, nor the tokens.

A token is a kind (`"("`, `"by"`, `"string"`, `"eof"`, ...) and a place. A mistake of the lexer is a token of
kind `"error"`, so that of two mistakes the first in the text is told.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.query.errors import QueryError
from tocsin.query.nodes import Group, Grouping, Matching, Name
from tocsin.query.quoting import unquote

MAX_NESTING = 128
"""Levels of parentheses, calls and signs; more is refused, since reading is recursive."""
_CLOSING = {")", "]", "}"}
_SPOKEN = {
    "eof": "the end",
    "id": "a name",
    "metric": "a metric name",
    "number": "a number",
    "duration": "a duration",
    "string": "a quoted string",
}


@dataclass(slots=True)
class Cursor:
    """Tokens and where we are among them."""

    text: str
    kinds: list[str]
    starts: list[int]
    ends: list[int]
    mistake: QueryError | None = None
    """What the token of kind `error` stands for."""
    lenient: bool = False
    """Whether escapes of lone surrogates are allowed in strings."""
    at: int = 0
    depth: int = 0
    open: list[int] = field(default_factory=list)
    """Offsets of the parentheses, braces and brackets that are not closed yet."""

    @property
    def kind(self) -> str:
        """The kind of the next token."""
        return self.kinds[self.at]

    @property
    def start(self) -> int:
        """Where the next token begins."""
        return self.starts[self.at]

    @property
    def last_end(self) -> int:
        """Where the last token that was taken ends."""
        return self.ends[self.at - 1]

    @property
    def word(self) -> str:
        """The text of the next token."""
        return self.text[self.starts[self.at] : self.ends[self.at]]

    def take(self) -> int:
        """Step over the next token; its offset."""
        at = self.starts[self.at]
        self.at += 1
        return at

    def accept(self, kind: str) -> bool:
        """Step over the next token if it is of this kind."""
        if self.kinds[self.at] != kind:
            return False
        self.at += 1
        return True

    def expect(self, kind: str, *others: str, where: str = "") -> int:
        """Step over a token that has to be of this kind; its offset."""
        if self.kinds[self.at] != kind:
            raise self.unexpected(kind, *others, where=where)
        return self.take()

    def enter(self, opening: str, *others: str, where: str = "") -> int:
        """Step over an opening bracket."""
        at = self.expect(opening, *others, where=where)
        self.open.append(at)
        return at

    def leave(self, closing: str, *others: str, where: str = "") -> int:
        """Step over the closing bracket; where it ends."""
        self.expect(closing, *others, where=where)
        self.open.pop()
        return self.ends[self.at - 1]

    def deeper(self) -> None:
        """One level of recursion more."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise QueryError(f"nested deeper than {MAX_NESTING} levels", self.start)

    def string(self) -> str:
        """The value of a string that is next."""
        at = self.starts[self.at]
        return unquote(self.text[at : self.ends[self.take_index()]], at, self.lenient)

    def take_index(self) -> int:
        """Step over the next token; its index."""
        self.at += 1
        return self.at - 1

    def name(self) -> Name:
        """The next token as a name."""
        word, start = self.word, self.take()
        return Name(word, start=start, end=self.last_end)

    def unexpected(self, *wanted: str, where: str = "") -> QueryError:
        """Say what stands here, and what should."""
        kind = self.kinds[self.at]
        if kind == "error" and self.mistake is not None:
            return self.mistake
        if kind == "eof" and self.open and set(wanted) & _CLOSING:
            at = self.open[-1]
            return QueryError(f"`{self.text[at]}` is never closed", at)
        place = f" {where}" if where else ""
        options = [f"`{w}`" if w not in _SPOKEN and " " not in w else _SPOKEN.get(w, w) for w in wanted]
        message = f"expected {_listed(options)}{place}, found {self._found()}"
        at = self._end_of_text() if kind == "eof" else self.start
        return QueryError(message, at, self.ends[self.at] - self.start)

    def _found(self) -> str:
        if self.kind == "eof":
            return "the end"
        word = self.word
        if len(word) > 40 or not word.isprintable():
            return _SPOKEN.get(self.kind, "this")
        return f"`{word}`"

    def _end_of_text(self) -> int:
        """The last character of the last token: something that a caret can stand under."""
        return max(0, self.ends[self.at - 1] - 1) if self.at else 0


def names(cursor: Cursor, read: Callable[[Cursor], Name], trailing: bool) -> tuple[Name, ...]:
    """`(a, b)`; with `trailing` also `(a, b,)`. `read` takes one name."""
    cursor.enter("(")
    found: list[Name] = []
    while cursor.kind != ")":
        found.append(read(cursor))
        if not cursor.accept(","):
            break
        if not trailing and cursor.kind == ")":
            read(cursor)
    cursor.leave(")", ",", where="in the list of labels")
    return tuple(found)


def grouping(cursor: Cursor, read: Callable[[Cursor], Name], trailing: bool) -> Grouping | None:
    """`by (...)` or `without (...)`, if that is next."""
    if cursor.kind not in ("by", "without"):
        return None
    without = cursor.kind == "without"
    start = cursor.take()
    labels = names(cursor, read, trailing)
    return Grouping(without, labels, start=start, end=cursor.last_end)


def matching(cursor: Cursor, read: Callable[[Cursor], Name], trailing: bool) -> Matching | None:
    """`on (...)` or `ignoring (...)`, perhaps with `group_left` or `group_right`, if that is next."""
    if cursor.kind not in ("on", "ignoring"):
        return None
    on = cursor.kind == "on"
    start = cursor.take()
    labels = names(cursor, read, trailing)
    group: Group = ""
    include: tuple[Name, ...] = ()
    if cursor.kind in ("group_left", "group_right"):
        group = "left" if cursor.kind == "group_left" else "right"
        cursor.take()
        include = names(cursor, read, trailing) if cursor.kind == "(" else ()
    return Matching(on, labels, group, include, start=start, end=cursor.last_end)


def _listed(options: list[str]) -> str:
    return options[0] if len(options) == 1 else ", ".join(options[:-1]) + " or " + options[-1]
