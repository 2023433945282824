"""A part of an expression as it is shown to people: on one line, and with shorter words for what is long."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

SHORT = 60
"""Up to so many characters are shown as they are written."""
LONGEST = 120
Piece: TypeAlias = tuple[int, int, str]
"""Characters [start, end) of a text, and what may stand there instead."""


def excerpt(text: str, start: int, end: int, shorter: Callable[[str], Iterable[Piece]]) -> str:
    """Characters [start, end) of `text`; where they are too many, with the `shorter` pieces of the text."""
    words = one_line(text[start:end])
    if len(words) <= SHORT:
        return words
    found, at = "", start
    for begin, stop, instead in sorted(shorter(text)):
        if at <= begin and stop <= end:
            found += text[at:begin] + instead
            at = stop
    return one_line(found + text[at:end])


def one_line(text: str, most: int = LONGEST) -> str:
    """The text on one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."
