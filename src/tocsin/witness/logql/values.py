"""Texts of labels as numbers, durations and sizes: as Go reads them for Loki 3.7.8, None where it fails."""

import math
import re

_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SPECIAL = re.compile(r"[+-]?(?:inf|infinity)|nan", re.IGNORECASE)
_HEX = re.compile(r"[+-]?0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][+-]?[0-9]+")
_DURATION = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+")
_PART = re.compile(r"([0-9]*\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
    "h": 3600 * 10**9,
}  # fmt: skip
_SIZE = re.compile(r"([0-9.,]+)\s*([A-Za-z]*)\s*")
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}


def number(text: str) -> float | None:
    """A float of Go's `strconv.ParseFloat`."""
    if _FLOAT.fullmatch(text):
        value = float(text)
        return None if math.isinf(value) else value
    if _SPECIAL.fullmatch(text):
        return float(text)
    if _HEX.fullmatch(text):
        try:
            return float.fromhex(text)
        except (ValueError, OverflowError):
            return None
    return None


def nanoseconds(text: str) -> int | None:
    """A duration of Go's `time.ParseDuration`: no days."""
    if text in ("0", "+0", "-0"):
        return 0
    if len(text) > 200 or not _DURATION.fullmatch(text):
        return None
    total = 0
    for amount, unit in _PART.findall(text):
        whole, _, fraction = amount.partition(".")
        size = _NANOSECONDS[unit]
        total += int(whole or 0) * size + int(fraction or 0) * size // 10 ** len(fraction)
    return None if total >= 2**63 else -total if text[0] == "-" else total


def size(text: str) -> int | None:
    """Bytes as `humanize.ParseBytes` reads them: `1.5 KiB`, `10MB`."""
    found = _SIZE.fullmatch(text)
    unit = found[2].lower() if found else "?"
    base = 1024 if unit.rstrip("b").endswith("i") else 1000
    letter = unit.removesuffix("b").removesuffix("i")
    if found is None or letter not in _POWERS or (base == 1024 and not letter):
        return None
    amount = number(found[1].replace(",", ""))
    if amount is None:
        return None
    value = amount * base ** _POWERS[letter]
    return None if value >= 2**64 else int(value)
