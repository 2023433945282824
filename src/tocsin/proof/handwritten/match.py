"""Which of the things that an engine gave is which expected one. Pure.

An expectation that names only some labels may fit several things: they are paired so that as many as possible
find a partner, and what is left over is paired with what is most like it, to say what differs.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

E = TypeVar("E")
G = TypeVar("G")
MOST_COMPARED = 200
"""Things left over beyond this are not compared with each other."""


@dataclass(frozen=True, slots=True)
class Matched(Generic[E, G]):
    """What remains once everything that fits is paired."""

    near: tuple[tuple[E, G], ...]
    """An expectation, and what is most like it among the things that nobody expected."""
    missing: tuple[E, ...]
    extra: tuple[G, ...]

    @property
    def ok(self) -> bool:
        """Whether everything fits."""
        return not (self.near or self.missing or self.extra)


def match(
    expected: Sequence[E], got: Sequence[G], fits: Callable[[E, G], bool], alike: Callable[[E, G], float]
) -> Matched[E, G]:
    """Pair them; `alike` is greater for things that are more like each other, and negative for strangers."""
    partner = _paired(expected, got, fits)
    missing = [one for n, one in enumerate(expected) if n not in partner.values()]
    extra = [one for n, one in enumerate(got) if n not in partner]
    near: list[tuple[E, G]] = []
    while missing and extra and len(missing) * len(extra) <= MOST_COMPARED**2:
        score, e, g = max((alike(e, g), -i, -j) for i, e in enumerate(missing) for j, g in enumerate(extra))
        if score < 0:
            break
        near.append((missing.pop(-e), extra.pop(-g)))
    return Matched(tuple(near), tuple(missing), tuple(extra))


def _paired(expected: Sequence[E], got: Sequence[G], fits: Callable[[E, G], bool]) -> dict[int, int]:
    """Got -> expected, as many as can be: augmenting paths, one expectation after the other."""
    partner: dict[int, int] = {}
    for start in range(len(expected)):
        came: dict[int, int] = {}
        waiting = [start]
        while waiting:
            one = waiting.pop(0)
            free = _step(one, expected, got, fits, partner, came, waiting)
            if free is not None:
                _shift(free, start, partner, came)
                break
    return partner


def _step(
    one: int,
    expected: Sequence[E],
    got: Sequence[G],
    fits: Callable[[E, G], bool],
    partner: Mapping[int, int],
    came: dict[int, int],
    waiting: list[int],
) -> int | None:
    """A thing without a partner that fits `one`; those that have one are asked to move on."""
    for n, thing in enumerate(got):
        if n in came or not fits(expected[one], thing):
            continue
        came[n] = one
        if n not in partner:
            return n
        waiting.append(partner[n])
    return None


def _shift(free: int, start: int, partner: dict[int, int], came: Mapping[int, int]) -> None:
    """Everybody on the path takes the next thing."""
    before = {expected: n for n, expected in partner.items()}
    while True:
        one = came[free]
        partner[free] = one
        if one == start:
            return
        free = before[one]


def agreeing(wanted: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> int:
    """How many of the wanted pairs are there."""
    return sum(found.get(name) == value for name, value in wanted.items())
