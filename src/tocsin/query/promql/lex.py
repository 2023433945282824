"""PromQL's tokens, as Prometheus 3.15.0 cuts them. Linear in the length of the text; no meaning.

Three states: outside, inside braces (no keywords there) and inside brackets. In brackets the engine is in a
narrower state until the first number: no comment may stand there, and no `:` unless an earlier bracket of the
same query held a number (`step()` alone does not count). Odd, but the judge decides.
"""

import re

from tocsin.query.cursor import Cursor
from tocsin.query.errors import QueryError
from tocsin.query.promql.ast import AGGREGATIONS

KEYWORDS = AGGREGATIONS | {
    "and",
    "or",
    "unless",
    "atan2",
    "offset",
    "smoothed",
    "anchored",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "fill",
    "fill_left",
    "fill_right",
    "bool",
    "start",
    "end",
    "step",
    "range",
    "max_of",
    "min_of",
}
_STRING = r"""(?P<string>"(?:[^"\\\n]+|\\[^\n])*+"|'(?:[^'\\\n]+|\\[^\n])*+'|`[^`]*`)"""
_SPACE = r"(?P<space>[ \t\r\n]+)|(?P<comment>\#[^\r\n]*)"
_NUMBERS = (
    r"(?P<number>[0-9]+(?:\.[0-9]+)?(?![0-9A-Za-z_.]))"
    r"|(?P<duration>(?:[0-9]+(?:ms|[smhdwy]))+(?![0-9A-Za-z_]))|(?P<odd>\.?[0-9])"
)
_OUTSIDE = re.compile(
    rf"{_SPACE}|(?P<word>[A-Za-z_:][A-Za-z0-9_:]*)|{_NUMBERS}"
    rf"|(?P<op>==|!=|<=|</|>=|>/|=(?!~)|[-+*/%^<>(){{}}\[\],@\]])|{_STRING}"
)
_BRACES = re.compile(rf"{_SPACE}|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<op>=~|!~|!=|=|,|\}})|{_STRING}")
_BRACKETS = re.compile(rf"{_SPACE}|(?P<word>[A-Za-z_]+)|{_NUMBERS}|(?P<op>[-+*/%^(),:\]])")
_OPENS_PAREN = re.compile(r"[ \t\r\n]*\(")
_UNITS = re.compile(r"[smhdwy]s?(?:[0-9]+[smhdw]s?)*+(?![0-9A-Za-z_])")
_DIGITS = "0123456789"
_DIGITS_HEXADECIMAL = "0123456789abcdefABCDEF"
_HEXADECIMAL = re.compile(r"0[xX]_?")
_TAIL = re.compile(r"[0-9A-Za-z_.]*")
_FILLS = ("fill", "fill_left", "fill_right")
_IN_BRACKETS = ("step", "range", "max_of", "min_of")


