"""What a judge says of a case. Data; who judges is elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Recording, Rule
from tocsin.witness.telemetry import Labels


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule with the cases that are claimed of it, and the recording rules whose results it reads."""

    rule: Rule
    cases: tuple[Case, ...]
    recordings: tuple[Recording, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """A firing alert as its receivers get it, at an evaluation `at` seconds after the case's begin."""

    at: float
    labels: Labels
    """All of them, `alertname` included."""
    annotations: Labels


@dataclass(frozen=True, slots=True)
class Among:
    """The same case put before the rule and those of its file that share its name, all at once."""

    company: str
    """Names those other rules by their content."""
    alerts: tuple[Alerting, ...]
    """Of all these rules."""
    expanded: tuple[Expanded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVerdict:
    """What the engine made of a case."""

    case: Case
    ok: bool
    """Whether that is exactly what was predicted."""
    seen: tuple[Alerting, ...] = ()
    """The alerts of the engine, the rule's own labels included (`alertname` is left out)."""
    expanded: tuple[Expanded, ...] = ()
    """At the instants where an alert begins to fire, and where it fires for the last time."""
    among: Among | None = None
    """Where other rules share the name, and they were known."""
    words: str = ""
    """Why it is not ok: `predicted pending at 5m, promtool: at 6m`."""


Verdicts: TypeAlias = Mapping[tuple[str, str, str], tuple[CaseVerdict, ...]]
"""Rule's id -> one verdict for each case, in their order."""
