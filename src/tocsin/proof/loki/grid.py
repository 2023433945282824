"""What a LogQL expression gives at each evaluation of a grid, asked of a real Loki in one range query.

One tenant holds one situation. Its second 0 is a fixed instant in the past, so that results are the same on
every day. What rulers make of the grid is elsewhere (`judge`).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tocsin.engines.answers import EngineError, Refused
from tocsin.engines.series import Lines
from tocsin.engines.servers import loki as server
from tocsin.engines.servers.loki import RunningLoki
from tocsin.query import logql
from tocsin.query.errors import QueryError
from tocsin.query.logql.ast import Logs
from tocsin.witness.telemetry import Gap, Labels, Line, Sample, Series, Stream, labels, runs

START = 1_704_067_200
"""2024-01-01 00:00:00 UTC, a Monday."""
METRIC = "loki_result"
"""The made-up metric that holds a grid where promtool is asked."""
_LINES_AT_ONCE = 20_000
_POINTS_AT_ONCE = 10_000
"""Loki 3.7.8 refuses a range query of more than 11,000 points."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The values of each element at 0, `every`, 2 `every`, ...; None where the evaluation did not give it."""

    every: float
    elements: Mapping[Labels, tuple[float | None, ...]]

    @property
    def present(self) -> dict[Labels, tuple[bool, ...]]:
        """Whether each evaluation gave the element."""
        return {name: tuple(v is not None for v in row) for name, row in self.elements.items()}

    def series(self) -> tuple[Series, ...]:
        """The same as series of one made-up metric; an element that goes away is stale at once."""
        return tuple(
            Series(labels([*name, ("__name__", METRIC)]), runs(_samples(row)))
            for name, row in sorted(self.elements.items())
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Loki does not evaluate the expression, or not to numbers: why."""

    words: str


def push(loki: RunningLoki, tenant: str, streams: Iterable[Stream]) -> None:
    """Store the lines; those of streams with the same labels are one stream."""
    merged: dict[Labels, list[Line]] = {}
    for stream in streams:
        merged.setdefault(stream.labels, []).extend(stream.lines)
    for name, lines in merged.items():
        entries = _entries(lines)
        for begin in range(0, len(entries), _LINES_AT_ONCE):
            part = entries[begin : begin + _LINES_AT_ONCE]
            loki.push(tenant, [server.Stream(dict(name), part)])


def evaluate(
    loki: RunningLoki, tenant: str, expr: str, *, every: float, until: float, offset: float = 0.0
) -> Grid | Refusal:
    """All evaluations at 0, `every`, ... up to `until`. `offset` is how far back each of them looks."""
    if _is_log_query(expr):  # one without a result looks like any other
        return Refusal("this gives log lines, and an alert needs a number")
    count = math.floor(until / every + 1e-9) + 1
    rows: dict[Labels, list[float | None]] = {}
    for begin in range(0, count, _POINTS_AT_ONCE):
        end = min(count, begin + _POINTS_AT_ONCE) - 1
        start = START - offset
        try:
            found = loki.query_range(tenant, expr, start + begin * every, start + end * every, every)
        except Refused as error:
            return Refusal(answer(error))
        for element in found:
            assert not isinstance(element, Lines), "no log query"
            row = rows.setdefault(labels(element.labels.items()), [None] * count)
            for at, value in element.points:
                row[round((at - start) / every)] = value
    return Grid(every, {name: tuple(row) for name, row in sorted(rows.items())})


def _is_log_query(expr: str) -> bool:
    try:
        return isinstance(logql.parse(expr), Logs)
    except QueryError:
        return False  # Loki has its own words for it


def answer(error: EngineError) -> str:
    """What Loki said; of the status only one that is Loki's own fault."""
    said = dict(error.facts).get("answer", str(error))
    return said if said.startswith("5") else said.partition('"')[2].removesuffix('"') or said


def _entries(lines: Iterable[Line]) -> tuple[tuple[int, str, Mapping[str, str]], ...]:
    """In the order of time, no two at the same nanosecond: those that come first give way into the past.

    So lines said for one instant, an evaluation's perhaps, are all seen at it: windows are left-open.
    """
    ordered = sorted(lines, key=lambda line: line.at)
    entries: list[tuple[int, str, Mapping[str, str]]] = []
    for line in reversed(ordered):
        at = START * 10**9 + round(line.at * 10**9)
        at = min(at, entries[-1][0] - 1) if entries else at
        entries.append((at, line.text, dict(line.metadata)))
    return tuple(reversed(entries))


def _samples(row: Iterable[float | None]) -> Iterable[Sample]:
    there = False
    for value in row:
        if value is not None:
            yield value
        else:
            yield Gap.STALE if there else Gap.MISSING
        there = value is not None
