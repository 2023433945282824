"""A course drawn with characters: a few lines that show where a signal crosses its threshold."""

import math
from collections.abc import Callable, Iterator, Sequence

from tocsin.proof.course import Course
from tocsin.proof.histories import length

WIDTH = 64
HEIGHT = 6
_TITLE = 12


def drawn(course: Course, show: Callable[[float], str]) -> list[str]:
    """The lines; none where the signal never has a value. `show` says a value in its unit."""
    real = [v for v in (*course.values, *course.thresholds) if math.isfinite(v)]
    if not any(math.isfinite(v) for v in course.values):
        return []
    low, high = min(real), max(real)
    low = min(low, 0.0) if low >= 0 and low < high / 2 else low
    columns = _columns(course.values, low, high)
    limits = _columns(course.thresholds, low, high) if course.thresholds else [None] * WIDTH
    if high == low:
        return [f"{show(low):>{_TITLE}} |{_row(0, columns, limits)}".rstrip(), *_axis(course, WIDTH)]
    rows = [_row(level, columns, limits) for level in range(HEIGHT, -1, -1)]
    titles = _titles(course, low, high, show)
    lines = [f"{titles.get(HEIGHT - i, ''):>{_TITLE}} |{row}".rstrip() for i, row in enumerate(rows)]
    return [*lines, *_axis(course, WIDTH)]


def _columns(values: Sequence[float], low: float, high: float) -> list[int | None]:
    """The level of each column; None where there is no value."""
    span = high - low or 1.0
    picked = [values[round(i * (len(values) - 1) / (WIDTH - 1))] for i in range(WIDTH)]
    return [round((v - low) / span * HEIGHT) if math.isfinite(v) else None for v in picked]


def _row(level: int, columns: Sequence[int | None], limits: Sequence[int | None]) -> str:
    return "".join(_char(level, i, columns, limits) for i in range(len(columns)))


def _char(level: int, at: int, columns: Sequence[int | None], limits: Sequence[int | None]) -> str:
    here, before = columns[at], columns[at - 1] if at else None
    if here is not None and here == level:
        return "_" if before is None or before == here else "/" if before < here else "\\"
    if here is not None and before is not None and min(here, before) < level < max(here, before):
        return "|"
    return "-" if limits[at] == level and at % 2 == 0 else " "


def _titles(course: Course, low: float, high: float, show: Callable[[float], str]) -> dict[int, str]:
    """Values beside the lines: the ends, and the threshold, which wins."""
    found = {0: show(low), HEIGHT: show(high)}
    limits = [v for v in course.thresholds if math.isfinite(v)]
    if limits:
        found[round((limits[-1] - low) / (high - low or 1.0) * HEIGHT)] = show(limits[-1])
    return found


def _axis(course: Course, width: int) -> Iterator[str]:
    """The states of the alert below the signal, and when they begin."""
    alert, end = course.alert, course.times[-1] or 1.0
    if alert is None:
        yield f"{'':>{_TITLE}}  {'0s':<{max(0, width - 6)}}{length(end):>6}"
        return
    marks = [(alert.pending, "pending"), (alert.firing, "firing"), (alert.resolved, "")]
    known = [(round(time / end * (width - 1)), time, word) for time, word in marks if time is not None]
    states, times = [" "] * (width + 8), [" "] * (width + 12)
    for i, (at, time, word) in enumerate(known):
        room = (known[i + 1][0] if i + 1 < len(known) else width) - at
        _put(states, at, f"|{word[: max(0, room - 1)]}")
        if time == 0 or "".join(times[max(0, at - 1) : at + len(length(time))]).strip() == "":
            _put(times, at, length(time))
    yield f"{'':>{_TITLE}}  {''.join(states)}".rstrip()
    yield f"{'':>{_TITLE}}  {''.join(times)}".rstrip()


def _put(line: list[str], at: int, text: str) -> None:
    line[at : at + len(text)] = text
