"""Log lines in the notation of test files: a line that repeats is one item, a number that counts is `{n}`.

Reads back (`streams`) as exactly the lines given. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tocsin.proof.handwritten.streams import NUMBER, nth
from tocsin.proof.promtool.rule import duration
from tocsin.proof.testfile.series import series_text
from tocsin.query.durations import show_duration
from tocsin.witness.telemetry import Labels, Line, Stream

_DIGITS = re.compile(r"\d+")
_FEWEST = 3
"""Lines that are worth an item of their own that repeats."""


def writable(stream: Stream) -> bool:
    """Whether all instants are whole milliseconds, in order: durations say no less."""
    instants = [line.at for line in stream.lines]
    return instants == sorted(instants) and all(at >= 0 and show_duration(at) is not None for at in instants)


def usual_gap(streams: Sequence[Stream], otherwise: float) -> float:
    """The most common time from one line to the next: the test's `interval`."""
    gaps = Counter(_gap(a, b) for one in streams for a, b in zip(one.lines, one.lines[1:], strict=False))
    gaps.pop(0.0, None)
    return max(gaps, key=lambda gap: (gaps[gap], -gap), default=otherwise)


def stream_items(stream: Stream, interval: float) -> dict[str, Any]:
    """One item of `input_streams`."""
    shared = _shared(stream.lines)
    items = list(_items(stream.lines, interval, shared))
    metadata = {"structured_metadata": dict(shared)} if shared else {}
    return {"labels": series_text(stream.labels), **metadata, "lines": items}


def _shared(lines: Sequence[Line]) -> Labels:
    """The structured metadata that all lines have in common."""
    if not lines:
        return ()
    common = set(lines[0].metadata).intersection(*(line.metadata for line in lines[1:]))
    return tuple(sorted(common))


def _items(lines: Sequence[Line], interval: float, shared: Labels) -> Iterator[str | dict[str, Any]]:
    at, following = 0, 0.0
    while at < len(lines):
        text, count = _run(lines, at)
        first, gap = lines[at], _gap(lines[at], lines[at + 1]) if count > 1 else interval
        own = dict(pair for pair in first.metadata if pair not in shared)
        said: dict[str, Any] = {"line": text}
        if count > 1 and gap == 0:
            said["at"] = duration(first.at)
        elif first.at != following:
            said["at" if count == 1 else "from"] = duration(first.at)
        if count > 1:
            said |= {"every": duration(gap)} if gap not in (0, interval) else {}
            said["count"] = count
        said |= {"structured_metadata": own} if own else {}
        yield text if len(said) == 1 else said
        at += count
        following = nth(lines[at - 1].at, 1, interval)


def _run(lines: Sequence[Line], start: int) -> tuple[str, int]:
    """The text of the item that begins here, and how many lines it stands for."""
    plain = lines[start].text
    forms = () if NUMBER in plain else (plain, *_numbered(plain))
    counted = (_counting(lines, start, text) for text in forms)
    text, count = max(counted, key=lambda one: one[1], default=(plain, 1))
    return (text, count) if count >= _FEWEST else (plain, 1)


def _numbered(text: str) -> Iterator[str]:
    """The text with one of its numbers as the counter: one that begins with 1."""
    for found in _DIGITS.finditer(text):
        if found[0] == "1":
            yield text[: found.start()] + NUMBER + text[found.end() :]


def _counting(lines: Sequence[Line], start: int, text: str) -> tuple[str, int]:
    count = 0
    while start + count < len(lines) and _continues(lines, start, count, text):
        count += 1
    return text, count


def _continues(lines: Sequence[Line], start: int, count: int, text: str) -> bool:
    """Whether the next line goes on with the text, the metadata and the time between lines."""
    line, first = lines[start + count], lines[start]
    if line.text != text.replace(NUMBER, str(count + 1)) or line.metadata != first.metadata:
        return False
    return count < 2 or line.at == nth(first.at, count, _gap(first, lines[start + 1]))


def _gap(one: Line, other: Line) -> float:
    return round(other.at - one.at, 3)
