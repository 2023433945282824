"""Places panels on Grafana's 24 columns: filled lines, no overlap. Knows sizes, not what is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Wish:
    """A panel's size as its kind suggests it, or as the spec says it (`fixed_*`: then it is kept)."""

    width: int
    height: int
    fixed_width: bool = False
    fixed_height: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel goes: grid units from the top left corner."""

    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: "Place") -> bool:
        """True when the two share a cell."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


def flow(wishes: Sequence[Wish], top: int) -> tuple[tuple[Place, ...], int]:
    """Places for `wishes`, in their order, from row `top` down; and the first free row below them."""
    places: list[Place] = []
    for line in _lines(wishes):
        widths = _fill(line)
        height = max((w.height for w in line), default=0)
        x = 0
        for wish, width in zip(line, widths, strict=True):
            places.append(Place(x, top, width, wish.height if wish.fixed_height else height))
            x += width
        top += height
    return tuple(places), top


def _lines(wishes: Sequence[Wish]) -> list[list[Wish]]:
    """As few lines as possible, about equally full: four panels of 8 columns are 2 + 2, not 3 + 1."""
    fewest = _break(wishes, COLUMNS)
    if len(fewest) < 2 or any(w.fixed_width for w in wishes):
        return fewest
    for limit in range(max(w.width for w in wishes), COLUMNS):
        lines = _break(wishes, limit)
        if len(lines) == len(fewest):
            return lines
    return fewest


def _break(wishes: Sequence[Wish], limit: int) -> list[list[Wish]]:
    lines: list[list[Wish]] = []
    used = limit + 1
    for wish in wishes:
        if used + wish.width > limit:
            lines.append([])
            used = 0
        lines[-1].append(wish)
        used += wish.width
    return lines


def _fill(line: Sequence[Wish]) -> list[int]:
    """Widths that share out what is left of the line among the panels whose width nobody fixed."""
    elastic = [w.width for w in line if not w.fixed_width]
    spare = COLUMNS - sum(w.width for w in line)
    if not elastic or spare <= 0:
        return [w.width for w in line]
    total, out, seen, given = sum(elastic), [], 0, 0
    for wish in line:
        if wish.fixed_width:
            out.append(wish.width)
            continue
        seen += wish.width
        share = spare * seen // total - given
        given += share
        out.append(wish.width + share)
    return out
