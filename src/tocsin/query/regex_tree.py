"""A regular expression of RE2 as a tree, for those who match with it or look for a text that it matches.

Only for patterns that `regex.read` accepts; what RE2 refuses is not noticed here.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TypeAlias

from tocsin.query.regex import RegexError, read

MAX_DEPTH = 100
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}")
_GROUP = re.compile(r"\?P?<([A-Za-z0-9_]+)>|\?([imsU]*)(-[imsU]+)?([:)])")
_HEX = re.compile(r"x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_PROPERTY = re.compile(r"([pP])(?:\{(\^?)([^}]*)\}|([^{]))", re.DOTALL)
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_WORD = ((48, 57), (65, 90), (95, 95), (97, 122))
_CLASSES = {"d": ((48, 57),), "s": ((9, 10), (12, 13), (32, 32)), "w": _WORD}
_NAMED = {
    "alnum": ((48, 57), (65, 90), (97, 122)), "alpha": ((65, 90), (97, 122)), "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)), "cntrl": ((0, 31), (127, 127)), "digit": ((48, 57),), "graph": ((33, 126),),
    "lower": ((97, 122),), "print": ((32, 126),), "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)), "upper": ((65, 90),), "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}  # fmt: skip
_ASSERTIONS = {"A": "begin", "z": "end", "b": "word", "B": "no-word"}
LAST = 0x10FFFF
Ranges: TypeAlias = tuple[tuple[int, int], ...]


class TooHard(ValueError):
    """The pattern is valid, but bigger or rarer than what is looked into here."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character: in one of `ranges` or of the Unicode categories; `negated`: in none of them."""

    ranges: Ranges
    categories: tuple[tuple[str, bool], ...] = ()
    """Prefix of the category's name, and whether the character must not be in it."""
    negated: bool = False
    fold: bool = False

    def has(self, char: str) -> bool:
        """Whether it matches this character."""
        forms = {char, char.lower(), char.upper()} if self.fold else (char,)
        return any(self._plain(form) for form in forms if len(form) == 1) != self.negated

    def _plain(self, char: str) -> bool:
        code = ord(char)
        if any(low <= code <= high for low, high in self.ranges):
            return True
        return any(unicodedata.category(char).startswith(name) != out for name, out in self.categories)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; none: the empty text."""

    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Branches:
    """One of them, the earlier ones first."""

    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`most` None: as often as one likes."""

    item: "Tree"
    least: int
    most: int | None
    greedy: bool = True


@dataclass(frozen=True, slots=True)
class Capture:
    """A group that captures; the first one has the index 1."""

    item: "Tree"
    index: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """`begin`, `end`, `line-begin`, `line-end`, `word`, `no-word`."""

    kind: str


Tree: TypeAlias = Chars | Sequence | Branches | Repeat | Capture | Assertion
ANY = Chars(((0, LAST),))
ANY_BUT_NEWLINE = Chars(((10, 10),), negated=True)


@dataclass(slots=True)
class _Open:
    flags: frozenset[str]
    index: int = 0
    name: str = ""
    branches: list[Tree] = field(default_factory=list)
    items: list[Tree] = field(default_factory=list)

    def branch(self) -> None:
        self.branches.append(self.items[0] if len(self.items) == 1 else Sequence(tuple(self.items)))
        self.items = []

    def closed(self) -> Tree:
        self.branch()
        inner = self.branches[0] if len(self.branches) == 1 else Branches(tuple(self.branches))
        return Capture(inner, self.index, self.name) if self.index else inner


