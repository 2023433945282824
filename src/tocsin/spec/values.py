"""Values with a unit, read strictly: durations, ratios, rates, sizes. Not where they are used.

Each type has `parse(text)`, which returns the value or raises `ValueError` with the edit that mends it, and
`str()`, which gives the shortest text that parses back to the same value.
"""

import re
from dataclasses import dataclass

_DURATION_UNITS = {
    "ms": 1,
    "s": 1_000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
    "y": 31_536_000_000,
}
_DURATION = re.compile(r"(?:\d+(?:ms|[smhdwy]))+")
_DURATION_PART = re.compile(r"(\d+)(ms|[smhdwy])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_SIZES = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(" + "|".join(_SIZES) + ")")
MAX_DURATION_MS = 100 * _DURATION_UNITS["y"]


def number_text(value: float) -> str:
    """A number as people write it: no exponent for everyday sizes, no trailing `.0`."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.12g}"


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time, in milliseconds. Written as Prometheus writes it: `90s`, `1h30m`, `30d`."""

    ms: int

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return self.ms / 1000

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read `5m`, `1h30m`, `250ms`; a bare number has no unit and is refused."""
        if not _DURATION.fullmatch(text):
            if _NUMBER.fullmatch(text):
                raise ValueError(f"write `{text}s` for seconds or `{text}m` for minutes")
            raise ValueError("write a duration such as `30s`, `5m`, `1h30m` or `30d`")
        ms = sum(int(n) * _DURATION_UNITS[u] for n, u in _DURATION_PART.findall(text))
        if ms > MAX_DURATION_MS:
            raise ValueError("write a duration of at most 100 years")
        return cls(ms)

    def __str__(self) -> str:
        rest, parts = self.ms, []
        for unit in ("d", "h", "m", "s", "ms"):
            count, rest = divmod(rest, _DURATION_UNITS[unit])
            if count:
                parts.append(f"{count}{unit}")
        return "".join(parts) or "0s"

    def __add__(self, other: "Duration") -> "Duration":
        return Duration(self.ms + other.ms)

    def times(self, factor: float) -> "Duration":
        """This length multiplied and rounded to whole milliseconds."""
        return Duration(round(self.ms * factor))

    @property
    def words(self) -> str:
        """For sentences: `5 minutes`, `1 hour`."""
        names = {"d": "day", "h": "hour", "m": "minute", "s": "second", "ms": "millisecond"}
        found = _DURATION_PART.findall(str(self))
        return " ".join(f"{n} {names[u]}{'' if n == '1' else 's'}" for n, u in found)


@dataclass(frozen=True, slots=True, order=True)
class Ratio:
    """A share, 1.0 = 100 %. Written as a percentage: `5%`, `99.9%`."""

    value: float

    @classmethod
    def parse(cls, text: str) -> "Ratio":
        """Read `5%`; a bare number has two readings and is refused with both."""
        if text.endswith("%") and _NUMBER.fullmatch(text[:-1].rstrip()):
            return cls(float(text[:-1].rstrip()) / 100)
        if _NUMBER.fullmatch(text):
            n = float(text)
            if n >= 1:
                raise ValueError(
                    f"write `{text}%` for {number_text(n)} in a hundred, "
                    f"or `{number_text(n * 100)}%` if you mean {number_text(n)} times as many"
                )
            raise ValueError(
                f"write `{number_text(n * 100)}%` for {number_text(n * 100)} in a hundred, "
                f"or `{number_text(n)}%` if you mean {number_text(n)} in a hundred"
            )
        raise ValueError("write a percentage such as `5%` or `99.9%`")

    def __str__(self) -> str:
        return f"{number_text(round(self.value * 100, 10))}%"

    @property
    def number(self) -> str:
        """As a number for an expression: `0.05`."""
        return number_text(round(self.value, 12))


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """Events per second. Written `10/s`, `30/m`, `100/h`."""

    per_second: float

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read `0.1/s`, `30/m`, `100/h`, `10/d`."""
        number, slash, unit = text.partition("/")
        scale = {"s": 1, "m": 60, "h": 3600, "d": 86400}
        if not slash or unit.strip() not in scale or not _NUMBER.fullmatch(number.strip()):
            if _NUMBER.fullmatch(text):
                raise ValueError(f"write `{text}/s` for events a second or `{text}/m` for events a minute")
            raise ValueError("write a rate such as `0.1/s`, `30/m` or `100/h`")
        return cls(float(number) / scale[unit.strip()])

    def __str__(self) -> str:
        return f"{number_text(self.per_second)}/s"


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """A number of bytes. Written `10MB` (decimal) or `10MiB` (binary)."""

    bytes: int

    @classmethod
    def parse(cls, text: str) -> "Size":
        """Read `512B`, `10MB`, `1.5GiB`."""
        found = _SIZE.fullmatch(text)
        if not found:
            if _NUMBER.fullmatch(text):
                raise ValueError(f"write `{text}B` for bytes or `{text}MB` for megabytes")
            raise ValueError("write a size such as `10MB` or `512MiB`")
        return cls(round(float(found[1]) * _SIZES[found[2]]))

    def __str__(self) -> str:
        for unit in ("TB", "GB", "MB", "kB"):
            if self.bytes and self.bytes % _SIZES[unit] == 0:
                return f"{self.bytes // _SIZES[unit]}{unit}"
        for unit in ("TiB", "GiB", "MiB", "KiB"):
            if self.bytes and self.bytes % _SIZES[unit] == 0:
                return f"{self.bytes // _SIZES[unit]}{unit}"
        return f"{self.bytes}B"
