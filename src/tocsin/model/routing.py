"""Who is told of an alert: the route tree in the domain's words, and its reading for one alert.

The single source for Alertmanager's routes, for the runbooks' facts and for what proofs expect. Not how a
route is written for Alertmanager (`render/alertmanager.py`), nor what a notification says.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert, Inhibition, Severity, Team
from tocsin.model.workspace import Model
from tocsin.query.matchers import Matcher, equal
from tocsin.spec.values import Duration

NOBODY = "nobody"
"""The receiver that does nothing; no receiver of a spec may be called so."""
WATCHDOG = "Watchdog"
ESCALATE = "escalate"
"""The role of a team that is told of alerts that still fire."""
IDENTITY = ("cluster", "environment", "service")
GROUP_BY = (*IDENTITY, "alertname")
ESCALATED = Matcher("escalated", "=", "true")
SHADOW = Matcher("stage", "=", "shadow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a group of alerts is told: the first time, on a change, and again when nothing changes."""

    wait: Duration
    interval: Duration
    repeat: Duration


FALLBACK = Timing(wait=Duration(30_000), interval=Duration(300_000), repeat=Duration(14_400_000))
"""Alertmanager's own defaults, said aloud."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Alerts that match go to the first child that matches, or else to *all* of `receivers`."""

    matchers: tuple[Matcher, ...]
    """Equalities only; a label that is missing counts as empty, as in Alertmanager."""
    receivers: tuple[str, ...]
    hours: str = ""
    """A time interval that counts instead of the receivers' own `hours`."""
    group_by: tuple[str, ...] = GROUP_BY
    timing: Timing = FALLBACK
    children: tuple["Route", ...] = ()
    origin: Node
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One receiver that is told of an alert."""

    receiver: str
    after: Duration
    """From the moment the alert fires (its `for` is over) to the first notification."""
    hours: str
    """Name of the hours in which it is told; empty: always."""
    timing: Timing
    route: str
    """In words, which route led here."""


def tree(model: Model, first: tuple[Route, ...] = ()) -> Route:
    """The whole route tree; its root is the fallback. `first` are tried before all others."""
    return Route(
        matchers=(),
        receivers=(model.fallback,),
        children=(*first, *routes(model)),
        origin=model.origin.at("fallback"),
        what="fallback",
    )


def routes(model: Model) -> tuple[Route, ...]:
    """The first level of the tree, in the order in which Alertmanager tries it."""
    return (*_watchdog(model), *_shadow(model), *_escalated(model), *_own(model), *_teams(model))


def labels_of(alert: Alert, escalated: bool = False) -> dict[str, str]:
    """The labels that decide where an alert goes; those of its series never do."""
    labels = {**alert.labels, "alertname": alert.name}
    if alert.shadow:
        labels["stage"] = "shadow"
    if escalated:
        labels["escalated"] = "true"
    return labels


class Routing:
    """A model's route tree with an index, for whoever asks about many alerts."""

    def __init__(self, model: Model) -> None:
        self.root = tree(model)
        self._hours = {name: receiver.hours for name, receiver in model.receivers.items()}
        self._index: dict[int, _Index] = {}

    def leaf(self, labels: Mapping[str, str]) -> Route:
        """The route that an alert with `labels` ends at."""
        route = self.root
        while True:
            index = self._index.get(id(route)) or self._index.setdefault(id(route), _index(route))
            found = [
                index[names][values]
                for names in index
                if (values := tuple(labels.get(name, "") for name in names)) in index[names]
            ]
            if not found:
                return route
            route = route.children[min(found)]

    def told(self, alert: Alert, escalated: bool = False) -> tuple[Delivery, ...]:
        """Who is told of `alert` (`escalated`: of its twin that still fires), in the order of the routes."""
        route = self.leaf(labels_of(alert, escalated))
        before = alert.escalate_after if escalated and alert.escalate_after else Duration(0)
        # A route with children has no hours of its own: whoever ends there is told at any time.
        hours = {} if route.children or route is self.root else self._hours
        return tuple(
            Delivery(
                receiver=name,
                after=before + route.timing.wait,
                timing=route.timing,
                route=route.what,
                hours=route.hours or hours.get(name, ""),
            )
            for name in route.receivers
            if name != NOBODY
        )


_Index = dict[tuple[str, ...], dict[tuple[str, ...], int]]


def _index(route: Route) -> _Index:
    """Label names -> their values -> position of the first child that asks for them."""
    index: _Index = {}
    for position, child in enumerate(route.children):
        names = tuple(matcher.label for matcher in child.matchers)
        values = tuple(matcher.value for matcher in child.matchers)
        index.setdefault(names, {}).setdefault(values, position)
    return index


