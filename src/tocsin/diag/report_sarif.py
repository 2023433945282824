"""A report as SARIF 2.1.0, which code scanning reads: rules with their pages, results with all their places.

A result's fingerprint holds nothing of its line number, so a finding stays the same finding when the spec
grows above it. What was suppressed is there too, marked as such, with the reason.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.excerpt import Style, plain
from tocsin.diag.report import Ran, Report, Suppressed
from tocsin.diag.text import Span

Json = dict[str, Any]
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}
_ROOT = "%SRCROOT%"


def report(report: Report, style: Style = plain) -> str:
    """The document, indented, with a newline at its end."""
    hidden = {id(one.finding): one for one in report.suppressed}
    everything = sorted((*report.findings, *(s.finding for s in report.suppressed)), key=lambda d: d.order)
    codes = sorted({one.code for one in report.checks} | {d.code for d in everything})
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "tocsin",
                "semanticVersion": report.version,
                "version": report.version,
                "rules": [_rule(report, code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository"}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_idle(one) for one in report.not_run],
            }
        ],
        "results": [
            _result(one, report, codes.index(one.code), seen, hidden.get(id(one))) for one in everything
        ],
    }
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(report: Report, code: str) -> Json:
    page = report.pages[code]
    text = f"{page.title}\n\n{page.body}".strip()
    return {
        "id": code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.title},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[page.severity]},
        "properties": {"tags": [code.partition("/")[0]], "problem.severity": _PROBLEMS[page.severity]},
    }


def _idle(one: Ran) -> Json:
    return {"level": "note", "message": {"text": f"{one.code} was not run: {one.why}"}}


def _result(
    one: Diagnostic, report: Report, index: int, seen: Counter[str], hidden: Suppressed | None
) -> Json:
    elsewhere = () if one.at.span.source.is_file or report.anchor is None else (f"in {one.at.span}",)
    shown = report.anchor if elsewhere and report.anchor else one.at.span
    out = {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": _LEVELS[one.severity],
        "message": {"text": _text(one, elsewhere)},
        "locations": [_location(shown, report.folder)],
        "partialFingerprints": {"tocsin/v1": _fingerprint(one, seen)},
    }
    related = [label for label in one.others if label.span.source.is_file]
    if related:
        out["relatedLocations"] = [
            {"id": number, **_location(label.span, report.folder), "message": {"text": label.text or "here"}}
            for number, label in enumerate(related, 1)
        ]
    if hidden:
        out["suppressions"] = [
            {
                "kind": "inSource",
                "justification": hidden.reason,
                "location": _location(hidden.at, report.folder),
            }
        ]
    return out


def _text(one: Diagnostic, elsewhere: Iterable[str]) -> str:
    """The message, what the caret says, what is in no file, notes, the cure: viewers show no more."""
    virtual = [_quoted(label) for label in one.others if not label.span.source.is_file]
    lines = [one.message, *elsewhere, *([one.at.text] if one.at.text else []), *virtual]
    return "\n".join([*lines, *one.notes, *([f"help: {one.help}"] if one.help else [])])


def _quoted(label: Label) -> str:
    span = label.span
    return f"{span}: {span.source.line(span.line).strip()}" + (f" ({label.text})" if label.text else "")


def _location(span: Span, folder: str) -> Json:
    region: Json = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    if span.source.line(span.line):
        region["snippet"] = {"text": "\n".join(span.source.lines[span.line - 1 : span.end_line])}
    uri = quote(folder + span.source.name)
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}, "region": region}}


def _fingerprint(one: Diagnostic, seen: Counter[str]) -> str:
    """The code, the file, the text of the line and the message; equal ones are numbered."""
    span = one.at.span
    parts = (one.code, span.source.name, span.source.line(span.line).strip(), one.message)
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"
