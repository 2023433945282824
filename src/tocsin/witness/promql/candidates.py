"""Which motions are tried for a channel: the numbers of the rule, near them, and powers of ten."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tocsin.query.promql.ast import Binary, Expr, Number, Paren, Range, Selector, Subquery, Unary
from tocsin.query.promql.conditions import constant
from tocsin.query.promql.walk import children
from tocsin.witness.promql.models import GONE, Channel, Motion

MOST_NUMBERS = 16
_DECADES = (10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e8, 1e10, 1e12, 0.1, 0.01, 1e-4)


@dataclass(frozen=True, slots=True)
class Hints:
    """Numbers of a rule that matter for values."""

    plain: tuple[float, ...]
    """The constants."""
    pairs: tuple[float, ...]
    """Products and quotients of two of them."""
    windows: tuple[float, ...]
    """Seconds of ranges, subqueries and offsets, each once, ascending."""
    negative: bool = False
    """Whether values below zero are meant."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds between samples, and how many samples are looked at."""

    interval: float
    samples: int


def plain_numbers(expr: Expr) -> tuple[float, ...]:
    """The constants of an expression, whole subexpressions first."""
    found: dict[float, None] = {}
    stack = [expr]
    while stack:
        node = stack.pop()
        value = constant(node) if isinstance(node, Number | Unary | Binary | Paren) else None
        if value is not None and math.isfinite(value) and abs(value) <= 1e15:
            found.setdefault(value)
        stack.extend(reversed(children(node)))
    return tuple(found)[:MOST_NUMBERS]


def products(plain: Sequence[float]) -> tuple[float, ...]:
    """Products and quotients of two numbers."""
    pairs = [n for a in plain[:5] for b in plain[:5] if a != b and b for n in (a * b, a / b)]
    wanted = (n for n in pairs if 1e-9 < abs(n) <= 1e15)
    return tuple(n for n in dict.fromkeys(wanted) if n not in plain)[:MOST_NUMBERS]


def windows(expr: Expr, *, deep: bool = True) -> tuple[float, ...]:
    """The lengths of ranges and offsets; of this expression alone, if it is not `deep`."""
    return tuple(sorted({abs(w) for w in _windows(expr, deep) if w}))


def _windows(expr: Expr, deep: bool) -> Iterator[float]:
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Range | Subquery) and isinstance(node.range, Number):
            yield node.range.value
        if isinstance(node, Range | Subquery | Selector) and isinstance(node.offset, Number):
            yield node.offset.value
        stack.extend(children(node) if deep else ())


def motions(
    channel: Channel,
    hints: Hints,
    scale: Scale,
    others: Sequence[Motion] = (),
    *,
    wild: bool = False,
) -> tuple[Motion, ...]:
    """The motions that are worth a try, natural ones first. `others`: what the other channels do now.

    `wild`: values that the name speaks against as well.
    """
    nature = channel.nature
    match nature.kind:
        case "clock":
            found = _clocks(hints)
        case "counter":
            found = [*_rises(channel, hints, scale, others), *_toggles(channel)]
        case "buckets":
            found = _observations(hints, scale)
        case _:
            found = [
                *_levels(channel, hints, others, wild),
                *_toggles(channel),
                *_drifts(channel, hints, scale),
                *_gaps(channel),
            ]
    return tuple(dict.fromkeys((*found, GONE)))


def _near(value: float, whole: bool) -> tuple[float, ...]:
    if value in (0, 1):
        return (0.0, 1.0, 2.0)
    steps = (1.05, 0.95, 1.0, 2.0, 0.5)
    if not whole:
        return tuple(value * step for step in steps)
    more = (math.ceil(value * 1.05), math.floor(value * 0.95), value + 1, value - 1, value, value * 2)
    return tuple(float(round(v)) for v in more)


