"""Parts of the tree that PromQL and LogQL share: positions, names, matchers, grouping, vector matching.

`start` and `end` are character offsets into the query's text, half-open. They take no part in equality, so
that a tree that was printed and read again equals the first one, and have defaults, so that a tree may be
built or changed by hand (`dataclasses.replace`).
"""

from dataclasses import dataclass, field
from typing import Literal

from tocsin.query import matchers

Group = Literal["", "left", "right"]


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that stands at a place in the text."""

    start: int = field(default=0, compare=False, repr=False, kw_only=True)
    end: int = field(default=0, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A label in a list, or a keyword that is worth a caret. `text` is without quotes."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`0.5`, or with `duration` `5m`: a scalar of so many seconds. A sign belongs to the number."""

    value: float
    duration: bool = False


@dataclass(frozen=True, slots=True)
class String(Node):
    """A quoted string; its place includes the quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class LabelMatcher(Node):
    """`label op "value"`, or a quoted metric name alone in the braces (then `label` is `__name__`)."""

    label: str
    op: str
    value: str
    op_start: int = field(default=0, compare=False, repr=False, kw_only=True)
    value_start: int = field(default=0, compare=False, repr=False, kw_only=True)

    @property
    def plain(self) -> matchers.Matcher:
        """The same without a place."""
        return matchers.Matcher(self.label, self.op, self.value)


@dataclass(frozen=True, slots=True)
class Grouping(Node):
    """`by (a, b)` or `without (a, b)` of an aggregation."""

    without: bool
    labels: tuple[Name, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The labels' names."""
        return tuple(label.text for label in self.labels)


@dataclass(frozen=True, slots=True)
class Matching(Node):
    """`on (a)` or `ignoring (a)`, with `group_left (b)` or `group_right (b)`, of a binary operator."""

    on: bool
    labels: tuple[Name, ...]
    group: Group = ""
    include: tuple[Name, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the labels that are matched on, or ignored."""
        return tuple(label.text for label in self.labels)
