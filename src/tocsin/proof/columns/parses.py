"""The engine's own parser takes the rule: expression, labels and annotation templates."""

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.engines.problem import Problem
from tocsin.proof.column import Cell, column, not_run, proven, refuted
from tocsin.proof.rulebook import Subject, place_in
from tocsin.proof.trial import Trial

CODE = "proof/parses"


@column("parses", order=10, foreign=True)
def parses(trial: Trial, subject: Subject) -> Cell:
    """promtool for PromQL, lokitool for LogQL."""
    problems = trial.problems.get(subject.rule.id, ())
    if problems:
        return refuted(tuple(_finding(subject, one) for one in problems))
    idle = trial.unparsed.get(subject.rule.language)
    return not_run(idle) if idle else proven()


def _finding(subject: Subject, problem: Problem) -> Diagnostic:
    first, *more = (problem.message or "the engine refuses it").splitlines()
    at, others = subject.said.name, tuple[Label, ...]()
    if problem.field is not None:
        at = subject.said.field(problem.field.partition('"')[2].rpartition('"')[0])
    elif problem.inside is not None:
        offset = place_in(subject.rule.expr, problem.inside)
        at, others = subject.said.expr(offset, offset + 1)
    where = f" in {problem.field}" if problem.field else ""
    notes = (*more, f"{problem.tool}{where}")
    return Diagnostic(CODE, "error", f"{subject.title}: {first}", Label(at), others, notes)
