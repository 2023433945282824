"""Makes a state readable and near: as close to another state as its margin allows, in round numbers."""

import math
from collections.abc import Callable
from dataclasses import replace

from tocsin.witness.promql.grid import Grid
from tocsin.witness.promql.models import GONE, Channel, Motion
from tocsin.witness.promql.search import with_value
from tocsin.witness.promql.trial import State, Trial

NEAR = 0.02
"""The margin that is kept, where values are not whole."""
DEEP = -0.05
"""A healthy state is at least so far from firing."""
FEW = 30
"""Counters that count fewer a sample need not count the same with each."""
LEAP = 0.05
"""A margin that is larger is not near."""
CLOSE = 0.003
"""The margin that does where values leap."""
WIDE = 0.045
"""The margin up to which a rounder number is preferred."""
_LEAST = 0.001
_BISECTIONS = 40
_SLOWEST = 60


def reverted(trial: Trial, state: State, origin: State) -> State:
    """Channels that need not differ from `origin` do not."""
    for index, motion in enumerate(origin):
        if state[index] != motion:
            less = (*state[:index], motion, *state[index + 1 :])
            if trial.margin(less, 0.0) > 0:
                state = less
    return state


def tightened(trial: Trial, state: State, origin: State, *, lasting: bool = True) -> State:
    """As near to `origin` as may be, one channel after the other; channels that moved together stay so.

    `lasting`: where time itself ends it, it goes on for as long as the rule waits.
    """
    for group in _groups(trial, state, origin):
        state = _one(trial, state, origin, group, lasting)
    return state


def _groups(trial: Trial, state: State, origin: State) -> list[tuple[int, ...]]:
    found: dict[tuple[str, Motion, Motion], list[int]] = {}
    for index, (motion, before) in enumerate(zip(state, origin, strict=True)):
        if motion != before:
            found.setdefault((trial.channels[index].metric, motion, before), []).append(index)
    return [tuple(group) for group in found.values()]


def _one(trial: Trial, state: State, origin: State, group: tuple[int, ...], lasting: bool) -> State:
    motion, before = state[group[0]], origin[group[0]]
    channel = trial.channels[group[0]]
    if motion.move != before.move and before.move in ("drift", "rise", "observe", "toggle"):
        motion = _same_move(trial, state, group, before) or motion

    def with_(value: float) -> State:
        return tuple(with_value(motion, value) if i in group else m for i, m in enumerate(state))

    def margin(value: float) -> float:
        return trial.margin(with_(value), 0.0)

    if motion.move == "clock":
        return with_(_moment(margin, motion.value, before, trial.grid, lasting))
    if motion.move == "toggle":
        return with_(motion.value if before.move == "toggle" else _slowest(margin, motion.value))
    if motion.move in ("gone",) or before.move != motion.move:
        goal = _calm(motion)
        if goal is None:
            return state
        return with_(
            nearest(margin, motion.value, goal, _whole(channel, motion), rises=motion.move == "rise")
        )
    return with_(
        nearest(margin, motion.value, before.value, _whole(channel, motion), rises=motion.move == "rise")
    )


def _same_move(trial: Trial, state: State, group: tuple[int, ...], before: Motion) -> Motion | None:
    """A motion of the kind of `before` that does just as well: it moves less, or not at all."""
    slower = range(int(before.value) + 1, _SLOWEST) if before.move == "toggle" else (0,)
    for value in slower:
        motion = with_value(before, float(value))
        if trial.margin(tuple(motion if i in group else m for i, m in enumerate(state)), 0.0) > 0:
            return motion
    return None


def _calm(motion: Motion) -> float | None:
    """What is less, where the other state is of another kind."""
    return 0.0 if motion.move in ("rise", "drift", "observe") else None


def _whole(channel: Channel, motion: Motion) -> bool:
    return motion.move == "observe" or (channel.nature.whole and motion.move in ("level", "rise"))


def _moment(margin: Callable[[float], float], age: float, before: Motion, grid: Grid, lasts: bool) -> float:
    """An age that comes true between two evaluations, half-way.

    Where time itself heals, it is still true after `for`.
    """
    if before.move != "clock" or margin(before.value) > 0:
        return age
    lasting = grid.hold + 5 * grid.every if lasts and before.value > age else 0.0
    if lasting and age >= 0 and margin(lasting) <= 0:
        return 0.0 if margin(0.0) > 0 else age
    good, bad = age, before.value
    if margin(good + lasting) <= 0:
        good = next((n for n in (0.0, age - lasting) if margin(n) > 0 and margin(n + lasting) > 0), age)
        lasting = lasting if good != age else 0.0
    while abs(good - bad) > 1:
        middle = (good + bad) / 2
        holds = margin(middle) > 0 and margin(middle + lasting) > 0
        good, bad = (middle, bad) if holds else (good, middle)
    found = float(round(good + math.copysign(grid.every / 2, good - bad)))
    return found if margin(found) > 0 else good


def _slowest(margin: Callable[[float], float], turn: float) -> float:
    while turn < _SLOWEST and margin(turn + 1) > 0:
        turn += 1
    return turn


