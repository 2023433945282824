"""What a column of the proof is, and how it is registered. No column itself, and no running of them.

A column is one file in `columns/` with a module docstring (its claim in the first line) and one function with
`@column(...)`. It is asked for each rule; what it needs for all of them at once it asks `Trial.once` for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.report import Suppressed
from tocsin.engines.answers import NotRun
from tocsin.registry import Registry

if TYPE_CHECKING:
    from tocsin.proof.rulebook import Subject
    from tocsin.proof.trial import Trial

State = Literal["proven", "refuted", "not run", "not meant"]
"""`not meant`: the claim makes no sense of this rule, and `why` says the reason (a heartbeat never ends)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What became of one claim for one rule."""

    state: State
    done: int = 1
    """How many of `total` parts of the claim hold; both 1 for a claim without parts."""
    total: int = 1
    words: tuple[str, ...] = ()
    """What was shown, for whoever looks at one alert: a line each."""
    found: tuple[Diagnostic, ...] = ()
    """The evidence against it; a proven claim may have warnings."""
    hidden: tuple[Suppressed, ...] = ()
    """Evidence that somebody chose to live with. The claim is refuted all the same."""
    why: str = ""
    """Why it was not run, or is not meant."""
    cure: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it is refuted, and somebody chose to live with all that is against it."""
        return self.state == "refuted" and bool(self.hidden) and not self.found

    @property
    def unmet(self) -> bool:
        """Whether it fails a run that requires it."""
        return self.state == "not run" or (self.state == "refuted" and not self.accepted)


Ask = Callable[["Trial", "Subject"], Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One registered column."""

    name: str
    order: int
    """Its place in the table."""
    foreign: bool
    """Whether it says anything of a rule that no spec stands behind."""
    ask: Ask
    doc: str


columns: Registry[Column] = Registry("column", "tocsin.proof.columns")


def column(name: str, *, order: int, foreign: bool = False) -> Callable[[Ask], Ask]:
    """Register a function `(trial, subject) -> Cell` under the column's name."""
    import sys

    def register(ask: Ask) -> Ask:
        doc = (sys.modules[ask.__module__].__doc__ or "").strip()
        columns.put(name, Column(name=name, order=order, foreign=foreign, ask=ask, doc=doc))
        return ask

    return register


def ordered() -> tuple[Column, ...]:
    """All columns as the table has them."""
    return tuple(sorted((one for _, one in columns), key=lambda one: (one.order, one.name)))


def proven(words: tuple[str, ...] = (), *, done: int = 1, found: tuple[Diagnostic, ...] = ()) -> Cell:
    """The claim holds, in all its parts."""
    return Cell(state="proven", done=done, total=done, words=words, found=found)


def refuted(
    found: tuple[Diagnostic, ...], words: tuple[str, ...] = (), *, done: int = 0, total: int = 1
) -> Cell:
    """The claim does not hold; `found` is the evidence."""
    return Cell(state="refuted", done=done, total=total, words=words, found=found)


def not_run(why: NotRun | str) -> Cell:
    """Nobody could look."""
    if isinstance(why, NotRun):
        return Cell(state="not run", done=0, why=why.reason, cure=why.cure or "")
    return Cell(state="not run", done=0, why=why)


def not_meant(why: str) -> Cell:
    """The claim makes no sense of this rule."""
    return Cell(state="not meant", done=0, total=0, why=why)
