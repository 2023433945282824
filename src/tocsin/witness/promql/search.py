"""Finds a state in which an expression gives something: one channel at a time, then two at once.

The margin says which way to go; the first state that is good enough is taken, natural motions come first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tocsin.witness.promql.candidates import Hints, Scale, motions
from tocsin.witness.promql.models import Motion
from tocsin.witness.promql.trial import Score, State, Trial

ROUNDS = 6
MOST_OF_A_PAIR = 10
MOST_PAIRS = 6
MOST_TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Move:
    """Give these channels this motion."""

    channels: tuple[int, ...]
    motion: Motion

    def applied(self, state: State) -> State:
        """The state after it."""
        return tuple(self.motion if i in self.channels else m for i, m in enumerate(state))


def moves(
    trial: Trial, state: State, hints: Hints, *, wild: bool = False, first: frozenset[int] = frozenset()
) -> list[Move]:
    """All that may be done to one channel, or to all of one metric together.

    The channels `first` move first, then those that count what is bad.
    """
    found: list[Move] = []
    groups: dict[str, list[int]] = {}
    for index, channel in enumerate(trial.channels):
        groups.setdefault(channel.metric, []).append(index)
    order = sorted(
        range(len(trial.channels)), key=lambda i: (i not in first, not trial.channels[i].nature.trouble)
    )
    single = [(i,) for i in order]
    joint = [tuple(group) for group in groups.values() if len(group) > 1]
    scale = Scale(trial.grid.interval, trial.length)
    levels = tuple(i for i, motion in enumerate(state) if motion.move == "level")
    if 1 < len(levels) <= MOST_TOGETHER and levels not in joint:
        joint.append(levels)
    for indices in (*single, *joint):
        others = tuple(m for i, m in enumerate(state) if i not in indices)
        tried = motions(trial.channels[indices[0]], hints, scale, others, wild=wild)
        found += [Move(indices, motion) for motion in tried]
    return found


def climb(
    trial: Trial,
    state: State,
    hints: Hints,
    *,
    wild: bool = False,
    towards: State | None = None,
) -> tuple[State, Score]:
    """The best state that is reached by changing one channel after the other.

    What is not as in `towards` changes first, and first of all to what is there.
    """
    trial.store(state, keep=True)
    best = trial.score(state)
    for _ in range(ROUNDS):
        if best[0] > 0:
            break
        goals = _goals(state, towards)
        first = frozenset(i for move in goals for i in move.channels)
        step = _step(trial, state, best, [*goals, *moves(trial, state, hints, wild=wild, first=first)])
        if step is None:
            break
        state, best = step
        trial.store(state, keep=True)
    return state, best


def _goals(state: State, towards: State | None) -> list[Move]:
    if towards is None:
        return []
    return [Move((i,), goal) for i, goal in enumerate(towards) if goal != state[i]]


def _step(trial: Trial, state: State, best: Score, tried: Sequence[Move]) -> tuple[State, Score] | None:
    found: tuple[State, Score] | None = None
    for move in tried:
        after = move.applied(state)
        if after == state:
            continue
        margin = trial.margin(after, best[0])
        if margin > 0:
            return after, (margin, 0.0)
        if margin >= best[0]:
            score = (margin, trial.guide(after))
            if score > best:
                found, best = (after, score), score
    return found


def pairs(trial: Trial, state: State, hints: Hints) -> tuple[State, Score] | None:
    """A state that is reached by changing two channels at once."""
    trial.store(state, keep=True)
    for first, second in _pairs(trial, state, hints):
        for one in first:
            middle = one.applied(state)
            for other in second:
                after = other.applied(middle)
                margin = trial.margin(after, 0.0)
                if margin > 0:
                    return after, (margin, 0.0)
    return None


def _pairs(trial: Trial, state: State, hints: Hints) -> Iterator[tuple[list[Move], list[Move]]]:
    by_channels: dict[tuple[int, ...], list[Move]] = {}
    for move in moves(trial, state, hints):
        by_channels.setdefault(move.channels, []).append(move)
    groups = list(by_channels.values())
    pairs_ = [(a, b) for i, a in enumerate(groups) for b in groups[i + 1 :]]
    for first, second in pairs_[:MOST_PAIRS]:
        yield _few(first), _few(second)


def _few(found: list[Move]) -> list[Move]:
    """Some of them: the first ones and, spread, the others."""
    if len(found) <= MOST_OF_A_PAIR:
        return found
    stride = (len(found) - 3) / (MOST_OF_A_PAIR - 3)
    return [*found[:3], *(found[3 + int(i * stride)] for i in range(MOST_OF_A_PAIR - 4)), found[-1]]


def healthy(trial: Trial) -> State:
    """What one expects of the channels when nothing is wrong."""
    found = []
    for channel in trial.channels:
        nature = channel.nature
        match nature.kind:
            case "counter":
                found.append(Motion("rise", nature.healthy * trial.grid.interval))
            case "buckets":
                found.append(Motion("observe", 0.0, round(nature.healthy * trial.grid.interval)))
            case "clock":
                found.append(Motion("clock", nature.healthy))
            case _:
                found.append(Motion("level", nature.healthy))
    return tuple(found)


def with_value(motion: Motion, value: float) -> Motion:
    """The same kind of motion with another number."""
    return replace(motion, value=value)
