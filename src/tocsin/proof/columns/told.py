"""The rendered notification of each receiver says what, where and since when, with links that work."""

from tocsin.proof.column import Cell, column, not_run
from tocsin.proof.rulebook import Subject
from tocsin.proof.told import NO_STACK
from tocsin.proof.trial import Trial


@column("told", order=100)
def told(trial: Trial, subject: Subject) -> Cell:
    """Nothing here starts a live stack yet."""
    return not_run(NO_STACK)