class _Lexer:
    __slots__ = ("at", "duration_seen", "ends", "kinds", "mistake", "narrow", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.kinds: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.at = 0
        self.mistake: QueryError | None = None
        self.narrow = False
        self.duration_seen = False

    def run(self) -> None:
        """Cut the whole text, or up to the first mistake."""
        size = len(self.text)
        mode = _OUTSIDE
        while self.at < size and self.mistake is None:
            token = mode.match(self.text, self.at)
            group = token.lastgroup if token else None
            if token is None or group is None:
                self._fail(mode)
            elif group == "op":
                start, end = token.span()
                op = token[group]
                mode = self._after(mode, op)
                if self.mistake is None:
                    self._add(op, start, end)
            elif group == "space":
                self.at = token.end()
            else:
                self._lexeme(mode, group, *token.span())

    def _lexeme(self, mode: re.Pattern[str], group: str, start: int, end: int) -> None:
        """A word, number, string or comment."""
        if group == "odd":
            group, end = self._number(start)
        elif group == "word":
            group = self._word(mode, start, end)
        elif group == "comment":
            if self.narrow:
                self._mistake("a comment cannot stand here", start)
            self.at = end
            return
        elif group == "string" and "\ufffd" in self.text[start:end]:
            self._mistake("the character U+FFFD cannot stand in a string", start)
        if self.mistake is not None:
            return
        if mode is _BRACKETS and group in ("number", "duration"):
            self.duration_seen |= self.narrow
            self.narrow = False
        self._add(group, start, end)

    def _add(self, kind: str, start: int, end: int) -> None:
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        self.at = end

    def _after(self, mode: re.Pattern[str], op: str) -> re.Pattern[str]:
        """The state behind an operator."""
        if op == "{":
            return _BRACES
        if op == "[":
            self.narrow = True
            return _BRACKETS
        if op == "}" and mode is _BRACES:
            return _OUTSIDE
        if op == "]":
            self.narrow = False
            return _OUTSIDE
        if op == ":" and self.narrow and not self.duration_seen:
            self._mistake("Prometheus wants a number or duration before the `:`", self.at)
        return mode

    def _word(self, mode: re.Pattern[str], start: int, end: int) -> str:
        if mode is _BRACES:
            return "id"
        word = self.text[start:end]
        lower = word.lower()
        if mode is _BRACKETS:
            if lower in _IN_BRACKETS:
                return lower
            self._mistake(f"`{word[:40]}` is no duration: expected for example `5m`", start, len(word))
            return "error"
        if lower in KEYWORDS:
            # only before a parenthesis, so that metrics of that name stay usable
            return "id" if lower in _FILLS and not _OPENS_PAREN.match(self.text, end) else lower
        if lower in ("inf", "nan"):
            return "number"
        return "metric" if ":" in word else "id"

    def _number(self, start: int) -> tuple[str, int]:
        """A number that is not of the plain kind."""
        end, whole = _scan_number(self.text, start)
        if whole:
            return "number", end
        units = _UNITS.match(self.text, end)
        if units:
            return "duration", units.end()
        rest = _TAIL.match(self.text, end)
        stop = rest.end() if rest else end
        self._mistake(
            f"`{self.text[start:stop][:40]}` is neither a number nor a duration", start, stop - start
        )
        return "error", end

    def _fail(self, mode: re.Pattern[str]) -> None:
        char = self.text[self.at]
        following = self.text[self.at + 1 : self.at + 2]
        if char in "\"'`" and mode is not _BRACKETS:
            self._mistake(f"the string that begins with {char} is not closed", self.at)
        elif char in "=!" and mode is _OUTSIDE:
            what = "`=~` and `!~` stand only inside braces" if following == "~" else "a lone `!`: meant `!=`?"
            self._mistake(what, self.at, 2 if following == "~" else 1)
        elif char == "$":
            self._mistake("variables like this are Grafana's, Prometheus does not know them", self.at)
        elif mode is _BRACES:
            self._mistake(f"{_shown(char)} cannot stand inside braces", self.at)
        else:
            self._mistake(f"{_shown(char)} cannot stand here", self.at)

    def _mistake(self, message: str, at: int, length: int = 1) -> None:
        self.mistake = QueryError(message, at, length)
        self._add("error", at, min(len(self.text), at + length))


def lex(text: str) -> Cursor:
    """The tokens of `text`; the last one is of kind `eof`, perhaps behind one of kind `error`."""
    lexer = _Lexer(text)
    lexer.run()
    lexer.kinds.append("eof")
    lexer.starts.append(len(text))
    lexer.ends.append(len(text))
    return Cursor(text, lexer.kinds, lexer.starts, lexer.ends, lexer.mistake)


def _shown(char: str) -> str:
    return f"`{char}`" if char.isprintable() else f"character U+{ord(char):04X}"


def _scan_number(text: str, at: int) -> tuple[int, bool]:
    """How far the characters of a number go, and whether it ends there (else perhaps a unit follows).

    The engine takes digits, one dot, one exponent and underscores in a loop that knows little of their order;
    in hexadecimal an `e` is tried as exponent first (3.15.0: `0xee` fails at the very end of the text).
    """
    digits = _DIGITS
    if found := _HEXADECIMAL.match(text, at):
        digits, at = _DIGITS_HEXADECIMAL, found.end()
    elif text[at] == "0":
        at += 1
    if text[at : at + 1] == ".":
        at += 1
    if text[at : at + 1] and text[at] in digits:
        at += 1
    used = ""
    while (char := text[at : at + 1]) and (char in digits or char in "._eE"):
        kind = "e" if char in "eE" else char if char in "._" else ""
        if kind in (".", "e") and kind in used:
            return at + 1, False
        used += kind
        at, good = _after_mark(text, at + 1, kind, digits) if kind else (_skip(text, at, digits), True)
        if not good:
            return at, False
    following = text[at : at + 1]
    return at, not (following and (following == "_" or (following.isascii() and following.isalnum())))


def _skip(text: str, at: int, chars: str) -> int:
    while text[at : at + 1] and text[at] in chars:
        at += 1
    return at


def _after_mark(text: str, at: int, mark: str, digits: str) -> tuple[int, bool]:
    """Behind a dot, an exponent or an underscore of a number: where to go on, and whether that is allowed."""
    if mark == "e" and text[at : at + 1] in ("+", "-"):
        at += 1
    following = text[at : at + 1]
    if following and following in ("_." if mark == "." else "._eE"):
        return at + 1, False
    if mark == ".":
        return at, digits == _DIGITS
    return at, following != ""
