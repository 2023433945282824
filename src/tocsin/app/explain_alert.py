"""What there is to know about one alert at one instant: meaning, who is told and when, what mutes it, links.

Facts only, as plain data that becomes JSON as it is; `explain_lines.py` puts them on a terminal. Receivers
are those of the routes (amtool says the same); hours, inhibition and the digest are more than amtool knows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tocsin.app.find_alert import environment_name, environment_of, find_alert, place
from tocsin.app.instant import Instant, instant
from tocsin.app.workspace import Opened
from tocsin.model.alerting import Alert, Inhibition
from tocsin.model.clock import is_open, next_change, words, zone_of
from tocsin.model.digest import digests
from tocsin.model.routing import IDENTITY, Delivery, Routing, Timing, muted, muted_by
from tocsin.model.workspace import Model, Workspace
from tocsin.query.matchers import equal, selector
from tocsin.render.alertmanager import zone
from tocsin.render.runbook_facts import Known, ordered
from tocsin.render.runbook_markdown import address
from tocsin.spec.values import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One rule of the alert: what it means and asks."""

    only: str
    """Which part of the alert it is; empty: all the rest."""
    meaning: str
    expr: str
    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One receiver, at the instant."""

    receiver: str
    kind: str
    now: bool
    """Whether it is told at the instant; else its hours are over."""
    after: str
    """From the moment the alert fires."""
    repeat: tuple[str, str]
    """At least and at most: Alertmanager looks at a group every interval and repeats when it is past due."""
    interval: str
    route: str
    hours: str
    when: str
    """The hours in words; empty: always."""
    until: datetime | None
    """When the hours end next, or begin, on their own clock; None: never."""
    digest: bool
    """Whether what was missed outside the hours is listed when they begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """While `when` fires for the same values of `same`, the alert is not told."""

    when: str
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a click leads; what the alert's own series would fill in is left out."""

    title: str
    url: str
    query: str = ""
    """What the link asks, where its address is a query nobody can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything about one alert at one instant."""

    alert: str
    environment: str
    severity: str
    team: str
    owner: str
    said: str
    """`spec.yaml:112`, where the alert is declared."""
    template: str
    shadow: bool
    language: str
    file: str
    parts: tuple[Part, ...]
    hold: str
    evaluated: str
    keep_firing: str
    first: str
    """From the first evaluation that finds it to the first notification; empty: nobody is told then."""
    at: Instant
    told: tuple[Told, ...]
    escalate_after: str
    """Empty: it is not escalated."""
    escalated: tuple[Told, ...]
    muted_while: tuple[Mute, ...]
    mutes: tuple[Mute, ...]
    labels: Mapping[str, str]
    by: tuple[str, ...]
    """Labels that come from the series."""
    links: tuple[Link, ...]
    silence: tuple[tuple[str, str], ...]
    """Labels that a silence for this alert names."""
    alertmanager: str
    was: tuple[str, ...]


def explain_alert(
    opened: Opened, name: str, at: str = "now", *, environment: str = "", now: datetime | None = None
) -> Explanation:
    """The alert `Name` or `service/Name` of an environment (default: the first) at the instant `at` says.

    Raises `NotUnderstood` with what to write instead.
    """
    return explain_in(opened.workspace, name, at, environment=environment, now=now)


def explain_in(
    workspace: Workspace, name: str, at: str = "now", *, environment: str = "", now: datetime | None = None
) -> Explanation:
    """As `explain_alert`, for a workspace that was never on a disk."""
    model = environment_of(workspace, environment)
    alert = find_alert(workspace, model, name)
    return explain(model, alert, instant(at, zone_for(model, alert), now or datetime.now(UTC)))


def zone_for(model: Model, alert: Alert) -> str:
    """The zone in which an instant is meant: that of the hours of whoever is told first, else the model's."""
    hearing = Routing(model)
    told = (*hearing.told(alert), *(hearing.told(alert, escalated=True) if alert.escalate_after else ()))
    hours = next((model.hours[one.hours] for one in told if one.hours in model.hours), None)
    return zone_of(hours.intervals[0]).key if hours and hours.intervals else zone(model)


def explain(model: Model, alert: Alert, at: Instant) -> Explanation:
    """The facts, for an alert that is found and an instant that is read."""
    hearing = Routing(model)
    every = alert.every or model.stack.evaluation_interval
    digested = frozenset(digest.receiver for digest in digests(model))
    told = tuple(_told(d, model, at, digested) for d in hearing.told(alert))
    first = min((d.after for d, one in zip(hearing.told(alert), told, strict=True) if one.now), default=None)
    later = hearing.told(alert, escalated=True) if alert.escalate_after else ()
    return Explanation(
        alert=alert.id,
        environment=environment_name(model),
        severity=alert.severity,
        team=alert.team,
        owner=alert.owner,
        said=place(alert.origin),
        template=alert.template,
        shadow=alert.shadow,
        language=alert.language,
        file=_file(model, alert),
        parts=tuple(_parts(alert)),
        hold=str(alert.hold) if alert.hold.ms else "",
        evaluated=str(every),
        keep_firing=str(alert.keep_firing_for or ""),
        first=str(_up(alert.hold, every) + first) if first is not None else "",
        at=at,
        told=told,
        escalate_after=str(alert.escalate_after or ""),
        escalated=tuple(_told(d, model, at, digested) for d in later),
        muted_while=tuple(_muted_while(model, alert)),
        mutes=tuple(_mutes(model, alert)),
        labels={"alertname": alert.name, **alert.labels},
        by=alert.variants[0].condition.by,
        links=tuple(_links(alert, Known(model))),
        silence=_silenced(alert),
        alertmanager=model.links.alertmanager,
        was=alert.was,
    )


