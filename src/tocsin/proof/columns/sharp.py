"""Every mutant of the rule is caught by its cases: a changed threshold, a dropped label, and so on."""

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.proof.column import Cell, column, not_meant, not_run, proven, refuted
from tocsin.proof.rulebook import Subject
from tocsin.proof.told import unproven
from tocsin.proof.trial import Survivor, Trial
from tocsin.witness.outcome import Always

CODE = "proof/sharp"


@column("sharp", order=50, foreign=True)
def sharp(trial: Trial, subject: Subject) -> Cell:
    """Survivors are told at the characters that could be changed unnoticed.

    As warnings: the rule may be right, what is blunt is its cases. `--require sharp` makes them a failure.
    """
    proof = trial.proof(subject)
    if isinstance(proof.outcome, Always):
        return not_meant("it always fires")
    if why := unproven(trial, subject):
        return not_run(why)
    if proof.sharp is None:
        return not_run(trial.blunt.get(subject.rule.language) or "its cases do not hold yet")
    total, survivors = proof.sharp.mutants, proof.sharp.survivors
    if not total:
        return not_meant("nothing in it can be changed")
    if not survivors:
        return proven(proof.sharp.equivalents, done=total)
    found = tuple(_finding(subject, one) for one in survivors)
    return refuted(found, proof.sharp.equivalents, done=total - len(survivors), total=total)


def _finding(subject: Subject, survivor: Survivor) -> Diagnostic:
    at, others = subject.said.expr(survivor.start, survivor.end)
    words = f"{subject.row}: {survivor.words} is not noticed by any case"
    return Diagnostic(CODE, "warning", words, Label(at), others)
