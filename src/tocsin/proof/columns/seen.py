"""Each linked panel returns data, and the alert's own panel shows the fault crossing its line."""

from tocsin.proof.column import Cell, column, not_run
from tocsin.proof.rulebook import Subject
from tocsin.proof.told import NO_STACK
from tocsin.proof.trial import Trial


@column("seen", order=90)
def seen(trial: Trial, subject: Subject) -> Cell:
    """Nothing here starts a live stack yet."""
    return not_run(NO_STACK)
