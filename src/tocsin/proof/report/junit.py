"""A ledger as JUnit XML: a test suite for each alert, a test case for each column."""

from collections.abc import Collection, Iterator, Sequence

from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.excerpt import render
from tocsin.diag.report_junit import quoted, text_of
from tocsin.proof.column import Cell
from tocsin.proof.ledger import Ledger, Row
from tocsin.proof.report.text import summary


def report(ledger: Ledger, required: Collection[str] = ()) -> str:
    """The XML document. It holds no times: the same outcome gives the same bytes."""
    suites = "".join(_suite(row, required) for row in ledger.rows)
    cells = [pair for row in ledger.rows for pair in _cells(row)]
    broken = [one for one in ledger.loose if one.severity == "error"]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="tocsin prove" {_counts(cells, required, 1, int(bool(broken)))}>\n'
        f"{_files(broken, summary(ledger))}{suites}"
        "</testsuites>\n"
    )


def _files(broken: Sequence[Diagnostic], summary: str) -> str:
    """What belongs to no alert: files that cannot be read; and the last line."""
    excerpts = text_of("\n\n".join(map(render, broken)))
    inner = f"<failure message={quoted(broken[0].message)}>{excerpts}</failure>" if broken else ""
    return (
        f'  <testsuite name="files" tests="1" failures="{int(bool(broken))}" errors="0" skipped="0">\n'
        f'    <testcase classname="files" name="read">{inner}</testcase>\n'
        f"    <system-out>{text_of(summary)}</system-out>\n"
        "  </testsuite>\n"
    )


def _cells(row: Row) -> Iterator[tuple[str, Cell]]:
    return ((name, row.cell(name)) for name in row.judged[0].cells)


def _counts(
    cells: Collection[tuple[str, Cell]], required: Collection[str], more: int = 0, failed: int = 0
) -> str:
    failures = sum(_fails(name, cell, required) for name, cell in cells) + failed
    skipped = sum(_skipped(name, cell, required) for name, cell in cells)
    return f'tests="{len(cells) + more}" failures="{failures}" errors="0" skipped="{skipped}"'


def _fails(name: str, cell: Cell, required: Collection[str]) -> bool:
    """As the run itself: an error, or what is required and not proven."""
    errors = any(one.severity == "error" for one in cell.found)
    return errors or (name in required and cell.unmet)


def _skipped(name: str, cell: Cell, required: Collection[str]) -> bool:
    idle = cell.state in ("not run", "not meant") or cell.accepted
    return idle and not _fails(name, cell, required)


def _suite(row: Row, required: Collection[str]) -> str:
    cells = list(_cells(row))
    name = f"{row.environment}/{row.name}" if row.environment else row.name
    cases = "".join(_case(name, column, cell, required) for column, cell in cells)
    return f"  <testsuite name={quoted(name)} {_counts(cells, required)}>\n{cases}  </testsuite>\n"


def _case(alert: str, column: str, cell: Cell, required: Collection[str]) -> str:
    head = f"    <testcase classname={quoted(alert)} name={quoted(column)}"
    reasons = cell.why or "; ".join(dict.fromkeys(one.reason for one in cell.hidden))
    why = f"{cell.state}: {reasons}{f' ({cell.cure})' if cell.cure else ''}"
    excerpts = text_of("\n\n".join(render(one) for one in cell.found))
    if _fails(column, cell, required):
        message = why if cell.state == "not run" else cell.found[0].message if cell.found else cell.state
        return f"{head}><failure message={quoted(message)}>{excerpts}</failure></testcase>\n"
    if _skipped(column, cell, required):
        return f"{head}><skipped message={quoted(why)}/></testcase>\n"
    return f"{head}><system-out>{excerpts}</system-out></testcase>\n" if excerpts else f"{head}/>\n"
