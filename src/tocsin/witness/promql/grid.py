"""The grid of a case: how often is sampled and evaluated, how long its phases are, when it begins."""

import math
from dataclasses import dataclass, replace

from tocsin.query.promql.ast import Call, Expr, Range, Subquery
from tocsin.query.promql.walk import walk
from tocsin.witness.promql.candidates import plain_numbers, windows
from tocsin.witness.rule import Rule

MOST_EVALUATIONS = 90
"""A case of more evaluations is coarsened where the rule allows it."""
MOST_SAMPLES = 600
"""Longer windows are not filled to their end."""
MONDAY = 1_767_607_200.0
"""2026-01-05 10:00 UTC, for rules that ask for the time."""
_HOURS = tuple(MONDAY + hour * 3600.0 for hour in (0, 4, 8, 12, 16, 20, 2, 6, 10, 14, 18, 22))
_DAYS = tuple(MONDAY + day * 86400.0 for day in (5, 6, 1, 3, 26, 30, 60, 120, 180, 240, 330))
_IN_A_WINDOW = 4
"""So many samples are in the shortest window, at least."""
_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)
_COUNTING = frozenset(("changes", "resets", "count_over_time"))
_MOST_COUNTED = 60
_MANY_IN_A_WINDOW = 20
_FINEST = 0.5
_PARTS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
LOOKBACK = 300.0
"""For so long a sample is seen by the steps of a subquery."""
_DATES = frozenset(
    ("day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year")
)
_CLOCKS = _DATES | {"time", "timestamp"}


@dataclass(frozen=True, slots=True)
class Grid:
    """Seconds, all of them whole multiples of `interval`."""

    interval: float
    every: float
    fill: float
    """How long it takes until every window is full (or as full as it gets)."""
    start: float = 0.0
    hold: float = 0.0
    """The rule's `for`."""

    def samples(self, seconds: float) -> int:
        """How many samples are taken in so many seconds."""
        return max(1, math.ceil(seconds / self.interval - 1e-9))


def grid(expr: Expr, rule: Rule) -> Grid:
    """The grid that suits a rule."""
    short, long = _extent(expr)
    dense = _density(expr)
    total = 2 * long + rule.hold + rule.keep + 10 * rule.every
    every = _every(rule, total, short)
    interval = _interval(every, short, dense)
    if interval > LOOKBACK and any(isinstance(node, Subquery) for node in walk(expr)):
        interval = every / math.ceil(every / LOOKBACK)
    fill = min(long, MOST_SAMPLES * interval)
    fill = math.ceil(fill / every) * every if fill else 0.0
    return Grid(interval, every, fill, MONDAY if asks_the_time(expr) else 0.0, rule.hold)


def _extent(expr: Expr) -> tuple[float, float]:
    """The shortest window (0: none), and how far back is looked at all."""
    ranges = [_seconds(node) for node in walk(expr) if isinstance(node, Range)]
    nested = sum(_seconds(node) for node in walk(expr) if isinstance(node, Subquery))
    shifts = [w for node in walk(expr) for w in windows(node, deep=False) if not isinstance(node, Subquery)]
    return min((r for r in ranges if r), default=0.0), max(shifts, default=0.0) + nested


def _seconds(node: Range | Subquery) -> float:
    value = getattr(node.range, "value", 0.0)
    return float(value) if isinstance(value, float | int) else 0.0


def _every(rule: Rule, total: float, short: float) -> float:
    """The group's interval, or a multiple of it when the case would be too long to read.

    Where that would be very long, a multiple that `for` is not one of.
    """
    fitting = _multiple(rule, total, short)
    if total / fitting > MOST_EVALUATIONS * 4:
        fitting = _multiple(replace(rule, hold=0.0), total, short)
    return fitting


def _multiple(rule: Rule, total: float, short: float) -> float:
    fitting = rule.every
    for step in _STEPS:
        every = rule.every * step
        if step > 1 and rule.hold and (every > rule.hold / 2 or rule.hold % every > 1e-9):
            continue
        if step > 1 and short and every > short * 15:
            break
        fitting = every
        if total / every <= MOST_EVALUATIONS:
            break
    return fitting


def _interval(every: float, short: float, dense: int) -> float:
    if not short:
        return every
    for part in _PARTS:
        if every / part * dense <= short + 1e-9 and every / part >= _FINEST:
            return every / part
    return short / dense if short / dense >= _FINEST else every


def _density(expr: Expr) -> int:
    """How many samples the shortest window needs: more where samples, changes or resets are counted."""
    called = {node.name for node in walk(expr) if isinstance(node, Call)}
    asked = [n for n in plain_numbers(expr) if 1 <= n <= _MOST_COUNTED]
    if called & _COUNTING:
        return max(_IN_A_WINDOW, *(math.ceil(2 * n) + 4 for n in asked if n > 1), 0)
    return _MANY_IN_A_WINDOW if "increase" in called and asked else _IN_A_WINDOW


def looks_back(expr: Expr) -> bool:
    """Whether something is compared with what it was: there is an offset, or changes are counted."""
    nodes = list(walk(expr))
    return any(getattr(node, "offset", None) is not None for node in nodes)


def asks_the_time(expr: Expr) -> bool:
    """Whether it matters when the case takes place."""
    return any(isinstance(node, Call) and node.name in _CLOCKS for node in walk(expr))


def starts(expr: Expr) -> tuple[float, ...]:
    """The times at which a case may begin, the usual one first."""
    dated = any(isinstance(node, Call) and node.name in _DATES for node in walk(expr))
    return (MONDAY, *_HOURS[1:], *_DAYS) if dated else (MONDAY if asks_the_time(expr) else 0.0,)
