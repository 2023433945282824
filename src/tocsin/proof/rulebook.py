"""The rules that are to be proven, each with the place where a person said it. Wherever they came from.

`spec_rules` makes a book of an environment of the spec, `rulefile` one of foreign rule files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tocsin.diag.diagnostic import Label
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.diag.text import Span
from tocsin.engines.problem import Place
from tocsin.model.alerting import Alert
from tocsin.model.workspace import Model
from tocsin.proof.contract import Contract
from tocsin.witness.rule import Known, Language, Recording, Rule


class Said(Protocol):
    """Where a rule was said, as its findings point to it."""

    @property
    def name(self) -> Span:
        """Its name."""

    def expr(self, start: int, end: int) -> tuple[Span, tuple[Label, ...]]:
        """Characters [start, end) of its expression: the place, and further ones."""

    def field(self, name: str) -> Span:
        """`for`, a label or an annotation; the name where it is not said there."""


@dataclass(frozen=True, slots=True)
class Written:
    """A rule that stands in a rule file as it is."""

    node: Node
    """The rule's own map."""

    @property
    def name(self) -> Span:
        """The value of `alert`, else the whole rule's beginning."""
        return (self.node.get("alert") or self.node.get("record") or self.node).span

    def expr(self, start: int, end: int) -> tuple[Span, tuple[Label, ...]]:
        """The characters themselves, through quotes and blocks."""
        node = self.node.get("expr")
        return (inside(node, start, max(1, end - start)) if node else self.name), ()

    def field(self, name: str) -> Span:
        """The value that is said under this name, in the rule, its labels or its annotations."""
        for home in (self.node, self.node.get("labels"), self.node.get("annotations")):
            if home is not None and name in home.map:
                return home.map[name].span
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One alerting rule with everything that a judge or a reader wants beside it."""

    rule: Rule
    said: Said
    row: str
    """The alert it belongs to, as people call it; an alert may have several rules."""
    part: str = ""
    """Which of them this is: `escalated`, `endpoint="/upload"`; empty: the alert itself."""
    alert: Alert | None = None
    """The spec's alert; None in foreign files, and for rules that Tocsin adds by itself."""
    constant: bool = False
    """It is meant to fire always: the heartbeat."""

    @property
    def title(self) -> str:
        """`HighErrorRate`, `HighErrorRate (escalated)`."""
        return f"{self.row} ({self.part})" if self.part else self.row


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """One rule file as the engines are given it."""

    path: str
    language: Language
    text: str
    origin: Span
    """What to point at when the engine means the whole file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A rule set: all that is evaluated together."""

    name: str
    """The environment, or empty for foreign files."""
    subjects: tuple[Subject, ...]
    contract: Contract
    files: tuple[RuleFile, ...]
    model: Model | None = None
    """The environment; None for foreign files."""
    recorded: Mapping[str, tuple[Recording, ...]] = field(default_factory=dict)
    """Rule file -> the recording rules in it."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Rule file -> its groups, in order."""

    def known(self, subject: Subject) -> Known:
        """The part of the contract that a rule has to do with."""
        service = subject.alert.service if subject.alert else ""
        return self.contract.known(subject.rule.expr, service)

    def of(self, language: Language) -> tuple[Subject, ...]:
        """The subjects of one language."""
        return tuple(one for one in self.subjects if one.rule.language == language)


def place_in(text: str, place: Place) -> int:
    """The character of `text` that an engine means by a line and a column, from 1; never past its end."""
    lines = text.split("\n")
    before = sum(len(line) + 1 for line in lines[: place.line - 1])
    return min(before + max(place.column, 1) - 1, max(0, len(text) - 1))
