"""It does not fire on the twins of its witness: one clause just not met, held too short, healthy, gone."""

from tocsin.proof.column import Cell, column, not_meant, not_run, proven, refuted
from tocsin.proof.rulebook import Subject
from tocsin.proof.told import broken, unproven
from tocsin.proof.trial import Trial
from tocsin.witness.outcome import Always

CODE = "proof/quiet"


@column("quiet", order=30, foreign=True)
def quiet(trial: Trial, subject: Subject) -> Cell:
    """Every case that is predicted to stay quiet does."""
    proof = trial.proof(subject)
    if isinstance(proof.outcome, Always):
        return not_meant("it always fires")
    if why := unproven(trial, subject):
        return not_run(why)
    mine = [one for one in proof.verdicts if not one.case.fires]
    if not mine:
        return not_run("no quiet twin was found")
    words = tuple(one.case.name for one in mine)
    bad = [one for one in mine if not one.ok]
    if not bad:
        return proven(words, done=len(mine))
    found = tuple(broken(CODE, subject, one, "stays quiet") for one in bad)
    return refuted(found, words, done=len(mine) - len(bad), total=len(mine))