def _levels(channel: Channel, hints: Hints, others: Sequence[Motion], wild: bool) -> list[Motion]:
    nature = channel.nature
    values = [v for n in hints.plain for v in _near(n, nature.whole and not wild)]
    values += [0.0, 1.0, 2.0]
    values += [n * step for n in hints.pairs for step in (1.05, 0.95, 1.0)]
    for other in others:
        if other.move == "level" and other.value:
            values += [other.value * n for n in (1.0, *hints.plain[:4])]
            values += [other.value + 1, other.value - 1]
    values += _DECADES if wild or not nature.whole else _DECADES[:9]
    if hints.negative or wild:
        values += [-v for v in values if v]
        return [Motion("level", v) for v in values]
    inside = [v for v in values if nature.low <= v <= nature.high]
    return [Motion("level", float(round(v)) if nature.whole and abs(v) >= 1 else v) for v in inside]


def _rises(channel: Channel, hints: Hints, scale: Scale, others: Sequence[Motion]) -> Iterator[Motion]:
    interval = scale.interval
    spans = (interval, *(interval / w for w in hints.windows if w), interval / 60)
    values = [n * span * step for n in hints.plain[:6] if n > 0 for span in spans for step in (1.05, 0.95)]
    values += [n * interval * 1.05 for n in hints.pairs[:6] if n > 0]
    for other in others:
        if other.move == "rise" and other.value:
            values += [other.value * n * step for n in (1.0, *hints.plain[:4]) for step in (1.05, 0.95)]
    values += [0.0, 1.0, 10.0, 100.0, 1e3, 1e4, 1e6, 1e8, 0.5, 0.2, 0.1, 1 / max(2, scale.samples - 1)]
    for value in values:
        if value >= 0:
            yield Motion("rise", _whole(value) if channel.nature.whole else value)


def _whole(rate: float) -> float:
    """A counter counts whole things, perhaps not with every sample."""
    return float(round(rate)) if rate >= 1 else rate


def _gaps(channel: Channel) -> Iterator[Motion]:
    """Scrapes that are missed, for what counts samples or looks at their age."""
    if channel.nature.gaps:
        yield from (Motion("sparse", float(turn), 1.0) for turn in (2, 3, 4, 5, 6, 8, 10))
        yield Motion("missed")


def _toggles(channel: Channel) -> Iterator[Motion]:
    if channel.nature.changes:
        yield from (Motion("toggle", float(turn), 0.0) for turn in (1, 2, 3, 4, 5, 6, 8, 10))


def _drifts(channel: Channel, hints: Hints, scale: Scale) -> Iterator[Motion]:
    if not channel.nature.drifts:
        return
    spans = (1.0, *hints.windows)
    for begin in (100.0, 0.0, *(n for n in hints.plain if n > 1), 1e9):
        slopes = [n * scale.interval / span * 1.05 for n in hints.plain for span in spans if span]
        slopes += [begin / (scale.samples * part) for part in (1.5, 3.0, 10.0)]
        for slope in slopes[:24]:
            if slope:
                yield Motion("drift", -slope, begin)
                yield Motion("drift", slope, begin)


def _clocks(hints: Hints) -> list[Motion]:
    ages: list[float] = []
    for number in (*hints.plain, *hints.pairs, *(n / 1000 for n in hints.plain)):
        ages += [number + 30, number - 30, number * 1.5, number * 0.5, -number + 30, -number - 30]
    ages += [0.0, 60.0, 3600.0, 86400.0, 30 * 86400.0, -3600.0, -30 * 86400.0, -365 * 86400.0]
    lags = [*(n * 1.05 for n in hints.plain if n > 0), 0.0, 30.0]
    fresh = [Motion("fresh", lag) for lag in lags]
    return [*(Motion("clock", age) for age in ages), *fresh, Motion("level", 0.0)]


def _observations(hints: Hints, scale: Scale) -> list[Motion]:
    shares = [1 - n for n in hints.plain if 0 < n < 1]
    parts = [*(s * step for s in shares for step in (1.05, 1.5, 0.95)), 1.0, 0.0, 0.5, 0.1, 0.01]
    found = []
    for rate in (600.0, 6000.0, 60.0, *(n * scale.interval for n in hints.plain[:6] if n > 0)):
        found += [Motion("observe", round(min(1.0, p) * rate), round(rate)) for p in parts]
    return [*found, Motion("observe", 0.0, 0.0)]