class _Reader:
    __slots__ = ("at", "groups", "open", "text")

    def __init__(self, text: str, flags: str) -> None:
        self.text, self.at, self.groups = text, 0, 0
        self.open = [_Open(frozenset(flags))]

    def run(self) -> Tree:
        while self.at < len(self.text):
            self._one(self.text[self.at])
        return self.open[0].closed()

    def _one(self, char: str) -> None:
        top = self.open[-1]
        if char == "(":
            self._group()
        elif char == ")":
            inner = self.open.pop().closed()
            self.open[-1].items.append(inner)
            self.at += 1
        elif char == "|":
            top.branch()
            self.at += 1
        elif char in "*+?" or (char == "{" and _REPEAT.match(self.text, self.at)):
            self._repeat(top)
        elif char == "\\":
            self._escape(top)
        else:
            top.items.append(self._plain(char, top.flags))

    def _plain(self, char: str, flags: frozenset[str]) -> Tree:
        if char == "[":
            return self._class("i" in flags)
        self.at += 1
        if char == ".":
            return ANY if "s" in flags else ANY_BUT_NEWLINE
        if char == "^":
            return Assertion("line-begin" if "m" in flags else "begin")
        if char == "$":
            return Assertion("line-end" if "m" in flags else "end")
        return Chars(((ord(char), ord(char)),), fold="i" in flags)

    def _group(self) -> None:
        top = self.open[-1]
        found = _GROUP.match(self.text, self.at + 1)
        if len(self.open) > MAX_DEPTH:
            raise TooHard("its groups are nested too deeply")
        if found is None or found[1] is not None:
            self.groups += 1
            name = found[1] if found else ""
            self.at = found.end() if found else self.at + 1
            self.open.append(_Open(top.flags, self.groups, name))
            return
        flags = (top.flags | set(found[2])) - set((found[3] or "")[1:])
        self.at = found.end()
        if found[4] == ")":
            top.flags = flags
        else:
            self.open.append(_Open(flags))

    def _repeat(self, top: _Open) -> None:
        counted = _REPEAT.match(self.text, self.at)
        sign = self.text[self.at]
        least, most = (1, None) if sign == "+" else (0, None) if sign == "*" else (0, 1)
        if counted:
            least = int(counted[1])
            most = least if counted[2] is None else int(counted[3]) if counted[3] else None
        self.at = counted.end() if counted else self.at + 1
        greedy = self.text[self.at : self.at + 1] != "?"
        self.at += not greedy
        top.items.append(Repeat(top.items.pop(), least, most, greedy != ("U" in top.flags)))

    def _escape(self, top: _Open) -> None:
        following = self.text[self.at + 1]
        if following in _ASSERTIONS:
            self.at += 2
            top.items.append(Assertion(_ASSERTIONS[following]))
        elif following == "Q":
            end = self.text.find("\\E", self.at + 2)
            stop = len(self.text) if end < 0 else end
            for char in self.text[self.at + 2 : stop]:
                top.items.append(Chars(((ord(char), ord(char)),), fold="i" in top.flags))
            self.at = stop if end < 0 else stop + 2
        else:
            ranges, categories = self._class_escape() or (None, ())
            if ranges is None:
                code = self._character()
                ranges = ((code, code),)
            top.items.append(Chars(ranges, categories, fold="i" in top.flags))

    def _class_escape(self) -> tuple[Ranges, tuple[tuple[str, bool], ...]] | None:
        following = self.text[self.at + 1 : self.at + 2]
        if following.lower() in _CLASSES and following:
            self.at += 2
            ranges = _CLASSES[following.lower()]
            return (ranges if following.islower() else _others(ranges)), ()
        if following not in ("p", "P"):
            return None
        found = _PROPERTY.match(self.text, self.at + 1)
        if found is None:
            return None
        self.at = found.end()
        name, out = found[3] or found[4], (found[1] == "P") != (found[2] == "^")
        if name == "Any":
            return ((() if out else ((0, LAST),)), ())
        if len(name) > 2:
            raise TooHard("scripts of Unicode are not looked into")
        return (), ((name, out),)

    def _character(self) -> int:
        text = self.text
        if text[self.at] != "\\":
            self.at += 1
            return ord(text[self.at - 1])
        char = text[self.at + 1]
        for pattern, base in ((_HEX, 16), (_OCTAL, 8)):
            found = pattern.match(text, self.at + 1)
            if found:
                self.at = found.end()
                return int(next((group for group in found.groups() if group), found[0]), base)
        self.at += 2
        return _CONTROL.get(char, ord(char))

    def _class(self, fold: bool) -> Chars:
        self.at += 1
        negated = self.text[self.at] == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        categories: list[tuple[str, bool]] = []
        first = True
        while self.text[self.at] != "]" or first:
            first = False
            named = _POSIX.match(self.text, self.at)
            escaped = self._class_escape() if self.text[self.at] == "\\" else None
            if named:
                self.at = named.end()
                ranges += _others(_NAMED[named[2]]) if named[1] else _NAMED[named[2]]
            elif escaped:
                ranges += escaped[0]
                categories += escaped[1]
            else:
                ranges.append(self._range())
        self.at += 1
        return Chars(tuple(ranges), tuple(categories), negated, fold)

    def _range(self) -> tuple[int, int]:
        low = self._character()
        if self.text[self.at] != "-" or self.text[self.at + 1] == "]":
            return low, low
        self.at += 1
        return low, self._character()


def _others(ranges: Ranges) -> Ranges:
    """What is in none of these ascending ranges."""
    found, low = [], 0
    for first, last in ranges:
        if first > low:
            found.append((low, first - 1))
        low = last + 1
    return (*found, (low, LAST))


def tree(pattern: str, flags: str = "") -> Tree:
    """The tree of `pattern` under flags (`s`: the dot is any character); raises RegexError and TooHard."""
    read(pattern, literals=False)
    try:
        return _Reader(pattern, flags).run()
    except IndexError:
        raise RegexError("the pattern ends too early", len(pattern)) from None
