"""The fault, really injected, reached the receiver; time to detect was measured."""

from tocsin.proof.column import Cell, column, not_run
from tocsin.proof.rulebook import Subject
from tocsin.proof.told import NO_STACK
from tocsin.proof.trial import Trial


@column("drilled", order=110)
def drilled(trial: Trial, subject: Subject) -> Cell:
    """Nothing here starts a live stack yet."""
    return not_run(NO_STACK)
