"""Looks for a state of flows under which a rule's expression holds, guided by how far it is from that."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from tocsin.witness.logql.course import Flow, State
from tocsin.witness.logql.trial import Trial, literals, with_flow

ROUNDS = 3
_ALIKE = (10.0, 0.0, 1.0, 3.0, 30.0, 100.0, 300.0)


def starts(trial: Trial) -> Iterator[State]:
    """Plausible states to begin with: all flow alike, nothing flows, one kind alone flows."""
    numbers = range(len(trial.kinds))
    for lines in _ALIKE:
        yield tuple(Flow(lines, _value(trial, number, lines)) for number in numbers)
    for alone in numbers:
        yield tuple(Flow(10.0 if i == alone else 0.0, _value(trial, i, 10.0)) for i in numbers)


def _value(trial: Trial, number: int, lines: float) -> float:
    """A value a quarter over the biggest number of the rule; where it is a rate, spread over the lines."""
    kind = trial.kinds[number]
    if not kind.valued:
        return 0.0
    value = max(literals(trial.plan.expr), default=1.0) * 1.25
    if kind.extractor.node.op in ("rate", "rate_counter"):
        value *= trial.times.windows[number] / max(lines, 1.0)
    return float(f"{value:.4g}")


def climb(trial: Trial, start: State, goal: Callable[[State], float]) -> tuple[State, float]:
    """The best state that single moves reach; stops as soon as the goal is positive."""
    best, score = start, goal(start)
    for _ in range(ROUNDS):
        before = score
        for number in range(len(trial.kinds)):
            if score > 0:
                return best, score
            for state in trial.moves(best, number):
                found = goal(state)
                if found > score:
                    best, score = state, found
                if score > 0:
                    break
        if score <= before:
            break
    return best, score


def satisfying(trial: Trial, goal: Callable[[State], float], *, steps: int) -> State | None:
    """A state of which the goal says more than 0, if one is found in so many steps."""
    floor = trial.plan.budget.left - steps
    tried: list[tuple[float, State]] = []
    for start in starts(trial):
        if goal(start) > 0:
            return start
    for start in starts(trial):
        if trial.plan.budget.left < floor:
            return None
        state, score = climb(trial, start, goal)
        if score > 0:
            return state
        tried.append((score, state))
    tried.sort(key=lambda each: -each[0])
    for _, state in tried[:2] if trial.plan.budget.left > floor else ():
        found = _in_pairs(trial, state, goal)
        if found is not None:
            return found
    return None


def _in_pairs(trial: Trial, state: State, goal: Callable[[State], float]) -> State | None:
    """Two kinds moved at once, in coarse steps."""
    coarse = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
    for first, second in itertools.combinations(range(len(trial.kinds)), 2):
        for a, b in itertools.product(coarse, coarse):
            moved = with_flow(state, first, replace(state[first], lines=a))
            moved = with_flow(moved, second, replace(state[second], lines=b))
            if goal(moved) > 0:
                return moved
    return None


def shrunk(state: State, holds: Callable[[State], bool]) -> State:
    """Without the flows that are not needed."""
    for number, flow in enumerate(state):
        if flow.lines:
            without = with_flow(state, number, replace(flow, lines=0.0))
            if holds(without):
                state = without
    return state


def edge(low: float, high: float, holds: Callable[[float], bool], *, whole: bool) -> tuple[float, float]:
    """Between `low`, where it does not hold, and `high`, where it does: the two sides of the edge.

    Whole numbers next to each other, else within a fiftieth.
    """
    for _ in range(40):
        near = abs(high - low) <= 1 if whole else abs(high - low) <= 0.02 * max(abs(high), abs(low), 1e-6)
        if near:
            break
        middle = (low + high) / 2
        middle = float(math.floor(middle)) if whole else float(f"{middle:.4g}")
        if middle in (low, high):
            break
        if holds(middle):
            high = middle
        else:
            low = middle
    return low, high
