"""Series in the notation of promtool's unit tests: `0+6x40`. Reads back as exactly the samples given."""

import math
import re
from collections.abc import Iterator, Sequence

from tocsin.query.numbers import show_number
from tocsin.query.quoting import quote
from tocsin.witness.telemetry import Gap, Labels, Run

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_NO_METRICS = frozenset(("bool", "on", "ignoring", "group_left", "group_right", "atan2", "inf", "nan"))


def series_text(labels: Labels) -> str:
    """`metric{label="value"}`."""
    name = next((value for label, value in labels if label == "__name__"), "")
    inner = [f"{_label(label)}={quote(value)}" for label, value in labels if label != "__name__" and value]
    if name and (not _METRIC.fullmatch(name) or name.lower() in _NO_METRICS):
        inner.insert(0, quote(name))
        name = ""
    return f"{name}{{{', '.join(inner)}}}" if inner or not name else name


def values_text(runs: Sequence[Run]) -> str:
    """The samples, one item for each run."""
    return " ".join(item for run in runs for item in _items(run))


def _label(name: str) -> str:
    return name if _LABEL.fullmatch(name) else quote(name)


def _items(run: Run) -> Iterator[str]:
    match run.first:
        case Gap.MISSING:
            yield f"_x{run.count}" if run.count > 1 else "_"
        case Gap.STALE:
            yield from ("stale" for _ in range(run.count))
        case float() | int() as first if not math.isfinite(first):
            yield from (show_number(first) for _ in range(run.count))
        case _ if run.count == 1 or (run.count == 2 and run.step):
            yield from (show_number(sample) for sample in run.samples() if isinstance(sample, float))
        case first:
            sign = "-" if run.step < 0 else "+"
            step = f"{sign}{show_number(abs(run.step))}" if run.step else ""
            yield f"{show_number(first)}{step}x{run.count - 1}"
