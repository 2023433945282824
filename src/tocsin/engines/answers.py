"""What the engines room answers when an engine could not be used: absent, did not run, or failed.

`NotRun` is a value, because *not run* is an ordinary outcome that a report shows with its cure.
`EngineError` is raised, because a server that dies half-way leaves its caller nothing to go on with.
"""

from dataclasses import dataclass

from tocsin.diag.trouble import Trouble


@dataclass(frozen=True, slots=True)
class NotRun:
    """Work that did not happen: why, and the command that would make it possible."""

    reason: str
    cure: str | None = None

    def __str__(self) -> str:
        return f"{self.reason} ({self.cure})" if self.cure else self.reason


@dataclass(frozen=True, slots=True)
class Missing(NotRun):
    """No such engine on this machine."""


@dataclass(frozen=True, slots=True)
class DidNotRun(NotRun):
    """The engine is there, but it could not be started, or did not end by itself."""


class EngineError(Trouble):
    """An engine failed: one sentence, then named facts (last answer, log lines), then what to try."""

    def __init__(
        self, summary: str, *, facts: tuple[tuple[str, str], ...] = (), cure: str | None = None
    ) -> None:
        super().__init__(summary, lines=facts, cure=cure or "")
        self.facts = facts

    def __str__(self) -> str:
        rows = [*self.facts, *([("try", self.cure)] if self.cure else [])]
        return "\n".join([self.summary, *(f"  {name:<13} {text}" for name, text in rows)])


class Refused(EngineError):
    """An engine that runs says no to what it was asked; the fact `answer` holds its words."""
