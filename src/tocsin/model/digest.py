"""The morning digest: what a receiver with hours did not hear of, told when its hours begin.

Alertmanager forgets an alert that fires and ends while a route is inactive, so the memory is Prometheus' own
series `ALERTS`: a rule lists what fired since the hours ended and fires no more, and a route that is active
only in the first minutes of the hours delivers it. Alertmanager's time intervals know time zones and daylight
saving, PromQL does not: therefore the rule has no clock, and the route has.

Limits: what was silenced or inhibited at night is listed too, for `ALERTS` does not know of it; alerts of
Loki are listed where its ruler writes to the same Prometheus (Loki 3.7.8 sends `ALERTS` too: tried); the
night in which the clocks change is an hour too long or too short; months, days of the month and years in the
hours restrict when a digest comes, not how far it looks back. Nothing here writes a file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert, Hours
from tocsin.model.clock import DAY, DAYS, Interval, days, spans
from tocsin.model.routing import IDENTITY, Route, Routing, Timing
from tocsin.model.workspace import Model
from tocsin.query.matchers import Matcher, equal, regex_literal, selector
from tocsin.spec.values import Duration

DIGEST = "OffHoursDigest"
"""Name of the alert that carries a digest. Its label `missed` is the name of the alert that was missed."""
WINDOW = 10
"""Minutes from the start of the hours in which the digest is told."""
MARGIN = 5
"""Minutes more than the gap, so that nothing falls out of sight while the digest is being told."""
TIMING = Timing(wait=Duration(60_000), interval=Duration(120_000), repeat=Duration(3_600_000))
"""Two minutes: several looks within the window. An hour: told once in it, and again the next morning."""
EVERY = Duration(120_000)
_LENGTH = "{{ if lt $value 60.0 }}less than a minute{{ else }}{{ $value | humanizeDuration }}{{ end }}"
_WEEK = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRule:
    """One alerting rule, ready to be written beside the others."""

    name: str
    group: str
    every: Duration
    expr: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The starts of somebody's hours that follow a pause of the same length."""

    gap: Duration
    intervals: tuple[Interval, ...]
    """The first minutes after each start, as Alertmanager's time intervals have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one receiver is told after pauses of one length."""

    receiver: str
    opening: Opening
    alerts: tuple[tuple[Matcher, ...], ...]
    """Selectors of the alerts it would have been told of."""
    origin: Node

    @property
    def hours(self) -> str:
        """Name of the time interval in which it is told."""
        return f"digest of {self.receiver} after {self.opening.gap}"

    @property
    def labels(self) -> dict[str, str]:
        """What tells this digest's alerts from all others; no severity of a spec."""
        return {"severity": "digest", "digest": self.receiver, "gap": str(self.opening.gap)}


def digests(model: Model) -> tuple[Digest, ...]:
    """Every digest of a model: for each receiver with hours, one for each length of pause."""
    if not any(receiver.hours for receiver in model.receivers.values()):
        return ()
    heard = dict(_heard(model))
    return tuple(
        Digest(
            receiver=receiver.name,
            opening=opening,
            alerts=heard[receiver.name],
            origin=receiver.origin.at("hours"),
        )
        for receiver in model.receivers.values()
        if receiver.name in heard
        for opening in openings(model.hours[receiver.hours])
    )


def digest_routes(found: tuple[Digest, ...]) -> tuple[Route, ...]:
    """The routes of the digests; they come before all others."""
    return tuple(
        Route(
            matchers=equal({"alertname": DIGEST, "digest": digest.receiver, "gap": digest.labels["gap"]}),
            receivers=(digest.receiver,),
            hours=digest.hours,
            group_by=("cluster", "environment", "team"),
            timing=TIMING,
            origin=digest.origin,
            what=f"morning digest of {digest.receiver}",
        )
        for digest in found
    )


def digest_rules(model: Model) -> tuple[DigestRule, ...]:
    """The alerting rules behind the digests, for Prometheus."""
    return tuple(
        DigestRule(
            name=DIGEST,
            group="digest",
            every=EVERY,
            expr=_expr(digest, model),
            labels=digest.labels,
            annotations={
                "summary": "{{ $labels.missed }}{{ with $labels.service }} of {{ . }}{{ end }}"
                f" ({{{{ $labels.missed_severity }}}}) fired for {_LENGTH} and is over",
                "value": _LENGTH,
            },
            origin=digest.origin,
        )
        for digest in digests(model)
    )


def openings(hours: Hours) -> tuple[Opening, ...]:
    """The starts of the hours, grouped by how long the pause before them was."""
    found: dict[int, list[Interval]] = {}
    for interval in hours.intervals:
        opened = _minutes(tuple(i for i in hours.intervals if i.get("location") == interval.get("location")))
        for gap, first in _starts(interval, opened):
            if first not in found.setdefault(gap, []):
                found[gap].append(first)
    return tuple(Opening(gap=Duration(gap * 60_000), intervals=tuple(found[gap])) for gap in sorted(found))