def nearest(
    margin: Callable[[float], float], value: float, goal: float, whole: bool, *, rises: bool = False
) -> float:
    """The value nearest to `goal` that keeps the margin, or a round one just beside it.

    `rises`: it is how much a counter counts with each sample.
    """
    best = value
    for kept in (NEAR, CLOSE):
        least = min(kept, margin(value))
        if least <= 0 or value == goal:
            return value
        found = _nearest(margin, value, goal, least, whole, rises)
        if 0 < margin(found) <= margin(best):
            best = found
        if margin(best) <= WIDE:
            break
    return best


def _nearest(
    margin: Callable[[float], float], value: float, goal: float, least: float, whole: bool, rises: bool
) -> float:
    if margin(goal) >= least:
        return goal
    fine = whole and (not rises or max(abs(value), abs(goal)) >= FEW)
    if fine and abs(value - goal) < 200:
        least = min(least, 1e-9)
    good = _bisected(margin, value, goal, least, fine)
    if fine and rises and 0 < abs(good) < FEW:
        good, fine = _bisected(margin, good, goal, least, False), False
    even = float(math.floor(good) if good > value else math.ceil(good))
    if whole and rises and 0 < margin(even) < WIDE:
        return even
    return _rounded(margin, good, value, least, fine)


def _bisected(margin: Callable[[float], float], good: float, bad: float, least: float, whole: bool) -> float:
    for _ in range(_BISECTIONS):
        if abs(good - bad) <= (1 if whole else abs(good) * 1e-3):
            break
        middle = (good + bad) / 2
        if whole:
            middle = float(math.floor(middle) if good > bad else math.ceil(middle))
        if margin(middle) >= least:
            good = middle
        else:
            bad = middle
    return good


def _rounded(margin: Callable[[float], float], good: float, value: float, least: float, whole: bool) -> float:
    """The roundest number between the nearest good one and 3 % more."""
    far = good + math.copysign(min(abs(value - good), max(abs(good) * 0.03, 1e-9)), value - good)
    found = roundest(good, far)
    if whole:
        found = float(round(found))
    for candidate in (found, good):
        if least <= margin(candidate) or _LEAST < margin(candidate) < WIDE:
            return candidate
    return good


def roundest(one: float, other: float) -> float:
    """The number with the fewest digits from one to the other, both included; the one nearest to `one`."""
    low, high = min(one, other), max(one, other)
    if low <= 0 <= high:
        return 0.0 if one == 0 or one != other else one
    sign = 1.0 if low > 0 else -1.0
    low, high = (low, high) if low > 0 else (-high, -low)
    power = math.floor(math.log10(high))
    for digits in range(16):
        scale = 10.0 ** (digits - power)
        first, last = math.ceil(low * scale - 1e-9), math.floor(high * scale + 1e-9)
        if first <= last:
            near_low = abs(one) == low
            best = first if near_low else last
            for step in (10, 5, 2):
                rounder = math.ceil(first / step) * step if near_low else math.floor(last / step) * step
                if first <= rounder <= last:
                    best = rounder
                    break
            return sign * round(best / scale, max(0, digits - power))
    return one


def magnified(trial: Trial, quiet: Trial, fault: State, calm: State) -> tuple[State, State]:
    """Where counts are so small that one more is a leap: more of everything."""
    margin = trial.margin(fault)
    if margin <= LEAP:
        return fault, calm
    for factor in (10.0, 100.0):
        more, less = scaled(trial, fault, factor), scaled(trial, calm, factor)
        if trial.margin(more) > 0 and quiet.margin(less) <= DEEP:
            nearer = tightened(trial, more, less)
            if trial.margin(nearer) < min(margin / 2, 2 * LEAP):
                return nearer, less
    return fault, calm


def scaled(trial: Trial, state: State, factor: float) -> State:
    """So many times as much of everything: shares stay what they are."""
    return tuple(_scaled(m, channel, factor) for m, channel in zip(state, trial.channels, strict=True))


def _scaled(motion: Motion, channel: Channel, factor: float) -> Motion:
    value = motion.value * factor
    if motion.move not in ("level", "rise", "observe") or value > channel.nature.high:
        return motion
    if motion.move == "level" and channel.nature.whole:
        value = float(round(value))
    return replace(motion, value=value, other=motion.other * (factor if motion.move == "observe" else 1.0))


def absorbed(trial: Trial, calm: State, fault: State) -> State:
    """What need not change for the fault does not: a guard may be met all the time."""
    for index in reversed(range(len(calm))):
        changed = [i for i, motion in enumerate(fault) if motion != calm[i]]
        if index not in changed or len(changed) == 1 or GONE in (calm[index], fault[index]):
            continue
        less = (*calm[:index], fault[index], *calm[index + 1 :])
        if trial.margin(less) <= min(DEEP, trial.margin(calm) * 0.9):
            calm = less
    return calm


def dropped(trial: Trial, quiet: Trial, fault: State, calm: State) -> tuple[State, State]:
    """Channels without which nothing changes, in either state, are left out of both."""
    reference = trial.margin(fault), quiet.margin(calm)
    for index in range(len(fault)):
        less = tuple(GONE if i == index else m for i, m in enumerate(fault))
        calmer = tuple(GONE if i == index else m for i, m in enumerate(calm))
        if less == fault and calmer == calm:
            continue
        if _same((trial.margin(less), quiet.margin(calmer)), reference):
            fault, calm = less, calmer
    return fault, calm


def _same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) for a, b in zip(one, other, strict=True))
