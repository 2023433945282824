"""String literals as Prometheus and Loki read them: Go's escapes, in double, single or back quotes.

Escapes make bytes, not characters: `"\\xe9"` is one byte that is no UTF-8. Such bytes become lone surrogates
(Python's `surrogateescape`), so that every literal has a value and prints back to itself.
"""

import re

from tocsin.query.errors import QueryError

_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))"
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_WRITTEN = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SPECIAL = re.compile('[\\\\"\x00-\x1f\x7f\udc80-\udcff\ufffd]')


def unquote(literal: str, at: int = 0, lenient: bool = False) -> str:
    """The value of a literal with its quotes; `at` is its offset, for the error.

    Loki is `lenient`: the escape of half a surrogate pair becomes U+FFFD; Prometheus refuses it.
    """
    body = literal[1:-1]
    if literal[0] == "`" or "\\" not in body:
        return body
    out: list[bytes] = []
    done = 0
    while (back := body.find("\\", done)) >= 0:
        out.append(_utf8(body[done:back]))
        escape = _ESCAPE.match(body, back)
        value = _value(escape, literal[0], lenient) if escape else None
        if escape is None or value is None:
            raise QueryError(_complaint(body[back : back + 2]), at + 1 + back, 2)
        out.append(value)
        done = escape.end()
    out.append(_utf8(body[done:]))
    return b"".join(out).decode("utf-8", "surrogateescape")


def quote(value: str) -> str:
    """A double-quoted literal that `unquote` reads back as `value`."""
    return '"' + _SPECIAL.sub(lambda found: _written(found[0]), value) + '"'


def is_utf8(value: str) -> bool:
    """False when `value` holds bytes that are no characters."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _value(escape: re.Match[str], quote_char: str, lenient: bool) -> bytes | None:
    simple, octal, short, four, eight = escape.groups()
    if simple:
        known = _SIMPLE.get(simple)
        return known.encode() if known else (simple.encode() if simple == quote_char else None)
    if octal:
        return bytes([int(octal, 8)]) if int(octal, 8) < 256 else None
    if short:
        return bytes([int(short, 16)])
    code = int(four or eight, 16)
    if 0xD800 <= code < 0xE000:
        return "\ufffd".encode() if lenient else None
    return None if code > 0x10FFFF else chr(code).encode()


def _complaint(escape: str) -> str:
    hint = " (a backslash is written `\\\\`, or use backquotes)"
    return f"`{escape}` is no escape sequence" + (hint if escape[1:].isprintable() else "")


def _written(char: str) -> str:
    if char in _WRITTEN:
        return _WRITTEN[char]
    if char == "\ufffd":  # Prometheus 3.15.0 takes the character itself for broken UTF-8
        return "\\ufffd"
    return f"\\x{ord(char) & 0xFF:02x}"
