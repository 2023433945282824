"""Tries states of channels: how far the expression, and each of its parts, is from giving something.

A state is one motion for each channel. Nothing is chosen here.
"""

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from tocsin.query.promql.ast import Expr
from tocsin.witness.promql.clauses import Deciding
from tocsin.witness.promql.evaluator.evaluate import Budget, EngineRefuses, vector
from tocsin.witness.promql.evaluator.store import Column, Store
from tocsin.witness.promql.grid import Grid
from tocsin.witness.promql.models import GONE, Channel, Motion, channel_runs
from tocsin.witness.telemetry import Run, Series

State: TypeAlias = tuple[Motion, ...]
Score: TypeAlias = tuple[float, float]
OVERHEAD = 200
"""What an evaluation costs beside the samples that it reads."""
UNEVEN = 5
"""So many evaluations are looked at where a counter does not count the same with each sample."""
NOTHING = -1e12
"""The margin where there is no element at all."""


class Trial:
    """An expression over channels, which is to give something, and `against`, which is to give nothing.

    With `before`, the state follows upon another one.
    """

    def __init__(
        self,
        expr: Expr,
        parts: Sequence[Deciding],
        channels: tuple[Channel, ...],
        grid: Grid,
        budget: Budget,
        *,
        against: Expr | None = None,
        before: State | None = None,
        instants: Sequence[int] = (0,),
        lasting: int = 1,
    ) -> None:
        self.expr = expr
        self.against = against
        self.parts = [part for part in parts if part.part == "comparison"]
        self.channels = channels
        self.grid = grid
        self.budget = budget
        self.before = before
        self.lead = 0 if before is None else grid.samples(grid.fill) + 1
        step = grid.samples(grid.every)
        spare = step * (UNEVEN - 1) if before is None and any(map(_counts_whole, channels)) else 0
        self.length = max(3, grid.samples(grid.fill) + 2) + spare if before is None else max(instants) + 1
        self.instants = [self.lead + self.length - 1] if before is None else [self.lead + i for i in instants]
        self.several = [self.instants[-1] - i * step for i in range(UNEVEN)]
        """What is looked at where a counter does not count the same with each sample."""
        self.lasting = min(lasting, len(self.instants))
        self._columns: dict[tuple[int, Motion, Motion | None], list[Column]] = {}
        self._known: dict[State, float] = {}
        self._places = _places(channels)
        self._state: State = (GONE,) * len(channels)
        self._store = self._empty()

    def asking(self, expr: Expr, against: Expr | None, grid: Grid) -> "Trial":
        """The same states, asked something else: whether that is so at any of the instants."""
        instants = [instant - self.lead for instant in self.instants]
        other = Trial(
            expr, (), self.channels, grid, self.budget,
            against=against, before=self.before, instants=instants,
        )  # fmt: skip
        if grid == self.grid:
            other._columns = self._columns
        return other

    def _empty(self) -> Store:
        none = (Run(math.nan, 1),)
        names = [one for channel in self.channels for one in channel.named()]
        store = Store([Series(one, none) for one in names], self.grid.interval, self.grid.start)
        for place in range(len(names)):
            store = store.replaced(place, ())
        return store

    def store(self, state: State, keep: bool = False) -> Store:
        """The samples of a state; `keep` when most that follows is like it."""
        store = self._store
        for index, motion in enumerate(state):
            if motion != self._state[index]:
                for place, column in zip(self._places[index], self._of(index, motion), strict=True):
                    store = store.replaced(place, column)
        if keep:
            self._state, self._store = state, store
        return store

    def _of(self, index: int, motion: Motion) -> list[Column]:
        before = None if self.before is None else self.before[index]
        key = (index, motion, before)
        found = self._columns.get(key)
        if found is None:
            phases = [(self.length, self._timed(motion, before is not None))]
            if before is not None:
                phases.insert(0, (self.lead, self._timed(before, False)))
            found = [self._store.column_of(runs) for runs in channel_runs(self.channels[index], phases)]
            self._columns[key] = found
        return found

    def _timed(self, motion: Motion, after: bool) -> Motion:
        """A time that is so many seconds before the last instant; or before each."""
        grid = self.grid
        if motion.move == "clock":
            return Motion("level", grid.start + self.instants[-1] * grid.interval - motion.value)
        if motion.move == "fresh":
            begin = grid.start + (self.lead if after else 0) * grid.interval
            return Motion("drift", grid.interval, begin - motion.value)
        return motion

    def margin(self, state: State, floor: float = -math.inf) -> float:
        """How far the expression is from changing its mind; positive: it gives something, and goes on so.

        What is below `floor` is not looked into further: any number below it is given.
        """
        known = self._known.get(state)
        if known is None:
            known = self._looked(state, floor)
            if known >= floor:
                self._known[state] = known
        return known

    def _looked(self, state: State, floor: float) -> float:
        store = self.store(state)
        if self.before is None and any(map(_uneven, state, self.channels)):
            least = self._both(store, self.several[0])
            for instant in self.several[1:] if least > 0 else ():
                least = min(least, self._both(store, instant))
                if least <= 0:
                    break
            return least
        known: dict[int, float] = {}

        def at(place: int) -> float:
            found = known.get(place)
            if found is None:
                found = known[place] = self._both(store, self.instants[place])
            return found

        return _most_lasting(at, len(self.instants), self.lasting, floor)

    def _both(self, store: Store, instant: int) -> float:
        margin = self._margin(self.expr, store, instant)
        if self.against is None or margin <= 0:
            return margin
        return min(margin, _not(self._margin(self.against, store, instant)))

    def instant(self, state: State) -> float:
        """The time at which the margin is greatest."""
        margins = self._margins(self.expr, self.store(state))
        best = max(range(len(margins)), key=margins.__getitem__)
        return self.grid.start + self.instants[best] * self.grid.interval

    def score(self, state: State) -> Score:
        """The margin, and what tells apart states of the same margin: how many comparisons fail, how far."""
        margin = self.margin(state)
        return (margin, 0.0) if margin > 0 else (margin, self.guide(state))

    def guide(self, state: State) -> float:
        """At most 0: the sum of what each comparison of its own is short of."""
        store = self.store(state)
        total = 0.0
        for part in self.parts:
            margin = max(self._margins(part.node, store))
            margin = margin if part.positive else (-margin if margin > NOTHING else 0.0)
            total += _bounded(margin)
        return total

    def unrest(self, state: State) -> float:
        """At least 0: how many comparisons hold, and how clearly."""
        store = self.store(state)
        margins = [max(self._margins(part.node, store)) for part in self.parts if part.positive]
        return sum(1.0 - 1.0 / (2.0 + margin) for margin in margins if margin > 0)

    def _margins(self, expr: Expr, store: Store) -> list[float]:
        return [self._margin(expr, store, instant) for instant in self.instants]

    def _margin(self, expr: Expr, store: Store, instant: int) -> float:
        self.budget.spend(OVERHEAD)
        t = self.grid.start + instant * self.grid.interval
        try:
            found = vector(expr, store, t, every=self.grid.every, hopeful=True, budget=self.budget)
        except EngineRefuses:
            return NOTHING
        return max((element.margin for element in found), default=NOTHING)


