"""A case: telemetry, and what the rule is predicted to make of it. Data; who judges it is elsewhere."""

from dataclasses import dataclass
from typing import Literal

from tocsin.witness.telemetry import Labels, Series, Stream

Kind = Literal[
    "fires",  # the witness: inactive, pending for `for`, firing, resolved when the fault has ended
    "clause",  # one comparison or guard just not met (or one branch of `or` alone firing): `pins` says which
    "short",  # the fault is held one evaluation too short
    "baseline",  # healthy
    "no-traffic",  # all series there, nothing happens in them
    "gone",  # no series (or line) at all from some instant on
    "boundary",  # exactly on the threshold, where values are whole
    "firing-clause",  # fires through one certain clause: a branch of `or`, another element
]


@dataclass(frozen=True, slots=True)
class Clause:
    """The part of the expression that a case pins: characters [start, end) of the rule's expression."""

    start: int
    end: int
    words: str
    """As a person says it: "the share of failures is 4.9 %, just under 5 %"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """One alert (one label set) of a case: seconds since its begin, all instants of evaluations.

    `labels` are those of the expression's result without the metric's name; the engine adds the rule's.
    """

    labels: Labels
    pending: float
    """The first evaluation at which the expression gives it."""
    firing: float | None
    """The first one at which it fires; None: it never does."""
    resolved: float | None
    """The first one at which it is no longer there after that; None: not before the case's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One situation. Evaluations are at 0, `every`, 2 `every`, ... up to `until`."""

    name: str
    """Unique within the rule; a short sentence."""
    kind: Kind
    interval: float
    """Seconds between samples; never more than `every`."""
    every: float
    until: float
    start: float = 0.0
    """Unix time of second 0; 0 unless the rule asks for the time."""
    series: tuple[Series, ...] = ()
    streams: tuple[Stream, ...] = ()
    expected: tuple[Alerting, ...] = ()
    """All alerts that become pending or firing; empty: the expression never gives anything."""
    pins: Clause | None = None
    story: str = ""
    """What happens, with the numbers, a line for each sentence: "From 5m to 12m: up is 0 (else is 1)."."""

    @property
    def fires(self) -> bool:
        """Whether any alert fires."""
        return any(one.firing is not None for one in self.expected)
