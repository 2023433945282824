"""Numbers as Prometheus reads and prints them. Not their place in a grammar."""

import math
import re

_MAX = 2**63 - 1
_DECIMAL = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MISPLACED = re.compile(r"(?<![0-9a-fx])_|_(?![0-9a-f])")


def read_number(text: str) -> float | None:
    """The value of a number's text (no sign); None when it is none, or too big."""
    lower = text.lower()
    if lower in ("inf", "nan"):
        return math.inf if lower == "inf" else math.nan
    if "_" in lower:
        if _MISPLACED.search(lower):
            return None
        lower = lower.replace("_", "")
    if lower.startswith("0x"):
        return _hexadecimal(lower)
    if not _DECIMAL.fullmatch(lower):
        return None
    if lower[0] == "0" and lower.isdigit() and not set(lower) & {"8", "9"} and int(lower, 8) <= _MAX:
        return float(int(lower, 8))  # as in Go and C, a leading zero means octal
    value = float(lower)
    return None if math.isinf(value) else value


def _hexadecimal(lower: str) -> float | None:
    try:
        value = int(lower, 16)
    except ValueError:
        return None
    return float(value) if value <= _MAX else None


def negated(value: float) -> float:
    """`-value`; the one NaN stays the one NaN, so that trees that hold it are equal."""
    return value if math.isnan(value) else -value


def show_number(value: float) -> str:
    """The shortest text that reads back as `value`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    if value == int(value) and abs(value) < 1e15:
        return "-0" if value == 0 and math.copysign(1, value) < 0 else str(int(value))
    return repr(value).replace("e+", "e")


def bucket_edge(value: float) -> str:
    """How Prometheus 3 writes the label `le`: Go's shortest form, with `.0` where it would look whole."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value and not 1e-4 <= abs(value) < 1e6:
        return next(text for digits in range(18) if float(text := f"{value:.{digits}e}") == value)
    return repr(float(value))
