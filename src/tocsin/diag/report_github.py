"""A report for GitHub Actions: a workflow command for each finding, which becomes an annotation in the diff.

GitHub shows ten annotations of each level for a step, so the summary is printed as well; the whole list is in
the log, and in SARIF.
"""

from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.excerpt import Style, plain
from tocsin.diag.report import Report
from tocsin.diag.text import Span

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
_DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_DATA, (":", "%3A"), (",", "%2C"))
"""Properties stand before `::` and between commas."""


def report(report: Report, style: Style = plain) -> str:
    """One line for each finding, then the summary."""
    lines = [_command(one, report) for one in report.findings]
    lines += [f"::notice title={_escaped(f'not run: {one.code}', _PROPERTY)}::" + _escaped(one.why, _DATA)
              for one in report.not_run]  # fmt: skip
    return "".join(f"{line}\n" for line in (*lines, report.summary))


def _command(one: Diagnostic, report: Report) -> str:
    span = one.at.span
    in_file = span.source.is_file or report.anchor is None
    shown = span if in_file else report.anchor
    place = _place(shown, report.folder) if shown else {}
    properties = {**place, "title": one.code}
    head = ",".join(f"{name}={_escaped(text, _PROPERTY)}" for name, text in properties.items())
    body = "\n".join(_body(one, "" if in_file else str(span)))
    return f"::{_LEVELS[one.severity]} {head}::{_escaped(body, _DATA)}"


def _place(span: Span, folder: str) -> dict[str, str]:
    place = {"file": folder + span.source.name, "line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line:  # GitHub refuses columns over several lines
        place |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column - 1))}
    return place


def _body(one: Diagnostic, elsewhere: str) -> list[str]:
    """The message and all that belongs to it: the log shows nothing else."""
    out = [one.message, *([f"in {elsewhere}"] if elsewhere else [])]
    out += [one.at.text] if one.at.text else []
    out += [f"{label.span}: {label.text}" for label in one.others if label.text]
    out += [f"note: {note}" for note in one.notes]
    return [*out, *([f"help: {one.help}"] if one.help else [])]


def _escaped(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for char, code in table:
        text = text.replace(char, code)
    return text
