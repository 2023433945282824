"""Scenarios as resolved things: which series take which course, who may be woken. Not how they are run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tocsin.diag.nodes import Node
from tocsin.query.numbers import read_number
from tocsin.spec.values import Duration, Rate

CourseKind = Literal["rate", "level", "samples", "stops", "freezes", "now"]
WORDS: tuple[Literal["stops", "freezes", "now"], ...] = ("stops", "freezes", "now")
MOST_SAMPLES = 20_000
_SIGNED = re.compile(r"-?[0-9.][0-9.eE]*")
_ITEM = re.compile(
    r"(?P<first>_|stale|-?[0-9.]+)(?:(?P<step>[+-][0-9.]+))?(?:x(?P<count>[0-9]{1,5}|[.]{2}))?"
)


@dataclass(frozen=True, slots=True)
class Course:
    """What a series does once the fault has begun. Rates are per second."""

    kind: CourseKind
    low: float = 0.0
    high: float = 0.0
    """Above `low`: a daily rhythm between both."""
    items: tuple[tuple[str, float, int], ...] = ()
    """`samples`: first value (or `_`, `stale`), step, count; count 0 goes on to the end."""

    @property
    def daily(self) -> bool:
        """Whether it follows the time of day."""
        return self.high > self.low


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signal:
    """One series, or all of the contract's that have these labels, and its course."""

    metric: str
    labels: Mapping[str, str]
    service: str
    """Whose metric it is."""
    course: Course
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Log lines of one stream."""

    labels: Mapping[str, str]
    line: str
    rate: float
    """Lines a second."""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """One situation with exactly the alerts that page in it; `like` has been resolved."""

    name: str
    usual: tuple[Signal, ...] = ()
    """What holds before the fault and goes on beside it."""
    signals: tuple[Signal, ...] = ()
    lines: tuple[Lines, ...] = ()
    pages: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    within: Duration
    lasts: Duration
    origin: Node


def read_course(text: str) -> Course:
    """The course that the text says; raises ValueError with the edit that mends it."""
    text = text.strip()
    if text in WORDS:
        return Course(next(word for word in WORDS if word == text))
    low, dots, high = text.partition("..")
    if dots and high and "x" not in text:
        first, last = _simple(low.strip()), _simple(high.strip())
        if first is None or last is None or first.kind != last.kind or first.low > last.low:
            raise ValueError("write a daily rhythm from low to high, as in `0.1/s..20/s` or `3..80`")
        return Course(first.kind, first.low, last.low)
    return _simple(text) or _samples(text)


def _simple(text: str) -> Course | None:
    if "/" in text:
        rate = Rate.parse(text).per_second
        return Course("rate", rate, rate)
    value = _value(text)
    return None if value is None else Course("level", value, value)


def _value(text: str) -> float | None:
    if not _SIGNED.fullmatch(text):
        return None
    value = read_number(text.removeprefix("-"))
    return None if value is None else -value if text[0] == "-" else value


def _samples(text: str) -> Course:
    items: list[tuple[str, float, int]] = []
    for word in text.split():
        found = _ITEM.fullmatch(word)
        if found is None or (found["first"] not in ("_", "stale") and _value(found["first"]) is None):
            raise ValueError("write `5/s`, `3`, `0.1/s..20/s`, `0+5x10`, `stops`, `freezes` or `now`")
        count = found["count"] or ""
        repeated = 0 if count == ".." else int(count) + 1 if count else 1
        items.append((found["first"], float(found["step"] or 0), repeated))
    if not items or sum(count for _, _, count in items) > MOST_SAMPLES:
        raise ValueError(f"write 1 to {MOST_SAMPLES} samples")
    return Course("samples", items=tuple(items))
