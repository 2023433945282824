"""Series in the notation of promtool's unit tests: `0+6x40`. Reads back as exactly the samples given."""

import math
import re
from collections.abc import Iterator, Sequence

from tocsin.query.numbers import show_number
from tocsin.query.quoting import quote
from tocsin.witness.telemetry import Gap, Labels, Run

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_NO_METRICS = frozenset(("bool", "on", "ignoring", "group_left", "group_right", "atan2", "inf", "nan"))
_EXACT = 2.0**53


def series_text(labels: Labels) -> str:
    """`metric{label="value"}`."""
    name = next((value for label, value in labels if label == "__name__"), "")
    inner = [f"{_label(label)}={quote(value)}" for label, value in labels if label != "__name__" and value]
    if name and (not _METRIC.fullmatch(name) or name.lower() in _NO_METRICS):
        inner.insert(0, quote(name))
        name = ""
    return f"{name}{{{', '.join(inner)}}}" if inner or not name else name


def values_text(runs: Sequence[Run]) -> str:
    """The samples, one item for each run where the engine's own arithmetic comes to the same numbers."""
    return " ".join(item for run in runs for item in _items(run))


def _label(name: str) -> str:
    return name if _LABEL.fullmatch(name) else quote(name)


def _items(run: Run) -> Iterator[str]:
    match run.first:
        case Gap.MISSING:
            yield f"_x{run.count}" if run.count > 1 else "_"
        case Gap.STALE:
            yield from ("stale" for _ in range(run.count))
        case float() | int() as first if not math.isfinite(first):
            yield from (show_number(first) for _ in range(run.count))
        case first:
            yield from (_item(*piece) for piece in _pieces(first, run.step, run.count))


def _item(first: float, step: float, count: int) -> str:
    shown = show_number(first)
    if count == 1:
        return shown
    if step == 0:
        return f"{shown}x{count - 1}"
    return f"{shown}{'-' if step < 0 else '+'}{show_number(abs(step))}x{count - 1}"


def _pieces(first: float, step: float, count: int) -> Iterator[tuple[float, float, int]]:
    """promtool adds up step by step, and so carries roundings along; where they show, a new item begins."""
    if step == 0 or _whole(first, step, count):
        yield first, step, count
        return
    begin, value = 0, first
    for i in range(1, count):
        value += step
        wanted = first + step * i
        if value != wanted:
            yield first + step * begin, step, i - begin
            begin, value = i, wanted
    yield first + step * begin, step, count - begin


def _whole(first: float, step: float, count: int) -> bool:
    return first == int(first) and step == int(step) and abs(first) + abs(step) * count < _EXACT
