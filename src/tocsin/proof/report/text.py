"""A ledger for people: a table with what was found below each alert, and a last line that adds up."""

import textwrap
from collections.abc import Iterable, Iterator

from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.diag.excerpt import Style, plain, render
from tocsin.diag.report import Suppressed
from tocsin.proof.column import Cell, Column
from tocsin.proof.columns.sharp import CODE as SHARP
from tocsin.proof.ledger import Ledger, Row, Verdict

WIDTH = 98
_MOST_FOUND = 60
_MOST_SURVIVORS = 5
_MOST_FILES = 12
_SHOWN: tuple[tuple[Verdict, str, str], ...] = (
    ("proven", "proven in every column that ran", "proven in every column that ran"),
    ("not sharp", "proven but not sharp", "proven but not sharp"),
    ("refuted", "refuted", "refuted"),
    ("never fires", "never fires", "never fire"),
    ("always fires", "always fires", "always fire"),
    ("does not parse", "does not parse", "do not parse"),
    ("not found", "not found", "not found"),
    ("not run", "not run", "not run"),
)


def report(
    ledger: Ledger, style: Style = plain, *, seconds: float | None = None, head: str | None = None
) -> str:
    """The whole text; `head` stands in the place of the table."""
    lines = [] if ledger.foreign or head is not None else [*_table(ledger, style)]
    lines += [head] if head else []
    lines += _found(ledger, style)
    lines += _suppressed(ledger, style)
    lines += _not_run(ledger, style)
    return "".join(f"{line}\n" for line in (*lines, *_kept(ledger), summary(ledger, seconds)))


# -- the table ---------------------------------------------------------------------------------------


def _table(ledger: Ledger, style: Style) -> Iterator[str]:
    names = _names(ledger.rows)
    columns, name = _fitting(ledger, max(map(len, names), default=0))
    yield " " * name + "".join(f" {c.name:<{_wide(c)}}" for c in columns).rstrip()
    for row, called in zip(ledger.rows, names, strict=True):
        cells = [row.cell(c.name) for c in columns]
        shown = "".join(" " + _styled(one, _wide(c), style) for one, c in zip(cells, columns, strict=True))
        yield f"{called:<{name}}{shown}".rstrip()
    if ledger.rows:
        yield ""


def _fitting(ledger: Ledger, name: int) -> tuple[list[Column], int]:
    """The columns that fit beside the names; those that nobody ran go first."""
    columns = list(ledger.columns)
    idle = [one for one in columns if one in ledger.idle]
    while idle and name + sum(_wide(c) + 1 for c in columns) > WIDTH:
        columns.remove(idle.pop())
    return columns, name


def _wide(column: Column) -> int:
    return max(len(column.name), 4)


def _styled(cell: Cell, width: int, style: Style) -> str:
    text = f"{mark(cell):<{width}}"
    role = {"proven": "help", "refuted": "error", "not run": "warning"}.get(cell.state, "")
    return style(text, role) if role else text


def mark(cell: Cell) -> str:
    """A cell as it stands in the table: `ok`, `5/5`, `no`, `-` for not run, `n/a`."""
    if cell.state in ("not run", "not meant"):
        return "-" if cell.state == "not run" else "n/a"
    if cell.total > 1:
        return f"{cell.done}/{cell.total}"
    return "ok" if cell.state == "proven" else "no"


def _names(rows: Iterable[Row]) -> list[str]:
    """Short where that is clear; with the environment where it is not the first one's."""
    listed = list(rows)
    first = listed[0].environment if listed else ""
    short = [row.name.rpartition("/")[2] for row in listed]
    keys = [(row.environment, name) for row, name in zip(listed, short, strict=True)]
    return [
        (name if keys.count((row.environment, name)) == 1 else row.name)
        + (f" ({row.environment})" if row.environment != first else "")
        for row, name in zip(listed, short, strict=True)
    ]


# -- what was found ----------------------------------------------------------------------------------


def _found(ledger: Ledger, style: Style) -> Iterator[str]:
    found = [one for one in ledger.findings if one.code != SHARP]
    for one in found[:_MOST_FOUND]:
        yield render(one, style) + "\n"
    if len(found) > _MOST_FOUND:
        yield f"the first {_MOST_FOUND} of {len(found)} findings are shown; all of them: --json\n"
    yield from _survivors(ledger, style)


