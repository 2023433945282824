"""Values with a unit, read strictly: durations, ratios, rates, sizes. Not where they are used.

Each type has `parse(text)`, which returns the value or raises `ValueError` with the edit that mends it, and
`str()`, which gives the shortest text that parses back to the same value.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_DURATION_UNITS = {
    "y": 31_536_000_000,
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
_DIGITS = "[0-9]{1,19}"
_DURATION = re.compile(r"(?=[0-9])" + "".join(f"(?:({_DIGITS}){unit})?" for unit in _DURATION_UNITS))
"""Each unit once and in order, as Prometheus wants it."""
_PART = re.compile("([0-9]+)([a-z]+)")
_FRACTION = re.compile("([0-9]{1,9}[.][0-9]{1,9})(ms|[smhdwy])")
_NUMBER = re.compile(rf"{_DIGITS}(?:[.][0-9]+)?")
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
_SIZE = re.compile(f"({_DIGITS})(?:[.]([0-9]{{1,18}}))? ?({'|'.join(_SIZES)})")
MAX_DURATION_MS = 100 * _DURATION_UNITS["y"]
_PER = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MAX_SIZE = 2**63 - 1
"""What fits into the signed 64 bits that all engines use."""


def number_text(value: float) -> str:
    """A number as people write it, which reads back as the same: no exponent for everyday sizes, no `.0`."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)


def _digits(value: float) -> str:
    """As `number_text`, never with an exponent."""
    text = number_text(value)
    if "e" not in text:
        return text
    from decimal import Decimal

    return f"{Decimal(repr(value)):f}"


def _percent(text: str) -> float:
    """The share that `text` percent are: the float nearest to it, which dividing by 100 would miss."""
    return float(f"{text}e-2")


@lru_cache(maxsize=4096)
def _duration_text(ms: int) -> str:
    rest, parts = ms, []
    for unit in ("d", "h", "m", "s", "ms"):
        count, rest = divmod(rest, _DURATION_UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


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
        found = _DURATION.fullmatch(text)
        if found is None:
            raise ValueError(_duration_help(text))
        pairs = zip(found.groups(default="0"), _DURATION_UNITS.values(), strict=True)
        ms = sum(int(count) * unit for count, unit in pairs)
        if ms > MAX_DURATION_MS:
            raise ValueError("write a duration of at most 100 years")
        return cls(ms)

    def __str__(self) -> str:
        return _duration_text(self.ms)

    def __add__(self, other: "Duration") -> "Duration":
        return Duration(self.ms + other.ms)

    def times(self, factor: float) -> "Duration":
        """This length multiplied and rounded to whole milliseconds."""
        return Duration(round(self.ms * factor))

    @property
    def words(self) -> str:
        """For sentences: `5 minutes`, `1 hour`."""
        names = {"d": "day", "h": "hour", "m": "minute", "s": "second", "ms": "millisecond"}
        found = _PART.findall(str(self))
        return " ".join(f"{n} {names[u]}{'' if n == '1' else 's'}" for n, u in found)


def _duration_help(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return f"write `{text}s` for seconds or `{text}m` for minutes"
    part = _FRACTION.fullmatch(text)
    if part:
        return f"write `{Duration(round(float(part[1]) * _DURATION_UNITS[part[2]]))}`, in whole units"
    if _PART.sub("", text) == "" and text and all(u in _DURATION_UNITS for _, u in _PART.findall(text)):
        return "write each unit once and the longest first, as in `1h30m`"
    return "write a duration such as `30s`, `5m`, `1h30m` or `30d`"


@dataclass(frozen=True, slots=True, order=True)
class Ratio:
    """A share, 1.0 = 100 %. Written as a percentage: `5%`, `99.9%`."""

    value: float

    @classmethod
    def parse(cls, text: str) -> "Ratio":
        """Read `5%`; a bare number has two readings and is refused with both."""
        number = text.removesuffix("%").rstrip(" ")
        if text.endswith("%") and _NUMBER.fullmatch(number):
            return cls(_percent(number))
        if number.startswith("-") and _NUMBER.fullmatch(number[1:]):
            raise ValueError("write a percentage such as `5%`: a share is never negative")
        if _NUMBER.fullmatch(text):
            raise ValueError(_ratio_help(text))
        raise ValueError("write a percentage such as `5%` or `99.9%`")

    def __str__(self) -> str:
        text = number_text(round(self.value * 100, 10))
        if "e" in text or _percent(text) != self.value:
            from decimal import Decimal

            text = f"{Decimal(repr(self.value)).scaleb(2):f}"
        return f"{text}%"

    @property
    def number(self) -> str:
        """As a number for an expression: `0.05`."""
        return number_text(self.value)


def _ratio_help(text: str) -> str:
    """Both readings of a number without a `%`."""
    n = float(text)
    whole = number_text(float(f"{text}e2"))
    if n == 0:
        return "write `0%`"
    if n >= 1:
        return f"write `{text}%` for {text} in a hundred, or `{whole}%` if you mean {text} times as many"
    return f"write `{whole}%` for {whole} in a hundred, or `{text}%` if you mean {text} in a hundred"


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """Events per second. Written `10/s`, `30/m`, `100/h`."""

    per_second: float

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read `0.1/s`, `30/m`, `100/h`, `10/d`."""
        per_second = _per_second(text)
        if per_second is not None:
            return cls(per_second)
        if _NUMBER.fullmatch(text):
            raise ValueError(f"write `{text}/s` for events a second or `{text}/m` for events a minute")
        raise ValueError("write a rate such as `0.1/s`, `30/m` or `100/h`")

    def __str__(self) -> str:
        texts = [
            f"{_digits(n)}/{unit}"
            for unit, scale in _PER.items()
            for n in (round(self.per_second * scale, 9), self.per_second * scale)
        ]
        exact = [text for text in texts if _per_second(text) == self.per_second]
        return next((text for text in exact if len(text) < 8), min(exact, key=len))


def _per_second(text: str) -> float | None:
    number, _, unit = (part.strip(" ") for part in text.partition("/"))
    return float(number) / _PER[unit] if unit in _PER and _NUMBER.fullmatch(number) else None


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
        unit, part = _SIZES[found[3]], found[2] or "0"
        rest, odd = divmod(int(part) * unit, 10 ** len(part))
        size = int(found[1]) * unit + rest
        if odd or size > MAX_SIZE:
            raise ValueError("write whole bytes" if odd else "write a size of at most 8388607TiB")
        return cls(size)

    def __str__(self) -> str:
        for unit in ("TB", "GB", "MB", "kB"):
            if self.bytes and self.bytes % _SIZES[unit] == 0:
                return f"{self.bytes // _SIZES[unit]}{unit}"
        for unit in ("TiB", "GiB", "MiB", "KiB"):
            if self.bytes and self.bytes % _SIZES[unit] == 0:
                return f"{self.bytes // _SIZES[unit]}{unit}"
        return f"{self.bytes}B"