def _starts(interval: Interval, opened: frozenset[int]) -> Iterator[tuple[int, Interval]]:
    """(minutes of pause, first minutes) for each start in `interval`; days of equal pause together."""
    found: dict[tuple[int, int], list[int]] = {}
    for day in days(interval):
        for begin, _ in spans(interval):
            gap = _pause(day * DAY + begin, opened)
            if gap:
                found.setdefault((gap, begin), []).append(day)
    for (gap, begin), on in found.items():
        first = {"start_time": _clock(begin), "end_time": _clock(min(begin + WINDOW, DAY))}
        rest = {key: value for key, value in interval.items() if key not in ("times", "weekdays")}
        yield gap, {"times": [first], "weekdays": [DAYS[day] for day in on], **rest}


def _pause(start: int, opened: frozenset[int]) -> int:
    """Minutes before `start` that are not open."""
    gap = 0
    while gap < _WEEK and (start - gap - 1) % _WEEK not in opened:
        gap += 1
    return gap


def _minutes(intervals: tuple[Interval, ...]) -> frozenset[int]:
    return frozenset(
        day * DAY + minute
        for interval in intervals
        for day in days(interval)
        for begin, end in spans(interval)
        for minute in range(begin, end)
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _heard(model: Model) -> Iterator[tuple[str, tuple[tuple[Matcher, ...], ...]]]:
    """(receiver with hours, selectors of the alerts that it is told of)."""
    routing = Routing(model)
    kinds: dict[_Kind, list[Alert]] = {}
    told: dict[str, dict[_Kind, list[Alert]]] = {}
    usual: dict[_Kind, tuple[str, ...]] = {}
    for alert in model.alerts:
        for escalated in (False, True) if alert.escalate_after else (False,):
            kind = (alert.team, alert.severity, escalated)
            kinds.setdefault(kind, []).append(alert)
            for receiver in _missing(alert, escalated, model, routing, usual):
                told.setdefault(receiver, {}).setdefault(kind, []).append(alert)
    for receiver, heard in told.items():
        yield (
            receiver,
            tuple(
                selected
                for kind, alerts in heard.items()
                for selected in _selected(kind, alerts, len(alerts) == len(kinds[kind]))
            ),
        )


_Kind = tuple[str, str, bool]
"""Team, severity, whether it is the twin that still fires."""


def _missing(
    alert: Alert, escalated: bool, model: Model, routing: Routing, usual: dict[_Kind, tuple[str, ...]]
) -> tuple[str, ...]:
    """Who of those that are told has hours; the same for all alerts of a kind that name no receivers."""
    kind = (alert.team, alert.severity, escalated)
    if alert.to or alert.shadow or kind not in usual:
        found = tuple(
            delivery.receiver for delivery in routing.told(alert, escalated) if delivery.hours in model.hours
        )
        if alert.to or alert.shadow:
            return found
        usual[kind] = found
    return usual[kind]


def _selected(kind: _Kind, alerts: list[Alert], all_of_them: bool) -> Iterator[tuple[Matcher, ...]]:
    """By team and severity where the receiver is told of all such alerts, else by service and name."""
    team, severity, escalated = kind
    rest = equal({"team": team, "severity": severity, "escalated": "true" if escalated else ""})
    if all_of_them:
        yield rest
        return
    by_service: dict[str, dict[str, None]] = {}
    for alert in alerts:
        by_service.setdefault(alert.service, {})[alert.name] = None
    for service, names in by_service.items():
        yield (_any("alertname", names), Matcher("service", "=", service), *rest)


def _any(label: str, values: Mapping[str, None]) -> Matcher:
    if len(values) == 1:
        return Matcher(label, "=", next(iter(values)))
    return Matcher(label, "=~", "|".join(regex_literal(value) for value in sorted(values)))


def _expr(digest: Digest, model: Model) -> str:
    by = ", ".join(dict.fromkeys(("alertname", *model.identity, *IDENTITY, "team", "severity")))
    firing = (Matcher("alertstate", "=", "firing"), Matcher("stage", "!=", "shadow"), *equal(model.identity))
    some = " or ".join(selector("ALERTS", (*firing, *matchers)) for matchers in digest.alerts)
    minutes = (digest.opening.gap.ms // 60_000) + WINDOW + MARGIN
    # Seconds, to the minute; what was shorter is found by the range of samples, with 0.
    seconds = f"60 * count_over_time((max by ({by}) ({some}))[{minutes}m:1m])"
    ever = " or ".join(
        f"count_over_time({selector('ALERTS', (*firing, *matchers))}[{minutes}m])"
        for matchers in digest.alerts
    )
    fired = f"(\n  {seconds}\n  or\n  0 * max by ({by}) ({ever})\n)"
    over = f"{fired}\nunless\nmax by ({by}) ({some})"
    return (
        f'label_replace(label_replace(\n{over},\n"missed", "$1", "alertname", "(.+)"),\n'
        f'"missed_severity", "$1", "severity", "(.+)")'
    )
