"""Hours read at an instant: are they open, and when do they begin or end next?

As Alertmanager 0.31.1 reads its time intervals: the wall clock of the interval's own zone, to the minute, the
start included and the end not. A spec's hours know days and times of day only; how clocks are put forward and
back is what `zoneinfo` says. Not who is told (`routing.py`), nor what is told later (`digest.py`).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.model.alerting import Hours

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 24 * 60
"""Minutes."""
_AHEAD = 8
"""Days that are looked at for the next change: hours repeat every week."""
_QUARTER = timedelta(minutes=15)
Interval = Mapping[str, object]
"""One entry of Alertmanager's `time_intervals`."""


def days(interval: Interval) -> tuple[int, ...]:
    """The days of the week on which the interval holds; Monday is 0."""
    said = _listed(interval.get("weekdays"))
    if not said:
        return tuple(range(7))
    out: set[int] = set()
    for span in said:
        first, _, last = str(span).partition(":")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        out |= {day % 7 for day in range(begin, (end if end >= begin else end + 7) + 1)}
    return tuple(sorted(out))


def spans(interval: Interval) -> tuple[tuple[int, int], ...]:
    """(first minute, minute after the last) of each span of a day."""
    said = _listed(interval.get("times"))
    if not said:
        return ((0, DAY),)
    return tuple((_minute(str(span["start_time"])), _minute(str(span["end_time"]))) for span in said)


def zone_of(interval: Interval) -> ZoneInfo:
    """The zone on whose clock the interval is meant; UTC where it says none."""
    return _zone(str(interval.get("location") or "UTC"))


def words(interval: Interval) -> str:
    """`monday:friday 09:00-18:00 Europe/Berlin`."""
    on = [str(day) for day in _listed(interval.get("weekdays"))]
    said = spans(interval) if interval.get("times") else ()
    times = [f"{_clock(begin)}-{_clock(end)}" for begin, end in said]
    return " ".join((*on, *times, str(interval.get("location") or "UTC")))


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether `at` lies in the hours."""
    return any(_holds(interval, at) for interval in hours.intervals)


def next_change(hours: Hours, at: datetime) -> datetime | None:
    """The first instant after `at` at which the hours begin or end, in UTC; None when they never do."""
    now = is_open(hours, at)
    return next((moment for moment in _candidates(hours, at) if is_open(hours, moment) != now), None)


def _holds(interval: Interval, at: datetime) -> bool:
    there = at.astimezone(zone_of(interval))
    minute = there.hour * 60 + there.minute
    return there.weekday() in days(interval) and any(begin <= minute < end for begin, end in spans(interval))


def _candidates(hours: Hours, at: datetime) -> list[datetime]:
    """Every instant after `at` at which something could change, in order.

    Clocks are changed at full quarters of an hour: that is where hours begin whose start does not exist.
    """
    at = at.astimezone(UTC)
    first = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    found = {first + n * _QUARTER for n in range(_AHEAD * 96 + 1)}
    for interval in hours.intervals:
        found |= set(_edges(interval, at))
    return sorted(moment for moment in found if moment > at)


def _edges(interval: Interval, at: datetime) -> Iterator[datetime]:
    zone = zone_of(interval)
    today = at.astimezone(zone).date()
    for day in range(-1, _AHEAD + 1):
        for minute in {edge for span in spans(interval) for edge in span}:
            for fold in (0, 1):
                yield _instant(today + timedelta(days=day), minute, zone, fold)


def _instant(day: date, minute: int, zone: ZoneInfo, fold: int) -> datetime:
    whole, rest = divmod(minute, DAY)
    there = day + timedelta(days=whole)
    return datetime(
        there.year, there.month, there.day, rest // 60, rest % 60, tzinfo=zone, fold=fold
    ).astimezone(UTC)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _listed(said: object) -> list[Any]:
    return list(said) if isinstance(said, list | tuple) else []


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)
