"""Parts of a date, in UTC, for any second (Python's own dates end at year 9999)."""

from collections.abc import Callable

_DAY = 86_400
_ERA = 146_097
"""Days of 400 years, after which the calendar repeats itself."""


def _date(days: int) -> tuple[int, int, int]:
    """Year, month and day of the day `days` after 1970-01-01."""
    era, day = divmod(days + 719_468, _ERA)  # from 0000-03-01: the leap day ends a year
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    rest = day - (365 * year + year // 4 - year // 100)
    month = (5 * rest + 2) // 153
    early = month >= 10
    return year + era * 400 + early, month - 9 if early else month + 3, rest - (153 * month + 2) // 5 + 1


def _days(year: int, month: int) -> int:
    """Days from 1970-01-01 to the first of a month."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    rest = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5
    return era * _ERA + of_era * 365 + of_era // 4 - of_era // 100 + rest - 719_468


def _days_in_month(seconds: int) -> int:
    year, month, _ = _date(seconds // _DAY)
    return _days(year + month // 12, month % 12 + 1) - _days(year, month)


def _day_of_year(seconds: int) -> int:
    days = seconds // _DAY
    return days - _days(_date(days)[0], 1) + 1


PARTS: dict[str, Callable[[int], int]] = {
    "minute": lambda seconds: seconds // 60 % 60,
    "hour": lambda seconds: seconds // 3600 % 24,
    "day_of_week": lambda seconds: (seconds // _DAY + 4) % 7,
    "day_of_month": lambda seconds: _date(seconds // _DAY)[2],
    "day_of_year": _day_of_year,
    "days_in_month": _days_in_month,
    "month": lambda seconds: _date(seconds // _DAY)[1],
    "year": lambda seconds: _date(seconds // _DAY)[0],
}
