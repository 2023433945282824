"""What looking for a witness came to: found, impossible with a reason, always true, or honestly not found."""

from dataclasses import dataclass
from typing import TypeAlias

from tocsin.witness.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a rule can never (or must always) fire: characters [start, end) of its expression, and words.

    `kind` is in kebab case; `help` is the edit that mends it, where there is an obvious one.
    """

    kind: str
    start: int
    end: int
    words: str
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """Something at the characters [start, end) of the expression. `code` is that of a check, and its page."""

    code: str
    start: int
    end: int
    words: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Cases, the firing one first. `missing` names the twins that could not be had, each with its reason."""

    cases: tuple[Case, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impossible:
    """No telemetry whatever makes it fire."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Always:
    """It fires whatever the telemetry. `cases` may still hold the witness of that."""

    reason: Reason
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class NotFound:
    """Neither found nor refuted: `why` says what was tried, or what is not understood."""

    why: str


Outcome: TypeAlias = Witnessed | Impossible | Always | NotFound
