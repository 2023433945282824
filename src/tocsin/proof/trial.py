"""A rule set on trial: what search and engines found out about every rule, for the columns to read.

Data with a memory; `tried.py` fills it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tocsin.engines.answers import NotRun
from tocsin.engines.problem import Problem
from tocsin.proof.rulebook import Book, Subject
from tocsin.proof.verdict import CaseVerdict
from tocsin.witness.outcome import NotFound, Outcome
from tocsin.witness.rule import Known, Language

if TYPE_CHECKING:
    from tocsin.checks.context import Context

T = TypeVar("T")
Id = tuple[str, str, str]

_UNSOUGHT = NotFound("it was not looked for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scraping:
    """Seconds between scrapes: the largest at which a rule fires whatever the phase, and at all."""

    reliable: float | None = None
    ever: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A mutant that no case told from the rule: characters [start, end) of the expression."""

    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharp:
    """How sharp the cases of a rule are."""

    mutants: int
    """Those that count."""
    survivors: tuple[Survivor, ...] = ()
    equivalents: tuple[str, ...] = ()
    """Those that do not count, each with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about a rule that a reader should know, without being asked."""

    code: str
    start: int
    end: int
    words: str
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found out about one rule. This is what the cache keeps."""

    outcome: Outcome = _UNSOUGHT
    verdicts: tuple[CaseVerdict, ...] = ()
    sharp: Sharp | None = None
    scraping: Scraping | None = None
    remarks: tuple[Remark, ...] = ()


UNTRIED = Proof()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What came of one scenario of the spec, or of a standard one."""

    scenario: str
    ok: bool
    pages: tuple[str, ...]
    """Alerts that paged, `service/Alert`."""
    expected: tuple[str, ...]
    """Alerts that should have, as they were named."""
    words: str
    standard: bool
    """Nobody wrote it: it is run for every spec."""

    def names(self, alert: str) -> bool:
        """Whether it says that this alert (`service/Alert`) pages."""
        return alert in self.expected or alert.rpartition("/")[2] in self.expected

    def concerns(self, alert: str) -> bool:
        """Whether this alert pages in it, or should."""
        return self.names(alert) or alert in self.pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Everything that columns may know."""

    book: Book
    root: Path | None = None
    """The workspace; None for foreign files."""
    context: "Context | None" = None
    """The workspace as checks see it."""
    unparsed: Mapping[Language, NotRun] = field(default_factory=dict)
    """Languages whose parser could not be asked."""
    problems: Mapping[Id, tuple[Problem, ...]] = field(default_factory=dict)
    proofs: Mapping[Id, Proof] = field(default_factory=dict)
    unjudged: Mapping[Language, NotRun] = field(default_factory=dict)
    """Languages whose engine could not be asked about the cases."""
    blunt: Mapping[Language, NotRun] = field(default_factory=dict)
    """Languages in which no mutants were tried."""
    scenes: tuple[Scene, ...] | NotRun = ()
    """What came of the scenarios."""
    tried: int = 0
    """Rules that were to be proven."""
    recalled: int = 0
    """How many of these proofs the cache had."""
    _memo: dict[Any, Any] = field(default_factory=dict)

    def proof(self, subject: Subject) -> Proof:
        """What was found out about a rule."""
        return self.proofs.get(subject.rule.id, UNTRIED)

    def parses(self, subject: Subject) -> bool:
        """Whether the engine takes the rule, as far as anybody could ask."""
        return not self.problems.get(subject.rule.id)

    def known(self, subject: Subject) -> Known:
        """The part of the contract that a rule has to do with."""
        return self.book.known(subject)

    def declared_interval(self, subject: Subject) -> float:
        """Seconds between scrapes of the slowest of its signals, as far as the contract says; else 0."""
        return max((signal.interval for signal in self.known(subject).signals.values()), default=0.0)

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What `make` gives, computed once for all rules."""
        if key not in self._memo:
            self._memo[key] = make()
        found: T = self._memo[key]
        return found
