"""Workspaces for checks: an example laid over the base, checked in memory."""

from pathlib import Path

from tocsin.app.example import example_context
from tocsin.checks.check import Example
from tocsin.checks.run import Outcome, run_checks
from tocsin.diag.diagnostic import Diagnostic


def outcome(example: Example, code: str, tmp: Path) -> Outcome:
    """How one check ends on an example."""
    return next(iter(run_checks(example_context(example, tmp), [code], engines=False)))


def marked(diagnostic: Diagnostic) -> str:
    """The text under the caret."""
    span = diagnostic.at.span
    line = span.source.line(span.line)
    return line[span.column - 1 : span.end_column - 1 if span.end_line == span.line else len(line)]
