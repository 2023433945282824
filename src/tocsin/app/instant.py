"""An instant as people say it: `now`, `sun 03:00`, `2026-12-24 22:15`, on the clock of a zone.

Read strictly: what is not understood is answered with the readings it may have. What holds at the instant is
said by `model/clock.py`.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from tocsin.diag.diagnostic import nearest
from tocsin.model.clock import DAYS

EXAMPLES = ("now", "sun 03:00", "2026-12-24 22:15")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_OTHER_DATE = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_LOOSE_TIME = re.compile(r"\b([0-9]{1,2})(?:[:.h]([0-5][0-9]))?(?:[:.][0-5][0-9])? ?([ap]m)?(?![0-9./-])")
_OFFSET = re.compile(r"([+-])([01][0-9]):?([0-5][0-9])")
_SHORTEST_DAY = 3
_OFFERED = 3


class NotUnderstood(ValueError):
    """Something that was said on the command line; the text is a sentence with what to write instead."""


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment on a zone's clock."""

    at: datetime
    zone: str
    note: str = ""
    """What a reader must know: that this time comes twice."""

    def __str__(self) -> str:
        return clock(self.at, self.zone)


def clock(at: datetime, zone: str) -> str:
    """`sun 2026-10-25 03:00 CET (Europe/Berlin)`."""
    name = at.tzname() or ""
    place = "" if name == zone else f" ({zone})"
    return f"{DAYS[at.weekday()][:3]} {at:%Y-%m-%d %H:%M} {name}{place}"


def instant(text: str, zone: str, now: datetime) -> Instant:
    """The instant that `text` says, on the clock of `zone` unless it names another; `now` must know its zone.

    A day of the week is today or the next such day.
    """
    words, zone, tz = _zone(text.split(), zone, text)
    here = now.astimezone(tz)
    if [word.lower() for word in words] == ["now"]:
        return Instant(here.replace(second=0, microsecond=0), zone)
    day = _day(words[0].lower(), here.date()) if len(words) == 2 else None
    time = _TIME.fullmatch(words[1]) if day else None
    if day is None or time is None:
        raise NotUnderstood(_unclear(text, here.date()))
    return _on(day, int(time[1]), int(time[2]), tz, zone)


def _zone(words: list[str], zone: str, text: str) -> tuple[list[str], str, ZoneInfo]:
    """The words without a zone at their end, and the zone that counts."""
    if len(words) == 1 and "T" in words[0]:
        words = words[0].rstrip("Z").split("T") + (["UTC"] if words[0].endswith("Z") else [])
    last = words[-1] if len(words) > 1 else ""
    if last in ("Z", "UTC", "utc"):
        return words[:-1], "UTC", ZoneInfo("UTC")
    if "/" in last and last[0].isalpha():
        try:
            return words[:-1], last, ZoneInfo(last)
        except (KeyError, ValueError, OSError):
            raise NotUnderstood(
                f"there is no time zone `{last}` in `{text}`; write an IANA name such as `Europe/Berlin`"
            ) from None
    return words, zone, ZoneInfo(zone)


def _day(word: str, today: date) -> date | None:
    if found := _DATE.fullmatch(word):
        return _date(*map(int, found.groups()))
    if len(word) < _SHORTEST_DAY:
        return None
    index = next((i for i, name in enumerate(DAYS) if name.startswith(word)), None)
    return None if index is None else today + timedelta(days=(index - today.weekday()) % 7)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _on(day: date, hour: int, minute: int, tz: ZoneInfo, zone: str) -> Instant:
    first, second = (
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=tz, fold=fold) for fold in (0, 1)
    )
    if first.utcoffset() == second.utcoffset():
        return Instant(first, zone)
    before, after = (moment.astimezone(UTC).astimezone(tz) for moment in (second, first))
    if before.replace(tzinfo=None) != first.replace(tzinfo=None):
        raise NotUnderstood(
            f"{first:%Y-%m-%d %H:%M} does not exist in {zone}: clocks are put forward over it; "
            f"write `{before:%Y-%m-%d %H:%M}` or `{after:%Y-%m-%d %H:%M}`"
        )
    return Instant(first, zone, f"this time comes twice that night; the first is meant, in {first.tzname()}")


# -- what may have been meant -------------------------------------------------------------------


def _unclear(text: str, today: date) -> str:
    found: dict[str, None] = {}
    rest = text.lower()
    days = list(_days_in(rest, today))
    for taken in (_DATE, _OTHER_DATE, _OFFSET):
        rest = taken.sub(" ", rest)
    times = list(_times_in(rest))
    if days or times:
        near = [DAYS[(today + timedelta(days=n)).weekday()][:3] for n in (0, 1)]
        for day, time in product(days or near, times or ["03:00", "15:00"]):
            found[f"`{day} {time}`"] = None
    offers = list(found)[:_OFFERED] or [f"`{example}`" for example in EXAMPLES]
    return f"`{text}` is no instant: write {_either(offers)}"


def _either(offers: list[str]) -> str:
    *first, last = offers
    return f"{', '.join(first)} or {last}" if first else last


def _days_in(text: str, today: date) -> Iterator[str]:
    """Days that the text may name, as they are to be written."""
    for found in _DATE.finditer(text):
        year, month, day = map(int, found.groups())
        yield from list(_dates(year, (month, day), (day, month), (month, _last(year, month))))[:1]
    for found in _OTHER_DATE.finditer(text):
        one, two = int(found[1]), int(found[2])
        yield from _dates(int(found[3]), (two, one), (one, two))
    for word in re.findall(r"[a-z]{3,}", text):
        ahead = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}.get(word)
        if ahead is not None:
            yield str(today + timedelta(days=ahead))
        elif name := nearest(word, (*DAYS, *(day[:3] for day in DAYS))):
            yield name[:3]


def _dates(year: int, *readings: tuple[int, int]) -> Iterator[str]:
    for month, day in readings:
        if found := _date(year, month, day):
            yield str(found)


def _last(year: int, month: int) -> int:
    """The last day of the month, for a day that it has not."""
    return calendar.monthrange(year, month)[1] if 1 <= month <= 12 and year else 0


def _times_in(text: str) -> Iterator[str]:
    named = {"noon": "12:00", "midnight": "00:00"}
    yield from (time for word, time in named.items() if word in text)
    for found in _LOOSE_TIME.finditer(text):
        hour, minute = int(found[1]), found[2] or "00"
        if found[3]:
            hour = hour % 12 + (12 if found[3] == "pm" else 0)
        if hour < 24:
            yield f"{hour:02d}:{minute}"
        if not found[2] and not found[3] and 0 < hour < 12:
            yield f"{hour + 12}:00"
