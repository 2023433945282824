"""Durations as Prometheus reads and prints them: `1h30m`. Exact: nanoseconds inside, seconds outside."""

import re

UNITS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
"""Milliseconds of each unit, in the only order in which they may be written."""
_RANK = {unit: rank for rank, unit in enumerate(UNITS)}
_PART = re.compile(r"([0-9]+)([a-z]+)")
_SHOWN_EXACT = {"y", "w"}
MAX_NANOSECONDS = 2**63 - 1


def read_duration(text: str) -> float | str:
    """Seconds; or, when `text` is no duration, the reason in words."""
    if text == "0":
        return 0.0
    shown = text if len(text) <= 40 else text[:37] + "..."
    nanoseconds, last, at = 0, -1, 0
    for part in _PART.finditer(text):
        unit = part[2]
        if part.start() != at or unit not in _RANK:
            break
        if _RANK[unit] <= last:
            return f"in `{shown}` the units do not go from big to small"
        last, at = _RANK[unit], part.end()
        count = part[1].lstrip("0")
        nanoseconds += int(count[:20] or 0) * UNITS[unit] * 1_000_000
        if nanoseconds > MAX_NANOSECONDS or len(count) > 20:
            return f"`{shown}` is longer than 292 years"
    if at != len(text) or not text:
        return f"`{shown}` is no duration (units: {', '.join(UNITS)}; whole numbers only)"
    return nanoseconds // 10**9 + nanoseconds % 10**9 / 1e9


def show_duration(seconds: float) -> str | None:
    """`5400` as `1h30m`; None when no duration says exactly this."""
    left = round(abs(seconds) * 1000)
    out = "" if left else "0s"
    for unit, size in UNITS.items():
        if unit in _SHOWN_EXACT and left % size:
            continue
        count, left = divmod(left, size)
        out += f"{count}{unit}" if count else ""
    return ("-" if seconds < 0 else "") + out if read_duration(out) == abs(seconds) else None