def _survivors(ledger: Ledger, style: Style) -> Iterator[str]:
    """Mutants that nothing noticed, a line each: there may be many."""
    for row in ledger.rows:
        sink = Sink()
        for one in row.found:
            if one.code == SHARP:
                sink.add(one)
        if sink.found:
            yield style("sharp", "warning") + f"  {row.name}: no case notices"
            yield from (_survivor(one) for one in sink.found[:_MOST_SURVIVORS])
            if len(sink.found) > _MOST_SURVIVORS:
                yield f"         and {len(sink.found) - _MOST_SURVIVORS} more: tocsin prove {row.name} --json"
    yield from [""] if any(one.code == SHARP for one in ledger.findings) else []


def _survivor(one: Diagnostic) -> str:
    words = one.message.partition(": ")[2].removesuffix(" is not noticed by any case")
    span = one.at.span
    place = f"{span.source.name}:{span.line}:{span.column}"
    room = WIDTH - 9 - len(place) - 2
    shown = words if len(words) <= room else words[: room - 3] + "..."
    return f"         {shown:<{room}}  {place}"


def _suppressed(ledger: Ledger, style: Style) -> Iterator[str]:
    """A line for each comment that suppresses something: what it covers is refuted all the same."""
    by_comment: dict[str, list[Suppressed]] = {}
    for one in ledger.suppressed:
        by_comment.setdefault(str(one.at), []).append(one)
    for place, several in [*by_comment.items()][:_MOST_FOUND]:
        codes = ", ".join(dict.fromkeys(one.finding.code for one in several))
        yield style("suppressed", "warning") + f"  {codes}: {several[0].reason}  {place}"


def _not_run(ledger: Ledger, style: Style) -> Iterator[str]:
    """A paragraph for each reason: which columns, of which alerts."""
    reasons: dict[tuple[str, str], dict[str, list[str]]] = {}
    names = _names(ledger.rows)
    for column in ledger.columns:
        for row, called in zip(ledger.rows, names, strict=True):
            cell = row.cell(column.name)
            if cell.state == "not run":
                reasons.setdefault((cell.why, cell.cure), {}).setdefault(column.name, []).append(called)
    for (why, cure), by_column in reasons.items():
        yield style("not run", "warning") + f"  {why}{f' ({cure})' if cure else ''}"
        several = {tuple(alerts) for alerts in by_column.values()}
        for alerts in several:
            whose = "" if len(alerts) == len(ledger.rows) else f": {', '.join(alerts)}"
            mine = ", ".join(name for name, those in by_column.items() if tuple(those) == alerts)
            yield from textwrap.wrap(
                mine + whose, WIDTH, initial_indent=" " * 9, subsequent_indent=" " * 9, break_on_hyphens=False
            )


def _kept(ledger: Ledger) -> Iterator[str]:
    """The committed proofs: few are named, many are counted."""
    for one in ledger.kept:
        paths = [*(f"  written  {path}" for path in one.changed), *(f"  removed  {p}" for p in one.removed)]
        if len(paths) > _MOST_FILES:
            paths = [f"  written  {len(one.changed)} files with tests, removed {len(one.removed)}"]
        yield from paths
        if one.not_run is not None:
            yield f"  tests were not written: {one.not_run}"


# -- the last line -----------------------------------------------------------------------------------


def summary(ledger: Ledger, seconds: float | None = None) -> str:
    """One line that adds up."""
    parts = []
    for verdict, one, many in _SHOWN:
        count = ledger.count(verdict)
        if count:
            words = one if count == 1 else many
            parts.append(f"{count:,} {_briefly(ledger) if _is_brief(ledger, verdict) else words}")
    total = len(ledger.rows)
    same = f"; {ledger.same} more in other environments have the same rules" if ledger.same else ""
    hidden = len(ledger.suppressed)
    less = f"; {hidden} finding{'' if hidden == 1 else 's'} suppressed" if hidden else ""
    time = f"        {seconds:.1f} s" if seconds is not None else ""
    said = ", ".join(parts) or "nothing to prove"
    return f"{total:,} alert{'' if total == 1 else 's'}: {said}{less}{same}{time}"


def _is_brief(ledger: Ledger, verdict: Verdict) -> bool:
    return ledger.foreign and verdict == "proven"


def _briefly(ledger: Ledger) -> str:
    return f"proven ({', '.join(one.name for one in ledger.columns if one.name != 'parses')})"
