"""Query results as Prometheus and Loki both answer them, in one shape. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One element of a result: its labels and its points (seconds since 1970, value)."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """One stream of a log query: its labels and its entries (nanoseconds since 1970, line)."""

    labels: Mapping[str, str]
    entries: tuple[tuple[int, str], ...]


def read(answer: Any) -> tuple[Series, ...]:
    """The vector, matrix or scalar of an answer of `/query` or `/query_range`."""
    data = answer["data"]
    if data["resultType"] in ("scalar", "string"):
        return (Series({}, (_point(data["result"]),)),)
    return tuple(
        Series(row["metric"], tuple(map(_point, row["values"] if "values" in row else [row["value"]])))
        for row in data["result"]
    )


def read_lines(answer: Any) -> tuple[Lines, ...]:
    """The streams of an answer of Loki to a log query."""
    return tuple(
        Lines(row["stream"], tuple((int(entry[0]), entry[1]) for entry in row["values"]))
        for row in answer["data"]["result"]
    )


def is_log_query(answer: Any) -> bool:
    """Whether Loki answered with log lines instead of numbers."""
    return bool(answer["data"]["resultType"] == "streams")


def _point(pair: Any) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])
