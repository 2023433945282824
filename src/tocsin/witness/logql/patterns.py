"""Patterns like `<ip> - <_> "<method>`: parser and line filter of Loki 3.7.8 (log/pattern)."""

import re
from collections.abc import Iterator
from functools import lru_cache

_CAPTURE = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)>")


@lru_cache(maxsize=256)
def pattern_parts(pattern: str) -> tuple[tuple[bool, str], ...]:
    """Captures (True, with their names) and the texts between them."""
    found: list[tuple[bool, str]] = []
    at = 0
    for capture in _CAPTURE.finditer(pattern):
        if capture.start() > at:
            found.append((False, pattern[at : capture.start()]))
        found.append((True, capture[1]))
        at = capture.end()
    if at < len(pattern):
        found.append((False, pattern[at:]))
    return tuple(found)


def captures(parts: tuple[tuple[bool, str], ...], text: str) -> Iterator[tuple[str, str]]:
    """What `| pattern` takes out: a capture whose end is missing goes on to the end of the line."""
    if not text or not parts:
        return
    if not parts[0][0]:
        if not text.startswith(parts[0][1]):
            return
        text, parts = text[len(parts[0][1]) :], parts[1:]
    for i in range(0, len(parts), 2):
        name = parts[i][1]
        literal = parts[i + 1][1] if i + 1 < len(parts) else ""
        at = text.find(literal) if literal else -1
        if name != "_":
            yield name, text if at < 0 else text[:at]
        if at < 0:
            return
        text = text[at + len(literal) :]


def fits_pattern(parts: tuple[tuple[bool, str], ...], text: str) -> bool:
    """Whether `|>` keeps the line: all of it, no capture empty."""
    if not text or not parts:
        return not text and not parts
    off = 0
    for i, (capture, literal) in enumerate(parts):
        if capture:
            continue
        at = text.find(literal, off)
        if at < 0 or (i > 0 and at == off):
            return False
        off = at + len(literal)
    return parts[-1][0] == (off != len(text))
