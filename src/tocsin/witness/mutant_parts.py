"""The mistakes that can be made in what both languages have: operators, branches, groupings, thresholds.

The trees are those of the language; whoever asks says how a change is put into its tree.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol, TypeVar

from tocsin.query.nodes import Grouping, Node
from tocsin.query.numbers import show_number
from tocsin.witness.mutant import BOUNDARY, FLIPPED, Change, Kind, excerpt, moved

E = TypeVar("E", bound=Node)
Part_co = TypeVar("Part_co", bound=Node, covariant=True)


class Operation(Protocol[Part_co]):
    """`left op right`, as both trees have it."""

    @property
    def op(self) -> str:
        """The operator, in lower case."""

    @property
    def op_start(self) -> int:
        """Where it begins."""

    @property
    def op_end(self) -> int:
        """Where it ends."""

    @property
    def left(self) -> Part_co:
        """What stands left of it."""

    @property
    def right(self) -> Part_co:
        """What stands right of it."""


def thresholds(value: float, side: E, put: Callable[[float], E], *, whole: bool) -> Iterator[Change[E]]:
    """A number that a signal is compared with, a tenth more and less."""
    for verb, new in moved(value, whole=whole):
        yield Change(
            kind="threshold",
            name=f"threshold {show_number(new)}",
            words=f"{verb} the threshold to {show_number(new)}",
            start=side.start,
            end=side.end,
            expr=put(new),
        )


def comparators(node: Operation[E], put: Callable[[str], E], *, whole: bool) -> Iterator[Change[E]]:
    """The comparison turned round; and, where both sides are `whole` numbers, with its edge or without."""
    yield _operator(node, "comparator", FLIPPED[node.op], put)
    if node.op in BOUNDARY and whole:
        yield _operator(node, "boundary", BOUNDARY[node.op], put)


def _operator(node: Operation[E], kind: Kind, op: str, put: Callable[[str], E]) -> Change[E]:
    return Change(
        kind=kind,
        name=f"{node.op} {op}",
        words=f"`{op}` in place of `{node.op}`",
        start=node.op_start,
        end=node.op_end,
        expr=put(op),
    )


def branches(text: str, node: Operation[E], put: Callable[[E], E], *, risky: bool) -> Iterator[Change[E]]:
    """One side of `and`, `or`, `unless` left out. `text` is the whole expression."""
    for kept, start, end in (
        (node.left, node.op_start, node.right.end),
        (node.right, node.left.start, node.op_end),
    ):
        yield Change(
            kind="branch",
            name=f"without {node.op} {'right' if kept is node.left else 'left'}",
            words=f"dropping {excerpt(text[start:end])}",
            start=start,
            end=end,
            expr=put(kept),
            risky=risky,
        )


def groupings(grouping: Grouping, put: Callable[[Grouping], E]) -> Iterator[Change[E]]:
    """One label of `by` or `without` left out."""
    word = "without" if grouping.without else "by"
    for label in grouping.labels:
        yield Change(
            kind="grouping",
            name=f"{word} less {label.text}",
            words=f"dropping `{label.text}` of `{word} ({', '.join(grouping.names)})`",
            start=label.start,
            end=label.end,
            expr=put(replace(grouping, labels=tuple(one for one in grouping.labels if one is not label))),
        )
