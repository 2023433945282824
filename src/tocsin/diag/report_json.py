"""A report for programs: one JSON document, described in docs/guide-ci.md. `format` grows with every change
that a reader must know of; new keys are no such change."""

import json
from typing import Any

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.excerpt import Style, plain, render
from tocsin.diag.report import Report, Suppressed
from tocsin.diag.text import Span

FORMAT = 1


def report(report: Report, style: Style = plain) -> str:
    """The document, indented, with a newline at its end."""
    document = {
        "format": FORMAT,
        "tocsin": report.version,
        "failed": report.failed,
        "summary": report.summary,
        "findings": [finding(one) for one in report.findings],
        "suppressed": [suppressed(one) for one in report.suppressed],
        "checks": [
            {"code": one.code, "outcome": one.outcome, "findings": len(one.found)}
            | ({"reason": one.not_run, "cure": one.cure or None} if one.not_run else {})
            for one in report.checks
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def finding(one: Diagnostic) -> dict[str, Any]:
    """One finding with all its places, and as people see it."""
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        **_label(one.at),
        "others": [_label(other) for other in one.others],
        "notes": list(one.notes),
        "help": one.help or None,
        "rendered": render(one),
    }


def suppressed(one: Suppressed) -> dict[str, Any]:
    """One that a comment suppresses, with its reason and the place of the comment."""
    return {**finding(one.finding), "reason": one.reason, "until": one.until or None, "by": _place(one.at)}


def _label(label: Label) -> dict[str, Any]:
    return {**_place(label.span), "label": label.text or None}


def _place(span: Span) -> dict[str, Any]:
    """Lines and columns count from 1, columns in characters; the end is exclusive."""
    return {
        "file": span.source.name if span.source.is_file else None,
        "source": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