def _most_lasting(at: Callable[[int], float], count: int, lasting: int, floor: float) -> float:
    """The greatest margin that is kept `lasting` times in a row. The last of each row is looked at first."""
    best, first = -math.inf, 0
    while first + lasting <= count:
        least = math.inf
        for place in range(first + lasting - 1, first - 1, -1):
            least = min(least, at(place))
            if least < floor or least <= best:
                first = place + 1
                break
        else:
            best, first = least, first + 1
    return best


def _counts_whole(channel: Channel) -> bool:
    return channel.nature.whole and channel.nature.kind in ("counter", "buckets")


def _uneven(motion: Motion, channel: Channel) -> bool:
    """Whether a counter does not count the same with each sample."""
    return motion.move == "rise" and channel.nature.whole and motion.value % 1 != 0


def _not(margin: float) -> float:
    """How far an expression is from giving something, positive where it gives nothing."""
    return -margin if margin > NOTHING else math.inf


def _bounded(margin: float) -> float:
    return 0.0 if margin > 0 else -math.log1p(-margin) - 0.1


def _places(channels: Sequence[Channel]) -> list[range]:
    """The numbers of each channel's series."""
    found, at = [], 0
    for channel in channels:
        count = len(channel.named())
        found.append(range(at, at + count))
        at += count
    return found
