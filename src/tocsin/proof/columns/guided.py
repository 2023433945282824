"""The runbook exists, says what to do, and its facts are those of the spec as it is now."""

from collections.abc import Mapping

from tocsin.artifacts.disk import compare
from tocsin.checks.context import Context
from tocsin.checks.run import run_checks
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.proof.column import Cell, column, not_meant, proven, refuted
from tocsin.proof.rulebook import Subject
from tocsin.proof.trial import Trial

CODE = "proof/guided"
_CHECKS = ("runbook/sections", "runbook/unwritten", "runbook/dead-link", "runbook/unknown-panel")
_BAD = ("error", "warning")


@column("guided", order=80)
def guided(trial: Trial, subject: Subject) -> Cell:
    """By the checks of runbooks, and by comparing the block of facts."""
    context, alert = trial.context, subject.alert
    if context is None or alert is None:
        return not_meant("no spec says which runbook it has")
    if not alert.runbook:
        return not_meant("no runbook is wanted")
    if alert.runbook not in context.runbooks:
        words = f"{subject.row}: there is no runbooks/{alert.runbook}"
        return refuted((_finding(subject, words, "tocsin generate"),))
    problems = trial.once("guided", lambda: _problems(context))
    found = [*problems.get(alert.runbook, ())]
    if alert.runbook in trial.once("stale facts", lambda: _stale(context)):
        words = f"{subject.row}: the facts in runbooks/{alert.runbook} are not those of the spec"
        found.append(_finding(subject, words, "tocsin generate"))
    return refuted(tuple(found)) if found else proven((f"runbooks/{alert.runbook}",))


def _finding(subject: Subject, words: str, help: str) -> Diagnostic:
    return Diagnostic(CODE, "error", words, Label(subject.said.name), help=help)


def _problems(context: Context) -> Mapping[str, list[Diagnostic]]:
    """Runbook -> what the checks say of it."""
    found: dict[str, list[Diagnostic]] = {}
    for outcome in run_checks(context, _CHECKS, engines=False):
        for one in outcome.found:
            if one.severity in _BAD:
                found.setdefault(one.at.span.source.name.removeprefix("runbooks/"), []).append(one)
    return found


def _stale(context: Context) -> frozenset[str]:
    pages = [a for path, a in context.artifacts.items() if path.startswith("runbooks/")]
    planned = compare(context.root, pages).planned
    return frozenset(p.artifact.path.removeprefix("runbooks/") for p in planned if p.status != "unchanged")
