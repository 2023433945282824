"""Tokens of Go's `text/template` (Go 1.26), as annotations, labels and LogQL's formats are written in it.

Text and comments give no tokens, so a template without actions gives none. No meaning.
"""

import re
from dataclasses import dataclass

from tocsin.query.errors import QueryError

KEYWORDS = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with")
)
_OPEN = re.compile(r"\{\{(?:-[ \t\r\n])?")
_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+\*/(?P<close>(?:[ \t\r\n]-)?\}\})?")
_CLOSE = re.compile(r"(?:[ \t\r\n]-)?\}\}")
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+(?=[ \t\r\n]-\}\})|[ \t\r\n]+)
    |(?P<declare>:=)
    |(?P<assign>=)
    |(?P<pipe>\|)
    |(?P<string>"(?:[^"\\\n]+|\\[^\n])*+"|`[^`]*`)
    |(?P<character>'(?:[^'\\\n]+|\\[^\n])*+')
    |(?P<number>(?:[+-]|\.?[0-9]))
    |(?P<variable>\$\w*)
    |(?P<field>\.\w*)
    |(?P<word>\w+)
    |(?P<paren>[()])
    |(?P<char>[\x21-\x7e])""",
    re.VERBOSE,
)
_BASES = (
    re.compile(r"[+-]?0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?i?"),
    re.compile(r"[+-]?0[oO][0-7_]*(?:\.[0-7_]*)?i?"),
    re.compile(r"[+-]?0[bB][01_]*(?:\.[01_]*)?i?"),
    re.compile(r"[+-]?[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?i?"),
)
_END_OF_NAME = frozenset(" \t\r\n.,|:)(")
_UNCLOSED = {'"': "string", "`": "string", "'": "character"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is that of the pattern, a keyword, `left`, `right`, `(`, `)`, `dot`, `bool` or `eof`."""

    kind: str
    text: str
    start: int

    @property
    def wrong(self) -> tuple[int, int]:
        """Offset and length, for an error."""
        return self.start, max(1, len(self.text))


class _Lexer:
    __slots__ = ("at", "depth", "text", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.tokens: list[Token] = []

    def run(self) -> None:
        while opened := _OPEN.search(self.text, self.at):
            comment = _COMMENT.match(self.text, opened.end())
            if comment or self.text.startswith("/*", opened.end()):
                self._comment(comment, opened.end())
                continue
            self._add("left", opened.start(), opened.end())
            self.depth = 0
            while self._inside(opened.start()):
                pass

    def _add(self, kind: str, start: int, end: int) -> None:
        self.tokens.append(Token(kind, self.text[start:end], start))
        self.at = end

    def _comment(self, comment: re.Match[str] | None, start: int) -> None:
        if comment is None:
            raise QueryError("the comment is never closed", start, 2)
        if comment["close"] is None:
            raise QueryError("behind the comment `}}` must follow", start, comment.end() - start)
        self.at = comment.end()

    def _inside(self, opened: int) -> bool:
        """One token of an action; False when that closes it."""
        close = _CLOSE.match(self.text, self.at)
        if close:
            if self.depth:
                raise QueryError("a `(` is not closed before `}}`", self.at, 2)
            self._add("right", *close.span())
            return False
        token = _TOKEN.match(self.text, self.at)
        if token is None:
            raise self._stuck(opened)
        kind, (start, end) = token.lastgroup or "", token.span()
        if kind == "number":
            end = self._number(start)
        elif kind in ("variable", "field", "word"):
            kind = self._name(kind, token[0], end)
        elif kind == "paren":
            kind = self._paren(token[0], start)
        self._add(kind, start, end)
        return True

    def _stuck(self, opened: int) -> QueryError:
        char = self.text[self.at : self.at + 1]
        if not char:
            return QueryError("`{{` is never closed", opened, 2)
        if char in _UNCLOSED:
            return QueryError(f"the {_UNCLOSED[char]} is never closed", self.at)
        return QueryError(f"{f'`{char}`' if char.isprintable() else 'this'} cannot stand here", self.at)

    def _paren(self, char: str, start: int) -> str:
        self.depth += 1 if char == "(" else -1
        if self.depth < 0:
            raise QueryError("this `)` closes nothing", start)
        return char

    def _name(self, kind: str, word: str, end: int) -> str:
        following = self.text[end : end + 1]
        if following and following not in _END_OF_NAME and not self.text.startswith("}}", end):
            shown = f"`{following}`" if following.isprintable() else "this"
            raise QueryError(f"{shown} cannot stand directly behind `{word[:40]}`", end)
        if kind == "word":
            return "bool" if word in ("true", "false") else word if word in KEYWORDS else "word"
        return "dot" if word == "." else kind

    def _number(self, start: int) -> int:
        end = self._part(start)
        if self.text[end : end + 1] in ("+", "-"):
            end = self._part(end)
            if self.text[end - 1] != "i":
                raise QueryError("this is no number", start, end - start)
        return end

    def _part(self, start: int) -> int:
        end = max(found.end() if (found := base.match(self.text, start)) else start for base in _BASES)
        following = self.text[end : end + 1]
        if following and (following == "_" or following.isalnum()):
            raise QueryError("this is no number", start, end - start + 1)
        return end


def lex(text: str) -> list[Token]:
    """All tokens of the template's actions, closed by one of kind `eof`."""
    lexer = _Lexer(text)
    lexer.run()
    return [*lexer.tokens, Token("eof", "", len(text))]
