"""A ledger for programs: one JSON document, described in docs/guide-proof.md."""

import json
from collections.abc import Iterable
from importlib import metadata
from typing import Any

from tocsin.diag.report_json import finding, suppressed
from tocsin.proof.column import Cell
from tocsin.proof.ledger import Judged, Ledger, Row
from tocsin.proof.report.text import summary
from tocsin.proof.trial import Proof, Trial
from tocsin.proof.verdict import CaseVerdict
from tocsin.witness.case import Alerting
from tocsin.witness.outcome import Witnessed

FORMAT = 1
"""Grows with every change that a reader must know of; new keys are no such change."""


def report(ledger: Ledger, required: Iterable[str] = ()) -> str:
    """The document, indented, with a newline at its end. It holds no times of this run."""
    document = {
        "format": FORMAT,
        "tocsin": metadata.version("tocsin"),
        "failed": ledger.failed(required),
        "summary": summary(ledger),
        "columns": [one.name for one in ledger.columns],
        "alerts": [_row(row) for row in ledger.rows],
        "findings": [finding(one) for one in ledger.findings],
        "suppressed": [suppressed(one) for one in ledger.suppressed],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _row(row: Row) -> dict[str, Any]:
    return {
        "alert": row.name,
        "environment": row.environment or None,
        "verdict": row.verdict,
        "rules": [_judged(row.trial, one) for one in row.judged],
    }


def _judged(trial: Trial, judged: Judged) -> dict[str, Any]:
    subject, proof = judged.subject, trial.proof(judged.subject)
    place = subject.said.name
    return {
        "part": subject.part or None,
        "file": subject.rule.file,
        "group": subject.rule.group,
        "language": subject.rule.language,
        "expr": subject.rule.expr,
        "for": subject.rule.hold,
        "said": {"file": place.source.name, "line": place.line, "column": place.column},
        "columns": {name: _cell(cell) for name, cell in judged.cells.items()},
        "scraping": _scraping(proof),
        "missing": list(proof.outcome.missing) if isinstance(proof.outcome, Witnessed) else [],
        "cases": [_case(one) for one in proof.verdicts],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "state": cell.state,
        "done": cell.done,
        "total": cell.total,
        "words": list(cell.words),
        "why": cell.why or None,
        "cure": cell.cure or None,
        "findings": len(cell.found),
        "suppressed": len(cell.hidden),
    }


def _scraping(proof: Proof) -> dict[str, Any] | None:
    if proof.scraping is None:
        return None
    return {"reliable": proof.scraping.reliable, "ever": proof.scraping.ever}


def _case(verdict: CaseVerdict) -> dict[str, Any]:
    case = verdict.case
    pins = {"start": case.pins.start, "end": case.pins.end, "words": case.pins.words} if case.pins else None
    return {
        "name": case.name,
        "kind": case.kind,
        "story": case.story or None,
        "pins": pins,
        "ok": verdict.ok,
        "why": verdict.words or None,
        "predicted": [_alerting(one) for one in case.expected],
        "seen": [_alerting(one) for one in verdict.seen],
    }


def _alerting(one: Alerting) -> dict[str, Any]:
    return {
        "labels": dict(one.labels),
        "pending": one.pending,
        "firing": one.firing,
        "resolved": one.resolved,
    }
