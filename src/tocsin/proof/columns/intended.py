"""Each scenario of the spec leads to exactly the alerts that it names and to no other page, in time."""

from tocsin.proof.column import Cell, column, not_run
from tocsin.proof.rulebook import Subject
from tocsin.proof.trial import Trial


@column("intended", order=60)
def intended(trial: Trial, subject: Subject) -> Cell:
    """The whole rule set over each scenario."""
    return not_run("not built")
