"""Processes side by side for what is calculated rule by rule. Knows nothing of what that is."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
FEW = 8
"""Rules for which a second process costs more than it saves: it takes half a second to come up."""


class Workers:
    """Started when they are first worth it; they end with the `with` block."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def each(
        self,
        work: Callable[[A], B],
        given: Sequence[A],
        weight: Callable[[A], int],
        told: Callable[[int], None] = lambda done: None,
    ) -> list[B]:
        """What becomes of each, in order; the heaviest are begun first. `told` hears of each that is done."""
        if self._pool is None and len(given) // FEW < 2:
            return [_counted(one, told) for one in map(work, given)]
        if self._pool is None:
            # spawned, not forked: the caller may have threads
            self._pool = ProcessPoolExecutor(os.cpu_count() or 1, multiprocessing.get_context("spawn"))
        order = sorted(range(len(given)), key=lambda number: -weight(given[number]))
        done = self._pool.map(work, [given[number] for number in order])
        found = {number: _counted(one, told) for number, one in zip(order, done, strict=True)}
        return [found[number] for number in range(len(given))]


def _counted(found: B, told: Callable[[int], None]) -> B:
    told(1)
    return found