def told(model: Model, alert: Alert, escalated: bool = False) -> tuple[Delivery, ...]:
    """`Routing(model).told(...)`, for one question."""
    return Routing(model).told(alert, escalated)


def muted_by(model: Model, alert: Alert) -> tuple[Inhibition, ...]:
    """The inhibitions during which `alert` is not told."""
    return tuple(
        rule
        for rule in model.inhibitions
        if alert.name in muted(rule) and rule.service in ("", alert.service)
    )


def muted(rule: Inhibition) -> tuple[str, ...]:
    """What `rule` mutes: never the alert that mutes, never the watchdog."""
    return tuple(name for name in rule.mute if name not in (rule.when, WATCHDOG))


def _watchdog(model: Model) -> Iterator[Route]:
    dog = model.watchdog
    if dog is None:
        return
    # Alertmanager 0.31.1 compares the last notification's end with the next flush: a repeat as long as the
    # interval is found "not yet due" by some milliseconds and every second heartbeat is left out (tried).
    timing = Timing(wait=Duration(0), interval=dog.every, repeat=dog.every.times(0.9))
    yield Route(
        matchers=(Matcher("alertname", "=", WATCHDOG),),
        receivers=(dog.to,),
        group_by=("cluster", "environment"),
        timing=timing,
        origin=dog.origin,
        what="watchdog",
    )


def _shadow(model: Model) -> Iterator[Route]:
    shadows = [alert for alert in model.alerts if alert.shadow]
    if shadows:
        yield Route(matchers=(SHADOW,), receivers=(NOBODY,), origin=shadows[0].origin, what="shadow alerts")


def _escalated(model: Model) -> Iterator[Route]:
    wanted = {(alert.team, alert.severity) for alert in model.alerts if alert.escalate_after}
    if not wanted:
        return
    # Whatever has the label never reaches the usual receivers: without a team's own it falls back.
    yield Route(
        matchers=(ESCALATED,),
        receivers=(model.fallback,),
        origin=model.origin.at("teams"),
        what="alerts that still fire",
        children=tuple(
            _escalated_of(model, team, wanted) for team in model.teams.values() if team.roles.get(ESCALATE)
        ),
    )


def _escalated_of(model: Model, team: Team, wanted: set[tuple[str, str]]) -> Route:
    origin = team.origin.at(ESCALATE)
    what = f"escalation of team {team.name}"
    children = tuple(
        Route(
            matchers=(Matcher("severity", "=", severity.name),),
            receivers=(team.roles[ESCALATE],),
            group_by=severity.group_by or GROUP_BY,
            timing=_timing(severity),
            origin=origin,
            what=f"{what}, {severity.name}",
        )
        for severity in model.severities.values()
        if (team.name, severity.name) in wanted
    )
    return Route(
        matchers=(Matcher("team", "=", team.name),),
        receivers=(team.roles[ESCALATE],),
        children=children,
        origin=origin,
        what=what,
    )


def _own(model: Model) -> Iterator[Route]:
    """Alerts that name their receivers themselves."""
    for alert in model.alerts:
        if not alert.to or alert.shadow:
            continue
        severity = model.severities.get(alert.severity)
        matchers = equal({"alertname": alert.name, "service": alert.service})
        yield Route(
            matchers=matchers,
            receivers=_once(alert.to),
            origin=alert.origin.at("to"),
            group_by=(severity and severity.group_by) or GROUP_BY,
            timing=_timing(severity) if severity else FALLBACK,
            what=f"receivers of {alert.id}",
        )


def _teams(model: Model) -> Iterator[Route]:
    for team in model.teams.values():
        children = tuple(
            _severity(team, severity) for severity in model.severities.values() if _receivers(team, severity)
        )
        yield Route(
            matchers=(Matcher("team", "=", team.name),),
            receivers=(model.fallback,),
            children=children,
            origin=team.origin,
            what=f"team {team.name}",
        )


def _severity(team: Team, severity: Severity) -> Route:
    return Route(
        matchers=(Matcher("severity", "=", severity.name),),
        receivers=_receivers(team, severity),
        group_by=severity.group_by or GROUP_BY,
        timing=_timing(severity),
        origin=severity.origin,
        what=f"{severity.name} of team {team.name}",
    )


def _receivers(team: Team, severity: Severity) -> tuple[str, ...]:
    return _once(team.roles[role] for role in severity.notify if team.roles.get(role))


def _timing(severity: Severity) -> Timing:
    return Timing(wait=severity.wait, interval=severity.interval, repeat=severity.repeat)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
