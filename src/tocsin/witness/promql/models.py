"""How series move: a few kinds of motion with one number each, and the samples they give phase by phase."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tocsin.query.numbers import bucket_edge
from tocsin.witness.promql.names import Nature
from tocsin.witness.telemetry import Gap, Labels, Run, Series, labels, runs

Move = Literal["level", "rise", "drift", "gone", "toggle", "clock", "fresh", "observe", "sparse", "missed"]


@dataclass(frozen=True, slots=True)
class Motion:
    """What a series does for a while.

    level: it is `value`. rise: a counter counts `value` a sample, whole things only.
    drift: it begins at `other` and moves `value` a sample. toggle: it is `other` and 1 more in turns of
    `value` samples. gone: it has ended. missed: no samples, but no end. sparse: it is `other`, and only each
    `value`th sample is there. clock: a time, `value` seconds before the fault begins. fresh: a time, always
    `value` seconds ago. observe: of `other` observations a sample, `value` are slow.
    """

    move: Move
    value: float = 0.0
    other: float = 0.0


GONE = Motion("gone")


@dataclass(frozen=True, slots=True)
class Channel:
    """Series that move together: one, or all buckets of a histogram, or several replicas."""

    metric: str
    labels: tuple[Labels, ...]
    nature: Nature
    edges: tuple[float, ...] = ()
    """Upper bounds of buckets without the infinite one; empty when it is no histogram."""
    slow: int = 0
    """Slow observations are within the bucket of this edge; all others within that of the first."""

    def named(self) -> tuple[Labels, ...]:
        """The labels of all its series, in the order of `motion_runs`."""
        if not self.edges:
            return self.labels
        bounds = (*map(bucket_edge, self.edges), "+Inf")
        return tuple(labels((*one, ("le", le))) for one in self.labels for le in bounds)


def channel_runs(channel: Channel, phases: Sequence[tuple[int, Motion]]) -> list[tuple[Run, ...]]:
    """The samples of each series of the channel: `phases` are numbers of samples and what happens in them."""
    whole = channel.nature.whole
    if not channel.edges:
        return [_runs(phases, whole)] * len(channel.labels)
    count = len(channel.edges) + 1
    one = [_runs([(n, _of_bucket(m, channel, i)) for n, m in phases], whole) for i in range(count)]
    return one * len(channel.labels)


def channel_series(channel: Channel, phases: Sequence[tuple[int, Motion]]) -> list[Series]:
    """The series of the channel."""
    found = zip(channel.named(), channel_runs(channel, phases), strict=True)
    return [Series(names, samples) for names, samples in found if any(_there(run) for run in samples)]


def _there(run: Run) -> bool:
    return not isinstance(run.first, Gap)


def _of_bucket(motion: Motion, channel: Channel, index: int) -> Motion:
    """Slow observations are in the buckets from `slow` on, as many others from the one before on.

    The rest is in all. So a quantile moves smoothly over the bound between the two.
    """
    if motion.move != "observe":
        return motion
    steps = 0 if index >= channel.slow else 1 if index == channel.slow - 1 else 2
    return Motion("rise", max(0.0, motion.other - steps * motion.value))


def _runs(phases: Sequence[tuple[int, Motion]], whole: bool) -> tuple[Run, ...]:
    found: list[Run] = []
    count = 0.0
    for number, (length, motion) in enumerate(phases):
        if length <= 0:
            continue
        if motion.move == "gone":
            made = list(_ended(length, there=bool(found) and _there(found[-1])))
        elif motion.move == "rise":
            made = list(_rising(motion.value, length, count, first=number == 0, whole=whole))
            last = made[-1].last
            count = last if isinstance(last, float | int) else count
        else:
            made = list(_moving(motion, length))
        found += made
    return tuple(_merged(found))


def _ended(length: int, there: bool) -> Iterator[Run]:
    """A series that is no longer scraped is marked as stale; one that never was has no samples."""
    if there:
        yield Run(Gap.STALE, 1)
    if length > there:
        yield Run(Gap.MISSING, length - there)


def _rising(rate: float, length: int, count: float, first: bool, whole: bool) -> Iterator[Run]:
    """A counter goes on from where it was; the very first sample is zero."""
    if whole and not float(rate).is_integer():
        begin = 0 if first else 1
        yield from runs(count + math.floor(rate * (i + begin) + 1e-9) for i in range(length))
        return
    yield Run(count if first else count + rate, length, rate)


def _moving(motion: Motion, length: int) -> Iterator[Run]:
    match motion.move:
        case "level" | "clock":
            yield Run(motion.value, length)
        case "drift":
            yield Run(motion.other, length, motion.value)
        case "sparse":
            turn = max(1, round(motion.value))
            yield from runs(motion.other if i % turn == 0 else Gap.MISSING for i in range(length))
        case "toggle":
            turn = max(1, round(motion.value))
            yield from runs(motion.other + (i // turn + 1) % 2 for i in range(length))
        case _:
            yield Run(Gap.MISSING, length)


def _merged(found: Iterable[Run]) -> Iterator[Run]:
    """Neighbours that are one run in truth."""
    last: Run | None = None
    for run in found:
        joined = None if last is None else _joined(last, run)
        if joined is None:
            if last is not None:
                yield last
            last = run
        else:
            last = joined
    if last is not None:
        yield last


def _joined(first: Run, second: Run) -> Run | None:
    if isinstance(first.first, Gap) or isinstance(second.first, Gap):
        return Run(first.first, first.count + second.count) if first.first is second.first else None
    step = first.step if first.count > 1 else second.step if second.count > 1 else 0.0
    last = first.last
    goes_on = not isinstance(last, Gap) and last + step == second.first
    same = second.step == step or second.count == 1
    return Run(first.first, first.count + second.count, step) if goes_on and same else None
