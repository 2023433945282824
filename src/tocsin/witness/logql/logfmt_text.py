"""Key and value pairs of a line in logfmt, as Loki 3.7.8 reads them (log/logfmt/decode.go)."""

import json
from collections.abc import Iterator


def pairs(text: str) -> Iterator[tuple[str, str] | str]:
    """Each pair in order; a text instead of one says what is wrong there, and reading goes on behind it."""
    at, size = 0, len(text)
    while at < size:
        if text[at] <= " ":
            at += 1
            continue
        end = _end_of_key(text, at)
        key, sign = text[at:end], text[end : end + 1]
        if sign == '"' or (sign == "=" and not key):
            yield f"unexpected {sign!r}"
            at = _end_of_word(text, end)
        elif sign != "=":
            yield key, ""
            at = end
        else:
            value, at = _value(text, end + 1)
            yield (key, value) if value is not None else "unexpected sign"


def _value(text: str, start: int) -> tuple[str | None, int]:
    if text[start : start + 1] == '"':
        return _quoted(text, start)
    end = start
    while end < len(text) and text[end] > " ":
        if text[end] in '="':
            return None, _end_of_word(text, end)
        end += 1
    return text[start:end], end


def _quoted(text: str, start: int) -> tuple[str | None, int]:
    at, escaped = start + 1, False
    while at < len(text):
        if escaped:
            escaped = False
        elif text[at] == "\\":
            escaped = True
        elif text[at] == '"':
            raw = text[start : at + 1]
            if "\\" not in raw:
                return raw[1:-1], at + 1
            try:
                return str(json.loads(raw, strict=False)), at + 1
            except ValueError:
                return None, at + 1
        at += 1
    return None, len(text)


def _end_of_key(text: str, at: int) -> int:
    while at < len(text) and text[at] > " " and text[at] not in '="':
        at += 1
    return at


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and text[at] > " ":
        at += 1
    return at
