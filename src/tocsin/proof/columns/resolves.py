"""The alert ends when the fault ends, at the predicted evaluation."""

from collections.abc import Iterable

from tocsin.proof.column import Cell, column, not_meant, not_run, proven, refuted
from tocsin.proof.rulebook import Subject
from tocsin.proof.told import broken, only_the_end, unproven
from tocsin.proof.trial import Trial
from tocsin.proof.verdict import CaseVerdict
from tocsin.witness.case import Alerting
from tocsin.witness.outcome import Always

CODE = "proof/resolves"


@column("resolves", order=40, foreign=True)
def resolves(trial: Trial, subject: Subject) -> Cell:
    """Every end that is predicted comes, then."""
    proof = trial.proof(subject)
    if isinstance(proof.outcome, Always):
        return not_meant("it always fires")
    if why := unproven(trial, subject):
        return not_run(why)
    mine = [one for one in proof.verdicts if _ends(one.case.expected)]
    if not mine:
        return not_run("it ends in no case")
    bad = [one for one in mine if not one.ok and (only_the_end(subject.rule, one) or _other_ends(one))]
    if not bad:
        return proven()
    return refuted(tuple(broken(CODE, subject, one, "resolves") for one in bad))


def _other_ends(one: CaseVerdict) -> bool:
    return _ends(one.case.expected) != _ends(one.seen)


def _ends(alerts: Iterable[Alerting]) -> set[float]:
    return {one.resolved for one in alerts if one.firing is not None and one.resolved is not None}
