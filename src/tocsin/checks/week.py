"""When a set of hours leaves nobody to be told: spans of the week, across time zones and both clock settings.

A standard week in January and one in July stand for all others.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.model.alerting import Hours

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = 24 * 60
_WEEK = 7 * _DAY
_SEASONS = (datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 7, 6, tzinfo=UTC))
"""Two Mondays."""


def gap(hours: Iterable[Hours]) -> str:
    """The first span of the week in which none of the hours holds, in words; empty when there is none."""
    intervals = [interval for one in hours for interval in one.intervals]
    zone = str(intervals[0].get("location", "UTC")) if intervals else "UTC"
    for season in _SEASONS:
        shift = offset(zone, season)
        opened = bytearray(_WEEK)
        for interval in intervals:
            # everything on the clock of the first zone
            moved = shift - offset(str(interval.get("location", "UTC")), season)
            for begin, end in spans(interval):
                for minute in range(begin + moved, end + moved):
                    opened[minute % _WEEK] = 1
        found = _first_gap(opened)
        if found:
            begin, end = found
            return f"{clock(begin)} to {clock(end)} ({zone})"
    return ""


def _first_gap(opened: bytearray) -> tuple[int, int] | None:
    if 0 not in opened:
        return None
    if 1 not in opened:
        return 0, _WEEK
    twice = opened + opened  # a gap may go over the end of the week
    begin = twice.index(0, twice.index(1))
    return begin % _WEEK, twice.index(1, begin) % _WEEK


def spans(interval: Mapping[str, object]) -> Iterator[tuple[int, int]]:
    """(first minute, minute after the last) of the week, on the interval's own clock."""
    times = _listed(interval.get("times")) or [{"start_time": "00:00", "end_time": "24:00"}]
    for day in _days(_listed(interval.get("weekdays"))):
        for one in times:
            yield day * _DAY + _minute(one["start_time"]), day * _DAY + _minute(one["end_time"])


def wraps(days: str) -> bool:
    """Whether a range of days goes over the end of Alertmanager's week, which begins on Sunday."""
    first, _, last = days.partition(":")
    order = ("sunday", *DAYS[:6])
    return bool(last) and {first, last} <= set(order) and order.index(first) > order.index(last)


def offset(zone: str, when: datetime) -> int:
    """Minutes by which the zone's clock is before UTC."""
    there = when.astimezone(ZoneInfo(zone)).utcoffset()
    return int(there.total_seconds() // 60) if there else 0


def clock(minute: int) -> str:
    """`monday 22:00`."""
    day, rest = divmod(minute, _DAY)
    return f"{DAYS[day % 7]} {rest // 60:02d}:{rest % 60:02d}"


def _days(said: list[Any]) -> list[int]:
    if not said:
        return list(range(7))
    out: set[int] = set()
    for one in said:
        first, _, last = str(one).partition(":")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        out |= {day % 7 for day in range(begin, (end if end >= begin else end + 7) + 1)}
    return sorted(out)


def _minute(said: object) -> int:
    hour, _, minute = str(said).partition(":")
    return int(hour) * 60 + int(minute)


def _listed(said: object) -> list[Any]:
    return list(said) if isinstance(said, list | tuple) else []
