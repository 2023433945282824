"""The rule that is to be witnessed and what is known of its signals. Data, wherever the rule came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tocsin.witness.telemetry import Labels

Language = Literal["promql", "logql"]
MetricType = Literal["counter", "gauge", "histogram", "summary", "info", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alerting rule. All times in seconds."""

    name: str
    language: Language
    expr: str
    hold: float = 0.0
    """`for`."""
    keep: float = 0.0
    """`keep_firing_for`."""
    labels: Labels = ()
    """The rule's own labels, group labels included; values are templates."""
    annotations: Labels = ()
    every: float = 60.0
    """The group's evaluation interval."""
    limit: int = 0
    """The group's limit of alerts; 0: none."""
    query_offset: float = 0.0
    group: str = ""
    file: str = ""
    """Where it stands, as promtool is given it."""
    number: int = 0
    """Which rule of its group it is, from 1; 0: it is not said. Rules of one group may share a name."""
    escalates: str = ""
    """The rule that this is the escalated form of: the same expression, held for longer. What is in the
    expression is pinned by that rule's cases, and not once more by this one's."""

    @property
    def id(self) -> tuple[str, str, str]:
        """File, group (with the rule's number in it, where that is said), name."""
        return self.file, f"{self.group}:{self.number}" if self.number else self.group, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording rule of the same rule set."""

    record: str
    expr: str
    labels: Labels = ()
    every: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What the contract says of a metric. Empty fields: it says nothing."""

    name: str
    type: MetricType = ""
    unit: str = ""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Label -> example values, or with `only` all its values. Labels of the target as well."""
    only: bool = False
    buckets: tuple[float, ...] = ()
    interval: float = 0.0
    """Seconds between scrapes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSignal:
    """What the contract says of a log stream: its labels, the form of its lines and their fields."""

    labels: Labels
    format: Literal["json", "logfmt", "plain"] = "plain"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known beside the rule. Everything may be empty: a foreign rule file alone is enough."""

    signals: Mapping[str, Signal] = field(default_factory=dict)
    """Metric name -> contract; a histogram under its base name and `_bucket`, `_sum`, `_count`."""
    recordings: tuple[Recording, ...] = ()
    streams: tuple[LogSignal, ...] = ()
