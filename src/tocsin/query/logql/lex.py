"""LogQL's tokens, as Loki 3.7.8 cuts them. Linear in the length of the text; no meaning.

Loki scans with Go's own scanner: `//` and `/* */` are comments too, any letter may be in a name, a single
character in single quotes is a name, and so is every character that means nothing. A word is a function only
before `(`, `by (` or `without (`.
"""

import re
import unicodedata

from tocsin.query.cursor import Cursor
from tocsin.query.durations import read_duration
from tocsin.query.errors import QueryError
from tocsin.query.logql.ast import CONVERSIONS, RANGE_AGGREGATIONS, VECTOR_AGGREGATIONS
from tocsin.query.logql.quantities import read_log_duration, read_size
from tocsin.query.logql.scan_number import NotANumber, scan_number

MAX_BYTES = 131_072
FUNCTIONS = RANGE_AGGREGATIONS | VECTOR_AGGREGATIONS | CONVERSIONS | {"vector", "label_replace", "ip"}
KEYWORDS = frozenset(
    ("by", "without", "bool", "offset", "on", "ignoring", "group_left", "group_right", "or", "and", "unless",
     "json", "regexp", "logfmt", "unpack", "pattern", "label_format", "line_format", "decolorize", "drop",
     "keep", "variants", "of", "unwrap")
)  # fmt: skip
_FLAGS = ("--strict", "--keep-empty")
_LONGEST_FLAG = 16
_BLANK = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CALLED = re.compile(rf"[{_BLANK}]*(?:\(|(?:by|without)[{_BLANK}]*\()", re.IGNORECASE)
_TOKEN = re.compile(
    r"""(?P<space>(?:[ \t\r\n]+|\#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/)+)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*+(?![^\x00-\x7f]))
    |(?P<string>"(?:[^"\\\n]+|\\[^\n])*+"|`[^`]*`)
    |(?P<number>\.?[0-9])
    |(?P<range>\[[^\]]*\])
    |(?P<op>==|=~|!=|!~|!>|\|=|\|~|\|>|>=|<=|/(?!\*)|[,.{}=|()\]+*%^><])
    |(?P<minus>-)
    |(?P<quoted>'(?:[^'\\\n]|\\[^\n][0-9a-fA-F]{0,8})')""",
    re.VERBOSE,
)
_DURATION_RUNES = re.compile("[0-9nuµmshdwy.]{0,200}")
_SIZE_RUNES = re.compile("[0-9BikKMGTP.]{0,200}")
_ESCAPE = re.compile(r"\\(?:[abfnrtv\\']|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")


class _Lexer:
    __slots__ = ("at", "ends", "kinds", "mistake", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.kinds: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.at = 1 if text.startswith("\ufeff") else 0
        self.mistake: QueryError | None = None

    def run(self) -> None:
        """Cut the whole text, or up to the first mistake."""
        size = len(self.text)
        while self.at < size and self.mistake is None:
            token = _TOKEN.match(self.text, self.at)
            group = token.lastgroup if token else None
            if token is None or group is None:
                self._odd()
            elif group == "op":
                self._add(token[0], *token.span())
            elif group == "space":
                self.at = token.end()
            elif group == "string":
                self._add(group, *token.span())
            elif group == "word":
                self._word(*token.span())
            else:
                self._lexeme(group, *token.span())

    def _add(self, kind: str, start: int, end: int) -> None:
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        self.at = end

    def _lexeme(self, group: str, start: int, end: int) -> None:
        if group == "number":
            self._number(start)
        elif group == "range":
            self._range(start, end)
        elif group == "minus":
            self._minus(start)
        elif self.text[start + 1] == "\\" and not _ESCAPE.fullmatch(self.text, start + 1, end - 1):
            self._mistake("this is no escape sequence", start, end - start)
        else:
            self._add("id", start, end)

    def _word(self, start: int, end: int) -> None:
        lower = self.text[start:end].lower()
        if lower in FUNCTIONS:
            self._add(lower if _CALLED.match(self.text, end) else "id", start, end)
        else:
            self._add(lower if lower in KEYWORDS else "id", start, end)

    def _number(self, start: int) -> None:
        glued = not self.ends or self.ends[-1] == start
        try:
            end = scan_number(self.text, start, glued)
        except NotANumber as error:
            self._mistake(str(error), start)
            return
        for kind, runes, read in (
            ("duration", _DURATION_RUNES, read_log_duration),
            ("bytes", _SIZE_RUNES, read_size),
        ):
            stop = self._amount(end, runes)
            if stop > end and read(self.text[start:stop]) is not None:
                self._add(kind, start, stop)
                return
        self._add("number", start, end)

    def _amount(self, at: int, runes: re.Pattern[str]) -> int:
        """How far digits and the letters of units go."""
        found = runes.match(self.text, at)
        end = found.end() if found else at
        return at if _is_foreign_digit(self.text[end : end + 1]) else end

    def _minus(self, start: int) -> None:
        text = self.text
        if text[start + 1 : start + 2] == "-":
            end, stop = start + 1, start + _LONGEST_FLAG
            while end < stop and (text[end : end + 1].isalpha() or text[end : end + 1] == "-"):
                end += 1
            if text[start:end] in _FLAGS:
                self._add("flag", start, end)
                return
        stop = self._amount(start + 1, _DURATION_RUNES)
        if stop > start + 1 and read_log_duration(text[start:stop]) is not None:
            self._add("duration", start, stop)
        else:
            self._add("-", start, start + 1)

    def _range(self, start: int, end: int) -> None:
        wrong = read_duration(self.text[start + 1 : end - 1])
        if isinstance(wrong, str):
            if self.text[start + 1] == "$":
                wrong = "variables like this are Grafana's, Loki does not know them"
            self._mistake(wrong, start + 1, end - start - 2)
        else:
            self._add("range", start, end)

    def _odd(self) -> None:
        """What the pattern does not know: names with letters of the world, stray characters, open ends."""
        text, start = self.text, self.at
        char = text[start]
        if char.isalpha() or char == "_":
            end = start + 1
            while end < len(text) and (text[end] == "_" or text[end].isalpha() or text[end].isdecimal()):
                end += 1
            self._word(start, end)
        elif char in "\"'`":
            self._mistake(f"the string that begins with {char} is not closed", start)
        elif char == "[":
            self._mistake("`[` is never closed", start)
        elif char == "/":
            self._mistake("the comment is never closed", start, 2)
        else:
            self._add("id", start, start + 1)

    def _mistake(self, message: str, at: int, length: int = 1) -> None:
        self.mistake = QueryError(message, at, length)
        self._add("error", at, min(len(self.text), at + length))


def _is_foreign_digit(char: str) -> bool:
    """Loki takes any digit of the world for part of an amount, which then is none."""
    return char != "" and not char.isascii() and unicodedata.category(char)[0] == "N"


def lex(text: str) -> Cursor:
    """The tokens of `text`; the last one is of kind `eof`, perhaps behind one of kind `error`."""
    if "\0" in text:
        raise QueryError("the character U+0000 cannot stand in a query", text.index("\0"))
    if len(text) > MAX_BYTES // 4 and len(text.encode("utf-8", "surrogatepass")) >= MAX_BYTES:
        raise QueryError(f"the query is longer than {MAX_BYTES - 1} bytes", 0)
    lexer = _Lexer(text)
    lexer.run()
    lexer.kinds.append("eof")
    lexer.starts.append(len(text))
    lexer.ends.append(len(text))
    return Cursor(text, lexer.kinds, lexer.starts, lexer.ends, lexer.mistake, lenient=True)
