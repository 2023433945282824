"""Alerts as resolved things: conditions, rules, who is told. Not how rule files or routes are written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tocsin.diag.nodes import Node
from tocsin.model.telemetry import NOTHING
from tocsin.spec.values import Duration

Language = Literal["promql", "logql"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordingRule:
    """`record: name` with its expression; labels are complete, identity included."""

    record: str
    expr: str
    labels: Mapping[str, str]
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Condition:
    """What an alert template makes of its parameters.

    `expr` is the whole alert expression; `signal` the measured value alone, with the same labels, for
    panels (None where there is no meaningful value). `threshold` is in the signal's unit.
    `by` are the labels that tell the alert's instances apart beside identity.
    `meaning` completes the sentence "Fires when ...". `value` is a Go template that renders `$value`.
    """

    expr: str
    signal: str | None = None
    threshold: float | None = None
    direction: Literal["above", "below", ""] = ""
    unit: str = ""
    """A unit name of `model/units.py`: percentunit, seconds, bytes, reqps, short, ..."""
    by: tuple[str, ...] = ()
    meaning: str
    measures: str = ""
    """What `signal` is, as a panel title says it: "share of failing requests"."""
    summary: str = ""
    """Default one-line summary, may use `{{ $labels.x }}` and `{{ $value }}`."""
    value: str = "{{ $value }}"
    threshold_text: str = ""
    """`5%`, `1s`: the threshold as the spec says it."""
    exact: bool = False
    """True when it fires at just this value; `direction` then is where the healthy values are not."""
    offender: str | None = None
    """A query whose top element names the worst offender (labels that the rule aggregates away)."""
    window: Duration | None = None
    records: tuple[RecordingRule, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """More rows for the runbook's facts block: (title, text)."""

    @property
    def limit(self) -> str:
        """The threshold in words: `above 5%`, `is 1`; empty when nothing is said of it."""
        side = "is" if self.exact else self.direction
        return f"{side} {self.threshold_text}".strip() if self.threshold_text else ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variant:
    """One rule of an alert: the alert itself, or one of its `overrides` (`only` says for which labels)."""

    condition: Condition
    only: str = ""
    """In words, which part this variant covers: `endpoint="/api/iodd/upload"`; empty: all the rest."""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alert:
    """One alert, resolved. `name` is what Prometheus calls it; `id` is `service/name`."""

    name: str
    service: str
    team: str
    severity: str
    language: Language
    variants: tuple[Variant, ...]
    hold: Duration
    """`for:` in the rule."""
    keep_firing_for: Duration | None
    escalate_after: Duration | None
    """None: no escalation. The escalated twin has `for: hold + escalate_after`, label escalated="true"."""
    every: Duration | None
    """The rule group's own interval; None: the workspace's."""
    labels: Mapping[str, str]
    """All static labels: cluster, environment, service, team, severity, and the alert's own."""
    summary: str
    description: str
    annotations: Mapping[str, str]
    """Complete: summary, description, value, threshold, runbook_url, dashboard_url, logs_url, ..."""
    runbook: str
    """File under runbooks/, `HighErrorRate.md`; empty: none wanted."""
    runbook_required: bool
    dashboard_url: str
    panel: tuple[str, int] | None
    """(dashboard uid, panel id) of the panel that shows the alert's own signal."""
    to: tuple[str, ...] = ()
    """Receivers named by the alert itself instead of its team's; empty: by severity and team."""
    shadow: bool = False
    was: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    owner: str = ""
    group: str
    """Name of the rule group."""
    origin: Node
    template: str

    @property
    def id(self) -> str:
        """`service/Name`, or just the name for alerts that belong to no service."""
        return f"{self.service}/{self.name}" if self.service else self.name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inhibition:
    """While `when` fires, `mute` are not notified, within the same values of `equal`."""

    when: str
    mute: tuple[str, ...]
    equal: tuple[str, ...]
    service: str = ""
    """Only for this service's alerts; empty: for all."""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hours:
    """A named time interval, as Alertmanager's `time_intervals` has it."""

    name: str
    intervals: tuple[Mapping[str, object], ...]
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Receiver:
    """One receiver of the spec: its kind (pagerduty, slack, email, webhook, ...) and typed settings."""

    name: str
    kind: str
    settings: object
    """The plug-in's own frozen parameters."""
    send_resolved: bool = True
    hours: str = ""
    """Name of the `Hours` in which it may notify; empty: always."""
    pager: bool = False
    """True for kinds that wake people."""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Severity:
    """How an alert of this severity is grouped, timed and to which of a team's roles it goes."""

    name: str
    notify: tuple[str, ...]
    group_by: tuple[str, ...]
    wait: Duration
    interval: Duration
    repeat: Duration
    escalate_after: Duration | None
    runbook_required: bool
    pages: bool
    """True when one of its roles leads to a pager in any team."""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Team:
    """A team: role -> receiver name (`page`, `chat`, ...; `escalate` is where unresolved alerts go next)."""

    name: str
    roles: Mapping[str, str]
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watchdog:
    """The dead man's switch: an alert that always fires, told every `every` to a receiver elsewhere."""

    to: str
    every: Duration
    origin: Node
