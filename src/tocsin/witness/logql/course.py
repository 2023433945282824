"""Lines over time: how many of each kind flow, from when to when, at instants that no window's edge touches.

A flow is even, `lines` in each `window`, so that a window of that length always holds just as many. Edges of
windows are at multiples of the greatest common divisor of the evaluation interval, the ranges and the
offsets; every flow begins a part of that behind such an edge, and a line that would still lie on one is put
off by a millisecond.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tocsin.query.logql.ast import Expr, RangeAggregate
from tocsin.query.logql.walk import walk
from tocsin.witness.logql.kinds import Kind
from tocsin.witness.telemetry import Labels, Line, Stream

MOST_LINES = 30_000
MOST_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Flow:
    """`lines` in each window with `value`: always, now half and now one and a half of it, or rising by it."""

    lines: float = 0.0
    value: float = 0.0
    move: Literal["level", "turns", "rises"] = "level"


State = tuple[Flow, ...]
"""One flow for each kind."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A state from `begin` to `end`."""

    begin: float
    end: float
    state: State
    sudden: bool = False
    """All lines of the first window at once, at `begin`: what was there before."""


class TooMuch(Exception):
    """So many lines or bytes are no test any more."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """The times of a rule."""

    every: float
    grain: float
    longest: float
    """The longest look back, offset included."""
    shortest: float
    """The longest window of those without an offset."""
    windows: tuple[float, ...]
    """The window that each kind's flow is counted in."""


def geometry(expr: Expr, every: float, kinds: Sequence[Kind]) -> Geometry:
    """The times of this rule."""
    spans = [node.range for node in walk(expr) if isinstance(node, RangeAggregate)]
    lengths = [span.range.value for span in spans]
    offsets = [span.offset.value if span.offset else 0.0 for span in spans]
    looks = [length + max(0.0, offset) for length, offset in zip(lengths, offsets, strict=True)]
    grain = math.gcd(*(abs(round(each * 1000)) for each in (every, *lengths, *offsets))) / 1000
    windows = (
        max(
            (w for w, taken in zip(lengths, kind.takes, strict=True) if taken),
            default=kind.extractor.node.range.range.value,
        )
        for kind in kinds
    )
    recent = [length for length, offset in zip(lengths, offsets, strict=True) if not offset]
    return Geometry(
        every,
        max(grain, 0.001),
        max(looks, default=every),
        max(recent, default=every),
        tuple(max(w, 0.001) for w in windows),
    )


def streams(kinds: Sequence[Kind], phases: Sequence[Phase], times: Geometry) -> tuple[Stream, ...]:
    """The lines of all phases."""
    found: dict[Labels, list[Line]] = {}
    budget = _Budget()
    for phase in phases:
        for number, (kind, flow) in enumerate(zip(kinds, phase.state, strict=True)):
            if flow.lines > 0:
                window = times.windows[number]
                shift = _shift(times, window / flow.lines, number, len(kinds))
                instants = _instants(flow, phase, window, shift, times.grain)
                found.setdefault(kind.mould.stream, []).extend(_flow(kind, flow, instants, budget))
    return tuple(
        Stream(labels, tuple(sorted(lines, key=lambda line: line.at)))
        for labels, lines in sorted(found.items())
    )


@dataclass(slots=True)
class _Budget:
    lines: int = MOST_LINES
    bytes: int = MOST_BYTES

    def take(self, text: str, times: int = 1) -> None:
        self.lines -= times
        self.bytes -= len(text) * times
        if self.lines < 0:
            raise TooMuch(f"it would take more than {MOST_LINES:,} lines")
        if self.bytes < 0:
            raise TooMuch(f"it would take more than {MOST_BYTES // 10**6} MB of lines")


def _shift(times: Geometry, spacing: float, number: int, count: int) -> float:
    """How long behind the edge the flow begins; another one for each kind."""
    room = min(times.grain, spacing)
    return max(0.001, math.floor(room * (number + 1) / (count + 1) * 1000) / 1000)


def _instants(flow: Flow, phase: Phase, window: float, shift: float, grain: float) -> list[float]:
    """When the lines of a flow come: whole milliseconds, none on an edge but those that were there before."""
    spacing, edge = window / flow.lines, max(1, round(grain * 1000))
    sudden = [phase.begin] * (math.ceil(flow.lines) if phase.sudden else 0)
    count = max(0, math.ceil((phase.end - phase.begin - shift) / spacing - 1e-9))
    begin, step, end = (phase.begin + shift) * 1000, spacing * 1000, round(phase.end * 1000)
    instants = (round(begin + i * step) for i in range(count))
    return sudden + [(at + (at % edge == 0)) / 1000 for at in instants if at < end]


def _flow(kind: Kind, flow: Flow, instants: Sequence[float], budget: _Budget) -> Iterable[Line]:
    if flow.move == "level" and not kind.rising:
        mould = kind.line(flow.value) or kind.mould
        budget.take(mould.text, len(instants))
        return [Line(at, mould.text, mould.metadata) for at in instants]
    return [_line(kind, flow, at, number, budget) for number, at in enumerate(instants)]


def _line(kind: Kind, flow: Flow, at: float, number: int, budget: _Budget) -> Line:
    if kind.rising or flow.move == "rises":
        value = round(flow.value * (number + 1), 6)
    else:
        value = flow.value * (0.5 if number % 2 else 1.5)
    mould = kind.line(value) or kind.mould
    budget.take(mould.text)
    return Line(at, mould.text, mould.metadata)
