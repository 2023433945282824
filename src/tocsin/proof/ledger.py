"""What was claimed of every alert and what became of it: rows and columns that add up. Shows nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.diag.report import Suppressed
from tocsin.proof.column import Cell, Column, State, ordered
from tocsin.proof.committed import Kept
from tocsin.proof.rulebook import Subject
from tocsin.proof.told import NO_STACK, heartbeat
from tocsin.proof.trial import Trial
from tocsin.witness.outcome import Always, Impossible, NotFound

Verdict = Literal[
    "proven", "not sharp", "refuted", "never fires", "always fires", "does not parse", "not found", "not run"
]
"""`not sharp`: all is proven but that its cases would notice every small mistake."""
SHARP = "sharp"
_WORST: tuple[State, ...] = ("refuted", "not run", "proven", "not meant")


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule with what each column says of it."""

    subject: Subject
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One alert: all its rules together."""

    name: str
    """As people call it; with its environment when that is not the first."""
    environment: str
    judged: tuple[Judged, ...]
    verdict: Verdict
    trial: Trial

    def cell(self, name: str) -> Cell:
        """What a column says of the alert: the worst of what it says of its rules, counts added up."""
        return merged([one.cells[name] for one in self.judged])

    @property
    def found(self) -> Iterator[Diagnostic]:
        """Everything that was found, in the order of the columns."""
        for name in self.judged[0].cells if self.judged else ():
            for one in self.judged:
                yield from one.cells[name].found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A whole run."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    loose: tuple[Diagnostic, ...] = ()
    """Findings that belong to no alert: a file that cannot be read."""
    loose_hidden: tuple[Suppressed, ...] = ()
    """Those of them that a comment suppresses."""
    foreign: bool = False
    same: int = 0
    """Alerts of other environments whose rules are those of the first."""
    recalled: int = 0
    """Rules whose proofs the cache had."""
    kept: tuple[Kept, ...] = ()
    """What became of the committed proofs, for each rule set whose proofs are all known."""

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """All of them, each once, in the order of their places."""
        sink = Sink()
        for one in (*self.loose, *(d for row in self.rows for d in row.found)):
            sink.add(one)
        return tuple(sorted(sink.found, key=lambda one: one.order))

    @property
    def suppressed(self) -> tuple[Suppressed, ...]:
        """The findings that a comment suppresses, each once, in the order of their places."""
        cells = (cell for row in self.rows for one in row.judged for cell in one.cells.values())
        every = (*self.loose_hidden, *(one for cell in cells for one in cell.hidden))
        found = {one.finding.order: one for one in every}
        return tuple(found[order] for order in sorted(found))

    @property
    def idle(self) -> tuple[Column, ...]:
        """Columns that could not be run for any alert, because there is no live stack."""
        return tuple(
            c for c in self.columns if self.rows and all(_without_stack(r, c.name) for r in self.rows)
        )

    def count(self, verdict: Verdict) -> int:
        """How many alerts came to this."""
        return sum(row.verdict == verdict for row in self.rows)

    def unmet(self, required: Iterable[str]) -> Iterator[tuple[Row, Column, Cell]]:
        """What is required and was not run, or has something against it that nobody accepts."""
        wanted = set(required)
        for column in self.columns:
            if column.name in wanted:
                for row in self.rows:
                    cell = row.cell(column.name)
                    if cell.unmet:
                        yield row, column, cell

    def failed(self, required: Iterable[str] = ()) -> bool:
        """Whether the run fails: there is an error, or something is required and not proven."""
        errors = any(one.severity == "error" for one in self.findings)
        return errors or any(True for _ in self.unmet(required))


def _without_stack(row: Row, column: str) -> bool:
    cell = row.cell(column)
    return cell.state == "not run" and cell.why == NO_STACK


def merged(cells: Sequence[Cell]) -> Cell:
    """Several rules' cells as one."""
    if len(cells) == 1:
        return cells[0]
    worst = min((one.state for one in cells), key=_WORST.index)
    why = next(one for one in cells if one.state == worst)
    return Cell(
        state=worst,
        done=sum(one.done for one in cells),
        total=sum(one.total for one in cells),
        words=tuple(dict.fromkeys(line for one in cells for line in one.words)),
        found=tuple(line for one in cells for line in one.found),
        hidden=tuple(line for one in cells for line in one.hidden),
        why=why.why,
        cure=why.cure,
    )


def asked(
    trial: Trial, subjects: Sequence[Subject], *, foreign: bool, only: Sequence[str] = ()
) -> tuple[Row, ...]:
    """Every column (or `only` these) about every rule, put together by alert."""
    wanted = [one for one in ordered() if one.name in only or not only]
    groups: dict[object, list[Judged]] = {}
    for subject in subjects:
        cells = {column.name: column.ask(trial, subject) for column in wanted}
        key = subject.rule.id if foreign else subject.row
        groups.setdefault(key, []).append(Judged(subject, cells))
    return tuple(_row(trial, tuple(several)) for several in groups.values())


def _row(trial: Trial, judged: tuple[Judged, ...]) -> Row:
    return Row(
        name=judged[0].subject.row,
        environment=trial.book.name,
        judged=judged,
        verdict=_verdict(trial, judged),
        trial=trial,
    )


def _verdict(trial: Trial, judged: tuple[Judged, ...]) -> Verdict:
    """The worst that can be said of any of its rules."""
    said = {_of_one(trial, one) for one in judged}
    order: tuple[Verdict, ...] = (
        "does not parse", "never fires", "always fires", "refuted",
        "not found", "not run", "not sharp", "proven",
    )  # fmt: skip
    return next(one for one in order if one in said)


def _of_one(trial: Trial, judged: Judged) -> Verdict:
    subject, cells = judged.subject, judged.cells
    if not trial.parses(subject):
        return "does not parse"
    match trial.proof(subject).outcome:
        case Impossible():
            return "never fires"
        case Always(reason=reason) if not heartbeat(subject, reason):
            return "always fires"
        case NotFound() if not any(cell.state == "refuted" for cell in cells.values()):
            return "not found"
        case _:
            return _by_cells(cells)


def _by_cells(cells: Mapping[str, Cell]) -> Verdict:
    refuted = {name for name, cell in cells.items() if cell.state == "refuted"}
    if refuted - {SHARP}:
        return "refuted"
    if any(cell.state == "not run" and cell.why != NO_STACK for cell in cells.values()):
        return "not run"
    return "not sharp" if refuted else "proven"
