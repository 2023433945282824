"""Lines over time: how many of each kind flow, from when to when, at instants that no window's edge touches.

A flow is even, `lines` in each `window`, so that a window of that length always holds just as many. Edges of
windows are at multiples of the greatest common divisor of the evaluation interval, the ranges and the
offsets; every flow begins some part of that behind such an edge, so that none of its lines lies on one.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tocsin.query.logql.ast import Expr, RangeAggregate
from tocsin.query.logql.walk import walk
from tocsin.witness.logql.kinds import Kind
from tocsin.witness.telemetry import Line, Stream

_SHIFTS = 40
"""Milliseconds by which a flow may begin later, so that no line lies on an edge."""
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
    """The lines of all phases, a stream for each kind: that reads better, even where the labels are alike."""
    found: dict[int, list[Line]] = {}
    budget = _Budget()
    for phase in phases:
        for number, (kind, flow) in enumerate(zip(kinds, phase.state, strict=True)):
            if flow.lines > 0:
                instants = _instants(flow, phase, times, number, len(kinds))
                found.setdefault(number, []).extend(_flow(kind, flow, instants, budget))
    return tuple(
        Stream(kinds[number].mould.stream, tuple(lines)) for number, lines in sorted(found.items()) if lines
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


def _instants(flow: Flow, phase: Phase, times: Geometry, number: int, kinds: int) -> list[float]:
    """When the lines of a flow come, always as far from each other; in whole milliseconds."""
    step = max(1, math.floor(times.windows[number] * 1000 / flow.lines))
    begin, end, edge = round(phase.begin * 1000), round(phase.end * 1000), max(1, round(times.grain * 1000))
    room = min(edge, step)
    wanted = max(1, room * (number + 1) // (kinds + 1))
    shifts = itertools.chain((wanted - wanted % 1000 or wanted,), range(wanted, wanted + _SHIFTS))
    shift = next((each for each in shifts if _off_edges(begin + each, step, end, edge)), wanted)
    sudden = [phase.begin] * (math.ceil(flow.lines) if phase.sudden else 0)
    return sudden + [_seconds(at) for at in range(begin + shift, end, step)]


def _seconds(milliseconds: int) -> float:
    """As a duration's text is read, to the last bit."""
    return milliseconds // 1000 + milliseconds % 1000 * 10**6 / 1e9


def _off_edges(begin: int, step: int, end: int, edge: int) -> bool:
    """Whether none of these instants is a multiple of `edge`: all are multiples of the common divisor."""
    divisor = math.gcd(step, edge)
    if begin % divisor:
        return True
    return all(at % edge for at in range(begin, end, step))


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
