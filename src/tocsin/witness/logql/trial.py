"""A rule's expression and the kinds of lines that are tried on it: scores, and what is worth trying."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tocsin.query.logql.ast import Binary, Expr, RangeAggregate, Vector
from tocsin.query.logql.parse import is_literal
from tocsin.query.logql.walk import walk
from tocsin.witness.logql.course import Flow, Geometry, Phase, State, TooMuch, streams
from tocsin.witness.logql.evaluate import Plan, literal
from tocsin.witness.logql.kinds import Kind
from tocsin.witness.logql.store import Store
from tocsin.witness.logql.trouble import EngineRefuses

NOTHING, REFUSED = -1e6, -1e9
"""The scores where not even an unsatisfied element is there, and where Loki would give an error."""
_COUNTS = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 300.0, 1000.0)
_SIZES = (0.0, 100.0, 1_000.0, 10_000.0, 50_000.0)
_FACTORS = (1.25, 1.0, 0.75, 2.0, 0.5, 1.04, 0.96, 0.1, 10.0)
_MOVES: tuple[Literal["level", "turns", "rises"], ...] = ("turns", "rises", "level")
MOST = 20_000.0
"""Lines of one kind in its window."""


@dataclass(slots=True)
class Trial:
    """A rule's expression with the kinds of lines that are tried on it."""

    plan: Plan
    kinds: list[Kind]
    times: Geometry
    excess: str = ""
    """Why a state was not tried: it would have taken too much."""
    before: State | None = None
    """What flowed before, for expressions that look back so far: the state has lasted just long enough."""

    def score(self, state: State, part: Expr | None = None) -> float:
        """How far the expression (or a part of it) is from not holding when the state has lasted long."""
        found = self.store(state)
        return REFUSED if found is None else self.margin(found, part)

    def quiet(self, state: State) -> bool:
        """Whether the expression gives nothing in this state, without an error."""
        return REFUSED < self.score(state) <= 0

    def store(self, state: State) -> Store | None:
        """The lines of a state that has lasted for the longest window; None when they are too many."""
        every = self.times.every
        begin = -math.ceil(self.times.longest / every + 1) * every
        phases = [Phase(begin, 0.0, state)]
        if self.before is not None:
            turn = -math.ceil(self.times.shortest / every) * every
            phases = [Phase(begin, turn, self.before), Phase(turn, 0.0, state)]
        try:
            found = Store(streams(self.kinds, phases, self.times))
        except TooMuch as excess:
            self.excess = str(excess)
            return None
        self.plan.budget.spend(found.count)
        return found

    def margin(self, store: Store, part: Expr | None = None) -> float:
        """The margin of the element that is nearest to being there."""
        try:
            found = self.plan.part(part or self.plan.expr, store, 0.0, hopeful=True)
        except EngineRefuses:
            return REFUSED
        return max((each.margin for each in found), default=NOTHING)

    # -- candidates --------------------------------------------------------------------------------
    def counts(self, number: int) -> list[float]:
        """Lines in a window that are worth trying for a kind."""
        window = self.times.windows[number]
        found = {*_COUNTS}
        for each in numbers(self.plan.expr):
            for amount in (each, each * window):
                found.update((math.floor(amount), math.floor(amount) + 1, math.ceil(amount * 1.2) + 1))
                found.add(max(0.0, math.ceil(amount) - 1))
        spans = {node.range.range.value for node in walk(self.plan.expr) if isinstance(node, RangeAggregate)}
        for span in spans:
            if 0 < span < window:
                ratio = round(window / span)
                found.update(count * ratio for count in (1.0, 2.0, 5.0, 10.0))
                found.update(
                    (math.floor(each * span) + 1) * ratio for each in numbers(self.plan.expr) if each > 0
                )
        return sorted(float(count) for count in found if 0 <= count <= MOST)

    def values(self, number: int, flow: Flow) -> list[float]:
        """Values worth trying for a kind's lines."""
        kind = self.kinds[number]
        if kind.sized:
            wanted = [each / max(1.0, flow.lines) for each in numbers(self.plan.expr)]
            return sorted({*_SIZES, *(math.ceil(each * 1.1) for each in wanted if 100 < each < 200_000)})
        if not kind.valued:
            return []
        window, found = self.times.windows[number], {0.0, 1.0, 10.0, 100.0, -1.0}
        for each in numbers(self.plan.expr):
            for amount in (each, each * window / max(1.0, flow.lines), each / max(1.0, flow.lines)):
                found.update(amount * factor for factor in _FACTORS)
                found.update((amount + 1, amount - 1))
        given = literals(self.plan.expr) or [1.0]
        near = {float(f"{value:.6g}") for value in found}
        return sorted(near, key=lambda value: (value < 0, min(abs(value - each) for each in given), value))

    def moves(self, state: State, number: int) -> Iterator[State]:
        """All states that differ in one thing of one kind."""
        flow, rising = state[number], self.kinds[number].rising
        for count in () if rising else self.counts(number):
            if count != flow.lines:
                yield with_flow(state, number, replace(flow, lines=count))
        for value in self.values(number, flow):
            if value != flow.value:
                lines = flow.lines or 10.0
                yield with_flow(state, number, replace(flow, value=value, lines=lines))
        if self.kinds[number].valued and not self.kinds[number].rising:
            for move in _MOVES:
                yield with_flow(state, number, replace(flow, move=move, lines=flow.lines or 10.0))


def with_flow(state: State, number: int, flow: Flow) -> State:
    """The state with another flow of one kind."""
    return (*state[:number], flow, *state[number + 1 :])


def literals(expr: Expr) -> list[float]:
    """The numbers that stand in the expression."""
    found: list[float] = []
    for node in walk(expr):
        sides = (node.left, node.right) if isinstance(node, Binary) else ()
        found += [literal(side) for side in sides if is_literal(side)]
        if isinstance(node, Vector):
            found.append(node.value.value)
    return sorted({abs(each) for each in found if math.isfinite(each)})[:8]


def numbers(expr: Expr) -> list[float]:
    """The numbers that stand in the expression, and products and quotients of two of them."""
    usable = literals(expr)
    pairs = (first * second for first, second in itertools.combinations_with_replacement(usable, 2))
    quotients = (first / second for first, second in itertools.permutations(usable, 2) if second)
    return sorted({*usable, *itertools.islice(pairs, 12), *itertools.islice(quotients, 12)})
