"""How far a number of LogQL goes: Loki 3.7.8 scans numbers as in Go's source code."""

import re

_DIGITS = {2: re.compile("[0-9_]*"), 8: re.compile("[0-9_]*"), 10: re.compile("[0-9_]*"),
           16: re.compile("[0-9a-fA-F_]*")}  # fmt: skip
_MISPLACED = re.compile(r"(?<![0-9a-fA-F])_(?<!0[xXoO]_)|_(?![0-9a-fA-F])")


class NotANumber(ValueError):
    """The scanner gives up."""


def scan_number(text: str, start: int, glued: bool) -> int:
    """Where the number at `start` ends; raises NotANumber with the reason.

    `glued`: nothing but a token stands before it; only then `0b1` counts as binary.
    """
    base, at, prefix = _base(text, start, glued)
    begin = at
    end = _digits(text, at, base)
    whole = text[at:end]
    floating = text[end : end + 1] == "."
    if floating:
        if prefix in ("o", "b"):
            raise NotANumber("such a number has no fraction")
        end = _digits(text, end + 1, base)
    leading_zero = prefix == "0"
    if not leading_zero and not any(char not in "._" for char in text[begin:end]):
        raise NotANumber("the number has no digits")
    end, exponent = _exponent(text, end, prefix)
    if prefix == "x" and floating and not exponent:
        raise NotANumber("a hexadecimal fraction wants a `p` exponent")
    if not floating and not exponent and base < 10 and any("0" <= c <= "9" and int(c) >= base for c in whole):
        raise NotANumber(f"a digit that is too big for base {base} (a leading `0` means octal)")
    if "_" in text[start:end] and _MISPLACED.search(text[start:end]):
        raise NotANumber("`_` stands only between digits")
    return end


def _base(text: str, start: int, glued: bool) -> tuple[int, int, str]:
    if text[start] != "0":
        return 10, start, ""
    following = text[start + 1 : start + 2].lower()
    if following == "x":
        return 16, start + 2, "x"
    if following == "o":
        return 8, start + 2, "o"
    if following == "b":
        if glued:
            return 2, start + 2, "b"
        raise NotANumber("the number has no digits")
    return 8, start + 1, "0"


def _digits(text: str, at: int, base: int) -> int:
    found = _DIGITS[base].match(text, at)
    return found.end() if found else at


def _exponent(text: str, at: int, prefix: str) -> tuple[int, bool]:
    mark = text[at : at + 1].lower()
    if mark not in ("e", "p"):
        return at, False
    if mark == "p" and prefix != "x":
        raise NotANumber("a `p` exponent wants a hexadecimal number")
    if mark == "e" and prefix not in ("", "0"):
        raise NotANumber("an `e` exponent wants a decimal number")
    at += 1
    if text[at : at + 1] in ("+", "-"):
        at += 1
    end = _digits(text, at, 10)
    if not text[at:end].strip("_"):
        raise NotANumber("the exponent has no digits")
    return end, True
