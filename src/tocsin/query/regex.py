"""Regular expressions of Prometheus and Loki (Go's RE2): is one valid, does it match the empty text.

Read with a stack of our own in one pass, whatever the nesting. Nothing is matched here.
"""

import re
from dataclasses import dataclass, field

from tocsin.query.errors import QueryError
from tocsin.query.quoting import is_utf8
from tocsin.query.regex_classes import CATEGORIES, POSIX, SCRIPTS

MAX_REPEAT = 1000
MAX_HEIGHT = 1000
MAX_SIZE = 128 * 2**20 // 40
"""Go's limit: instructions of 40 bytes in 128 MB."""
_PLAIN = re.compile(r"[^\\\[\](){}|^$.*+?\ud800-\udfff]+")
_SPECIAL = re.compile(r"[\\\[\](){}^$.*+?]")
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}")
_GROUP_NAME = re.compile(r"\?P?<([A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\?(?:[imsU]*|[imsU]*-[imsU]+)([:)])")
_FOREIGN = {
    "?=": "a lookahead",
    "?!": "a lookahead",
    "?<=": "a lookbehind",
    "?<!": "a lookbehind",
    "?>": "an atomic group",
    "?P=": "a backreference",
    "?#": "a comment",
    "?|": "a branch reset",
}
_HEX = re.compile(r"x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_UNICODE = re.compile(r"[pP](?:\{\^?([^}]*)\}|([^{]))", re.DOTALL)
_C_ESCAPES = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


class RegexError(ValueError):
    """Not a regular expression; `offset` is the character of the pattern where the mistake is."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Regex:
    """What is known of a valid pattern."""

    matches_empty: bool
    """Whether the whole pattern, anchored at both ends, matches the empty text."""
    groups: tuple[str, ...]
    """The names of all groups that capture, in order; unnamed ones are empty."""


@dataclass(slots=True)
class _Piece:
    """One item or group: does it match nothing, how often is its inside repeated, how big is it compiled."""

    empty: bool
    repeats: int = 1
    size: int = 1


@dataclass(slots=True)
class _Open:
    """A group that is being read, or the whole."""

    at: int
    branch: _Piece = field(default_factory=lambda: _Piece(True, size=0))
    last: _Piece | None = None
    done: _Piece = field(default_factory=lambda: _Piece(False, size=0))

    def add(self, piece: _Piece) -> None:
        """Put `piece` behind what was read."""
        self.settle()
        self.last = piece

    def settle(self) -> None:
        """No repetition can follow the last piece any more."""
        if self.last is not None:
            branch, last = self.branch, self.last
            branch.empty &= last.empty
            branch.repeats = max(branch.repeats, last.repeats)
            branch.size += last.size
            self.last = None

    def next_branch(self) -> None:
        """A `|`, or the end."""
        self.settle()
        done, branch = self.done, self.branch
        done.empty |= branch.empty
        done.repeats = max(done.repeats, branch.repeats)
        done.size += branch.size + 1
        self.branch = _Piece(True, size=0)


class _Reader:
    __slots__ = ("at", "groups", "open", "repeated", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open = [_Open(0)]
        self.groups: list[str] = []
        self.repeated = False

    def run(self) -> Regex:
        text, size = self.text, len(self.text)
        while self.at < size:
            char = text[self.at]
            if char in "*+?" or (char == "{" and _REPEAT.match(text, self.at)):
                self._repeat()
                continue
            self.repeated = False
            self._item(char)
        if len(self.open) > 1:
            raise self._fail("this `(` is never closed", self.open[-1].at)
        return Regex(self._close(self.open.pop()).empty, tuple(self.groups))

    def _item(self, char: str) -> None:
        top = self.open[-1]
        if char == "\\":
            self._escape()
        elif char == "[":
            self._class()
        elif char == "(":
            self._group()
        elif char == ")":
            self._end_of_group()
        elif char == "|":
            top.next_branch()
            self.at += 1
        elif char in "^$":
            top.add(_Piece(True))
            self.at += 1
        else:
            self._literal(char)

    def _literal(self, char: str) -> None:
        top = self.open[-1]
        plain = _PLAIN.match(self.text, self.at)
        end = plain.end() if plain else self.at + 1
        if "\ud800" <= char <= "\udfff":
            raise self._fail("this byte is no UTF-8", self.at)
        if end - self.at > 1:
            top.add(_Piece(False, size=end - self.at - 1))
        top.add(_Piece(False))
        self.at = end

    def _repeat(self) -> None:
        start, text, top = self.at, self.text, self.open[-1]
        least, most, operator = 0, -1, text[start]
        counted = _REPEAT.match(text, start)
        if counted:
            operator = counted[0]
            least = _count(counted[1])
            most = least if counted[2] is None else _count(counted[3]) if counted[3] else -1
            if least > MAX_REPEAT or most > MAX_REPEAT or -1 < most < least:
                raise self._fail(
                    f"the repetition `{operator}` is out of bounds (at most {MAX_REPEAT})", start
                )
        elif operator in "+?":
            least, most = int(operator == "+"), -1 if operator == "+" else 1
        self.at = start + len(operator)
        if text[self.at : self.at + 1] == "?":
            self.at += 1
        if self.repeated:
            raise self._fail(
                f"`{operator}` stands behind another repetition (RE2 has no possessive ones)", start
            )
        if top.last is None:
            raise self._fail(f"there is nothing that `{operator}` could repeat", start)
        self.repeated = True
        self._repeated(top.last, least, most, counted is not None, start)

    def _repeated(self, piece: _Piece, least: int, most: int, counted: bool, start: int) -> None:
        piece.empty |= least == 0
        times = max(1, least if most < 0 else most)
        if not counted:
            piece.size += 2
            return
        piece.size = piece.size * times + 1
        piece.repeats = 1 if most == 0 else piece.repeats * times
        if (least >= 2 or most >= 2) and piece.repeats > MAX_REPEAT:
            raise self._fail(f"repetitions inside each other make more than {MAX_REPEAT}", start)
        if piece.size > MAX_SIZE:
            raise self._fail("the regular expression is too large when compiled", start)

    def _group(self) -> None:
        start = self.at
        rest = self.text[start + 1 : start + 2]
        if rest != "?":
            self.groups.append("")
            self.at = start + 1
        else:
            named = _GROUP_NAME.match(self.text, start + 1)
            flags = _FLAGS.match(self.text, start + 1)
            if named:
                self.groups.append(named[1])
                self.at = named.end()
            elif flags:
                self.at = flags.end()
                if flags[1] == ")":
                    return
            else:
                raise self._foreign(start)
        self.open.append(_Open(start))
        if len(self.open) > MAX_HEIGHT:
            raise self._fail(f"groups inside each other deeper than {MAX_HEIGHT}", start)

    def _foreign(self, start: int) -> RegexError:
        for sign, what in _FOREIGN.items():
            if self.text.startswith(sign, start + 1):
                return self._fail(f"`({sign}` is {what}, which RE2 does not have", start)
        return self._fail("RE2 does not know this kind of group", start)

    def _end_of_group(self) -> None:
        if len(self.open) == 1:
            raise self._fail("this `)` closes nothing", self.at)
        inner = self._close(self.open.pop())
        inner.size += 2
        self.open[-1].add(inner)
        self.at += 1

    def _close(self, group: _Open) -> _Piece:
        group.next_branch()
        return group.done

    def _escape(self) -> None:
        """A backslash outside of brackets."""
        top, text = self.open[-1], self.text
        following = text[self.at + 1 : self.at + 2]
        if following and following in "Azb":
            top.add(_Piece(following != "b"))
        elif following == "B":
            top.add(_Piece(True))
        elif following == "Q":
            end = text.find("\\E", self.at + 2)
            stop = len(text) if end < 0 else end
            for _ in text[self.at + 2 : stop]:
                top.add(_Piece(False))
            self.at = stop if end < 0 else stop + 2
            return
        else:
            if not self._class_escape():
                self._character()
            top.add(_Piece(False))
            return
        self.at += 2

    def _class_escape(self) -> bool:
        """`\\d`, `\\pL` and their like, if that is next."""
        following = self.text[self.at + 1 : self.at + 2]
        if following and following in "dDsSwW":
            self.at += 2
            return True
        if following not in ("p", "P"):
            return False
        found = _UNICODE.match(self.text, self.at + 1)
        name = (found[1] if found[1] is not None else found[2]) if found else ""
        if found is None or (name not in CATEGORIES and name not in SCRIPTS):
            raise self._fail(f"RE2 knows no character class `{found[0] if found else following}`", self.at)
        self.at = found.end()
        return True

    def _character(self) -> int:
        """One character, perhaps escaped; its number."""
        text, start = self.text, self.at
        if text[start] != "\\":
            self.at += 1
            if "\ud800" <= text[start] <= "\udfff":
                raise self._fail("this byte is no UTF-8", start)
            return ord(text[start])
        char = text[start + 1 : start + 2]
        if not char:
            raise self._fail("the backslash at the end escapes nothing", start)
        self.at += 2
        if char in _C_ESCAPES:
            return _C_ESCAPES[char]
        if char.isascii() and not char.isalnum():
            return ord(char)
        for pattern, base in ((_HEX, 16), (_OCTAL, 8)):
            found = pattern.match(text, start + 1)
            code = int(next((g for g in found.groups() if g), found[0]), base) if found else -1
            if found and code <= 0x10FFFF:
                self.at = found.end()
                return code
        what = "a backreference, which RE2 does not have" if char.isdigit() else "no escape that RE2 knows"
        raise self._fail(f"`\\{char}` is {what}", start)

    def _class(self) -> None:
        """A class in brackets."""
        start, text = self.at, self.text
        self.at += 1
        if text[self.at : self.at + 1] == "^":
            self.at += 1
        first = True
        while (char := text[self.at : self.at + 1]) != "]" or first:
            if not char:
                raise self._fail("this `[` is never closed", start)
            first = False
            if not (self._posix() or (char == "\\" and self._class_escape())):
                self._range(start)
        self.at += 1
        self.open[-1].add(_Piece(False))

    def _posix(self) -> bool:
        if not self.text.startswith("[:", self.at):
            return False
        end = self.text.find(":]", self.at + 2)
        if end < 0:
            return False
        name = self.text[self.at + 2 : end].removeprefix("^")
        if name not in POSIX:
            raise self._fail(f"RE2 knows no character class `[:{name[:20]}:]`", self.at)
        self.at = end + 2
        return True

    def _range(self, opened: int) -> None:
        start, text = self.at, self.text
        low = self._character()
        if text[self.at : self.at + 1] != "-" or text[self.at + 1 : self.at + 2] in ("]", ""):
            return
        self.at += 1
        if self._character() < low:
            raise self._fail(f"the range `{text[start : self.at]}` goes backwards", start)

    def _fail(self, message: str, at: int) -> RegexError:
        return RegexError(message, at)


def read(pattern: str, literals: bool = True) -> Regex:
    """What is known of `pattern`; raises RegexError when RE2 refuses it.

    `literals`: matchers of labels never give alternatives without any special character to RE2 (Prometheus
    3.15.0, Loki 3.7.8), so that there even bytes that are no UTF-8 are allowed.
    """
    if literals and not _SPECIAL.search(pattern):
        return Regex("" in pattern.split("|"), ())
    return _Reader(pattern).run()


def check(pattern: str, start: int, length: int, literals: bool = True) -> Regex:
    """Like `read` for the string literal at `start`; raises QueryError with a place inside of it."""
    try:
        return read(pattern, literals)
    except RegexError as error:
        exact = length == len(pattern) + 2 and is_utf8(pattern)
        place = min(start + 1 + error.offset, start + length - 1) if exact else start
        raise QueryError(error.message, place, 1 if exact else length) from None


def excludes_empty(op: str, value: str) -> bool:
    """Whether a series without the label fails the matcher."""
    if op in ("=", "!="):
        return (value != "") == (op == "=")
    return read(value).matches_empty == (op == "!~")


def _count(digits: str) -> int:
    return int(digits) if len(digits) <= 4 else MAX_REPEAT + 1
