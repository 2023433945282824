"""When a set of hours leaves nobody to be told: spans of the week, across time zones and both clock settings.

A standard week in January and one in July stand for all others.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tocsin.model import clock as model_clock
from tocsin.model.alerting import Hours
from tocsin.model.clock import DAY, DAYS, Interval

_WEEK = 7 * DAY
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


def spans(interval: Interval) -> Iterator[tuple[int, int]]:
    """(first minute, minute after the last) of the week, on the interval's own clock."""
    for day in model_clock.days(interval):
        for begin, end in model_clock.spans(interval):
            yield day * DAY + begin, day * DAY + end


def offset(zone: str, when: datetime) -> int:
    """Minutes by which the zone's clock is before UTC."""
    there = when.astimezone(ZoneInfo(zone)).utcoffset()
    return int(there.total_seconds() // 60) if there else 0


def clock(minute: int) -> str:
    """`monday 22:00`."""
    day, rest = divmod(minute, DAY)
    return f"{DAYS[day % 7]} {rest // 60:02d}:{rest % 60:02d}"