def _file(model: Model, alert: Alert) -> str:
    folder = "alerts" if alert.language == "promql" else "loki/rules/fake"
    return f"{model.root}{folder}/{alert.group}.yaml"


# -- rules ---------------------------------------------------------------------------------------


def _parts(alert: Alert) -> Iterator[Part]:
    for variant in ordered(alert):
        condition = variant.condition
        yield Part(
            only=variant.only,
            meaning=condition.meaning,
            expr=condition.expr,
            window=str(condition.window or ""),
        )


def _up(length: Duration, step: Duration) -> Duration:
    """`length` as rules see it, which are evaluated every `step`."""
    return Duration(-(-length.ms // step.ms) * step.ms) if step.ms else length


# -- people --------------------------------------------------------------------------------------


def _told(delivery: Delivery, model: Model, at: Instant, digested: frozenset[str]) -> Told:
    receiver = model.receivers.get(delivery.receiver)
    hours = model.hours.get(delivery.hours)
    change = next_change(hours, at.at) if hours else None
    return Told(
        receiver=delivery.receiver,
        kind=receiver.kind if receiver else "",
        now=hours is None or is_open(hours, at.at),
        after=str(delivery.after),
        repeat=repeats(delivery.timing),
        interval=str(delivery.timing.interval),
        route=delivery.route,
        hours=delivery.hours,
        when="; ".join(map(words, hours.intervals)) if hours else "",
        until=change.astimezone(zone_of(hours.intervals[0])) if hours and change else None,
        digest=hours is not None and delivery.receiver in digested,
    )


def repeats(timing: Timing) -> tuple[str, str]:
    """How often it is told again while nothing changes: at least, and at most.

    Alertmanager 0.31.1 looks at a group once an interval and repeats when *more* than `repeat` has passed
    since the last notification was accepted. So a repeat is rounded up to whole intervals, and one that is
    whole already is missed by as long as the receiver took to answer: then the next look tells (tried: 2s
    with an interval of 1s became 3s).
    """
    step, wanted = timing.interval, timing.repeat
    if not step.ms:
        return str(wanted), str(wanted)
    return str(_up(wanted, step)), str(Duration((wanted.ms // step.ms + 1) * step.ms))


def _muted_while(model: Model, alert: Alert) -> Iterator[Mute]:
    """The inhibitions that can happen: by an alert of the same service that is not in shadow."""
    for rule in muted_by(model, alert):
        if _exists(model, rule.when, alert.service):
            yield _mute(rule.when, rule)


def _mutes(model: Model, alert: Alert) -> Iterator[Mute]:
    if alert.shadow:
        return
    for rule in model.inhibitions:
        if rule.when == alert.name and rule.service in ("", alert.service):
            for name in muted(rule):
                if _exists(model, name, alert.service):
                    yield _mute(name, rule)


def _mute(name: str, rule: Inhibition) -> Mute:
    return Mute(when=name, same=tuple(dict.fromkeys((*IDENTITY, *rule.equal))))


def _exists(model: Model, name: str, service: str) -> bool:
    return bool(service) and any(
        a.name == name and a.service == service and not a.shadow for a in model.alerts
    )


def _links(alert: Alert, known: Known) -> Iterable[Link]:
    said, links = alert.annotations, known.model.links
    service = known.model.services.get(alert.service)
    logs = service.logs.labels if service and service.logs else {}
    panel = known.panels.get(alert.panel or ("", 0), "")
    found = (
        Link(title="runbook", url=said.get("runbook_url") or (alert.runbook and f"runbooks/{alert.runbook}")),
        Link(title=f"panel {panel}".strip(), url=said.get("panel_url", "")),
        Link(title=f"dashboard {known.dashboard(alert.dashboard_url)}".strip(), url=alert.dashboard_url),
        Link(
            title="logs",
            url=said.get("logs_url", ""),
            query=selector("", equal({**known.model.identity, **logs})),
        ),
        Link(
            title="traces",
            url=said.get("traces_url", ""),
            query=f'{{resource.service.name="{service.traces}"}}' if service else "",
        ),
        *(Link(title=title, url=url) for title, url in alert.links.items()),
        *([] if links.errors in alert.links.values() else [Link(title="errors", url=links.errors)]),
    )
    return (replace(link, url=address(link.url) or link.url) for link in found if link.url)


def _silenced(alert: Alert) -> tuple[tuple[str, str], ...]:
    said = {"alertname": alert.name, **{n: alert.labels[n] for n in IDENTITY if n in alert.labels}}
    return tuple(said.items())
