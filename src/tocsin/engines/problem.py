"""What an engine found wrong in a file, with the places it named. Maps nothing to the spec."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, both counted from 1; column 0 when the engine named only the line."""

    line: int
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One complaint of one engine about one file."""

    tool: str
    file: str
    message: str
    group: str | None = None
    rule: str | None = None
    rule_number: int | None = None  # in its group, from 1
    place: Place | None = None  # in the file
    inside: Place | None = None  # in the expression
    field: str | None = None  # `label "severity"`, `annotation "summary"`
    lint: bool = False  # a matter of style, not of validity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checking tool says of the files it was given."""

    problems: tuple[Problem, ...]
    duration: float

    @property
    def ok(self) -> bool:
        """Whether it found nothing at all."""
        return not self.problems
