"""A finding as text: the place, the lines, a caret under the token, other places, notes, the cure."""

import unicodedata
from collections.abc import Callable, Iterable

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.text import Span

Style = Callable[[str, str], str]
"""(text, role) -> text; roles: error, warning, info, place, help."""
_TAB = "    "
_WIDEST = 200


def plain(text: str, role: str) -> str:
    """No colours."""
    return text


def render(diagnostic: Diagnostic, style: Style = plain) -> str:
    """The finding in several lines, without a trailing newline."""
    span = diagnostic.at.span
    head = style(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    out = [f"{head}: {diagnostic.message}", style(f"  --> {span}", "place")]
    labels = [diagnostic.at, *diagnostic.others]
    width = max(len(str(label.span.line)) for label in labels)
    if span.source.text:
        out.append(f"{'':{width}} |")
        out += _lines(diagnostic.at, width, "^", diagnostic.severity, style)
        for other in diagnostic.others:
            out.append(
                f"{'':{width}} |"
                if other.span.source is span.source
                else style(f"  ::: {other.span}", "place")
            )
            out += _lines(other, width, "-", "place", style)
    out += [f"{'':{width}} = note: {note}" for note in diagnostic.notes]
    if diagnostic.help:
        out.append(f"{'':{width}} = {style('help', 'help')}: {diagnostic.help}")
    return "\n".join(out)


def _lines(label: Label, width: int, mark: str, role: str, style: Style) -> list[str]:
    span = label.span
    text = span.source.line(span.line)
    cut = max(0, span.column - 1 - _WIDEST // 2) if len(text) > _WIDEST else 0
    shown = text[cut : cut + _WIDEST]
    before = max(0, span.column - 1 - cut)
    lead = " " * _cells(shown[:before])
    marks = style(mark * max(1, _cells(shown[before : before + _length(span, text)])), role)
    note = f" {label.text}" if label.text else ""
    return [f"{span.line:{width}} | {printable(shown)}", f"{'':{width}} | {lead}{marks}{note}"]


def _cells(text: str) -> int:
    """How wide a terminal shows it: letters of East Asia and most emoji take two columns."""
    if text.isascii():
        return len(text) + text.count("\t") * (len(_TAB) - 1)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    flat = sum(unicodedata.combining(c) > 0 for c in text)
    return len(text) + text.count("\t") * (len(_TAB) - 1) + wide - flat


def _length(span: Span, text: str) -> int:
    end = span.end_column if span.end_line == span.line else len(text) + 1
    return max(1, min(end, len(text) + 1) - span.column) if end - span.column < _WIDEST else 1


def printable(text: str) -> str:
    """`text` as a terminal may show it: somebody else wrote it."""
    return "".join(_TAB if c == "\t" else c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`3 findings (2 errors, 1 warning)`."""
    found = list(diagnostics)
    counts = [(sum(d.severity == s for d in found), s) for s in ("error", "warning", "info")]
    parts = [f"{n} {s}{'s' if n != 1 and s != 'info' else ''}" for n, s in counts if n]
    kinds = f" ({', '.join(parts)})" if parts else ""
    return f"{len(found)} finding{'s' if len(found) != 1 else ''}{kinds}"
