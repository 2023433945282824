"""Durations, sizes and numbers as Loki 3.7.8 reads and prints them. Not their place in a grammar."""

import re

from tocsin.query.durations import MAX_NANOSECONDS, read_duration, show_duration

_GO_UNITS = {
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 10**9,
    "ms": 10**6,
    "us": 1000,
    "µs": 1000,
    "ns": 1,
}
_GO_DURATION = re.compile(r"-?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+")
_GO_PART = re.compile(r"([0-9]*)\.?([0-9]*)(ns|us|µs|ms|s|m|h)")
_SIZE = re.compile(r"([0-9.,]+)([A-Za-z]*)")
_SIZES = {
    "": 1, "b": 1,
    "k": 10**3, "kb": 10**3, "ki": 2**10, "kib": 2**10,
    "m": 10**6, "mb": 10**6, "mi": 2**20, "mib": 2**20,
    "g": 10**9, "gb": 10**9, "gi": 2**30, "gib": 2**30,
    "t": 10**12, "tb": 10**12, "ti": 2**40, "tib": 2**40,
    "p": 10**15, "pb": 10**15, "pi": 2**50, "pib": 2**50,
}  # fmt: skip
_SHOWN_SIZES = ("GiB", "GB", "MiB", "MB", "KiB", "KB")
_FLOAT = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?")
_HEX_FLOAT = re.compile(r"0x[0-9a-f]*\.?[0-9a-f]*p[+-]?[0-9]+")


def read_log_duration(text: str) -> float | None:
    """Seconds: as Prometheus writes durations, else as Go does (`1.5h`, `-5m`, `100us`)."""
    found = read_duration(text)
    if not isinstance(found, str):
        return found
    if text == "-0":
        return 0.0
    if not _GO_DURATION.fullmatch(text):
        return None
    total = 0
    for whole, fraction, unit in _GO_PART.findall(text):
        size = _GO_UNITS[unit]
        total += int(whole[:30] or 0) * size + int(fraction[:18] or 0) * size // 10 ** len(fraction[:18])
    if total > MAX_NANOSECONDS:
        return None
    seconds = total // 10**9 + total % 10**9 / 1e9
    return -seconds if text[0] == "-" else seconds


def show_log_duration(seconds: float) -> str:
    """The text of a duration, in units that Loki reads whatever the sign."""
    shown = show_duration(seconds) if seconds >= 0 else None
    if shown is not None:
        return shown
    nanoseconds = round(abs(seconds) * 1e9)
    unit, size = next((u, s) for u, s in _GO_UNITS.items() if nanoseconds % s == 0)
    return f"{'-' if seconds < 0 else ''}{nanoseconds // size}{unit}"


def read_size(text: str) -> float | None:
    """Bytes of `5KB`, `1.5MiB`; None when it is no size."""
    found = _SIZE.fullmatch(text)
    size = _SIZES.get(found[2].lower()) if found else None
    number = read_float(found[1].replace(",", "")) if found else None
    if size is None or number is None:
        return None
    value = number * size
    return float(int(value)) if value < 2**64 else None


def show_size(value: float) -> str:
    """The text of a size."""
    whole = int(value)
    for unit in _SHOWN_SIZES:
        size = _SIZES[unit.lower()]
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}B"


def is_too_big(text: str) -> bool:
    """Whether this is a number beyond the biggest one."""
    return read_float(text) is None and _FLOAT.fullmatch(text.lower().replace("_", "")) is not None


def read_float(text: str) -> float | None:
    """A number as Go's `ParseFloat` reads it; None when it is none, or too big."""
    lower = text.lower().replace("_", "")
    if _HEX_FLOAT.fullmatch(lower):
        try:
            return float.fromhex(lower)
        except (ValueError, OverflowError):
            return None
    if not _FLOAT.fullmatch(lower):
        return None
    value = float(lower)
    return None if value == float("inf") else value
