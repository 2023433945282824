"""One alert for people who want to see its proof: the witness as a plot, twins, mutants, route."""

import textwrap
from collections.abc import Callable, Iterator, Sequence

from tocsin.diag.excerpt import Style, plain
from tocsin.model.alerting import Alert
from tocsin.model.units import threshold_words
from tocsin.proof.column import Cell
from tocsin.proof.course import Course, course
from tocsin.proof.histories import outcome
from tocsin.proof.ledger import Judged, Row
from tocsin.proof.report.plot_text import drawn
from tocsin.proof.trial import Proof
from tocsin.witness.case import Case

WIDTH = 98
_TITLE = 12
Line = tuple[str, str]
"""A title, and a text that is folded beside it."""


def report(row: Row, routes: Sequence[Line] = (), style: Style = plain) -> str:
    """The whole view; `routes` are lines about who is told, and when."""
    lines = [*_head(row, style)]
    for judged in row.judged:
        if len(row.judged) > 1:
            lines += ["", style(f"  {judged.subject.part or 'the alert itself'}", "place")]
        lines += _rule(row, judged)
    lines += [line for title, text in (*_columns(row), *routes) for line in folded(title, text)]
    return "\n".join(lines) + "\n\n"


def _head(row: Row, style: Style) -> Iterator[str]:
    alert = row.judged[0].subject.alert
    severity = dict(row.judged[0].subject.rule.labels).get("severity", "")
    title = style(row.name, "place") + (f" ({severity})" if severity else "")
    meaning = alert.variants[0].condition.meaning if alert else ""
    yield f"{title}  {f'fires when {meaning}' if meaning else ''}".rstrip()


# -- a rule ------------------------------------------------------------------------------------------


def _rule(row: Row, judged: Judged) -> Iterator[str]:
    proof = row.trial.proof(judged.subject)
    main = next((one.case for one in proof.verdicts if one.case.fires), None)
    if main is not None:
        yield from folded("fires", f"{main.story} {outcome(main)}".strip())
        yield from (f"  {line}".rstrip() for line in _plot(row, judged, main))
    for name in ("fires", "quiet", "resolves", "sharp"):
        cell = judged.cells.get(name)
        if cell is not None and not (name == "fires" and main is not None and cell.state == "proven"):
            yield from folded(name, _cell(name, cell, proof))


def _plot(row: Row, judged: Judged, case: Case) -> list[str]:
    rule = judged.subject.rule
    found = course(rule, case, row.trial.known(judged.subject))
    if found is None:
        return []
    return ["", *drawn(found, unit_of(judged.subject.alert, found)), ""]


def unit_of(alert: Alert | None, found: Course) -> Callable[[float], str]:
    """How a value of the signal is said."""
    unit = alert.variants[0].condition.unit if alert else ""
    return lambda value: threshold_words(float(f"{value:.3g}"), unit)


def _cell(name: str, cell: Cell, proof: Proof) -> str:
    if cell.state in ("not run", "not meant"):
        return f"{cell.state}: {cell.why}"
    refuted = "" if cell.state == "proven" else f"REFUTED, {cell.done} of {cell.total}: "
    if name == "sharp" and proof.sharp is not None:
        count = len(proof.sharp.equivalents)
        same = f"; {count} more are the same rule by another name" if count else ""
        return f"{proof.sharp.mutants} mutants, {cell.done} caught{same}"
    if name == "resolves":
        return refuted + "when the fault has ended, at the predicted evaluation"
    return refuted + "; ".join(cell.words)


# -- the alert ---------------------------------------------------------------------------------------


def _columns(row: Row) -> Iterator[Line]:
    yield "", ""
    for name in row.judged[0].cells:
        if name not in ("parses", "fires", "quiet", "resolves", "sharp"):
            cell = row.cell(name)
            why = f"{cell.state}: {cell.why}" if cell.why else "; ".join(cell.words)
            yield name, why if cell.state != "refuted" else "REFUTED: see below"


def folded(title: str, text: str) -> list[str]:
    """`  title     text`, folded."""
    if not text:
        return [""] if not title else []
    lines = textwrap.wrap(text, WIDTH - _TITLE, break_long_words=False, break_on_hyphens=False)
    return [f"{f'  {title}' if not i else '':<{_TITLE}}{line}" for i, line in enumerate(lines)]
