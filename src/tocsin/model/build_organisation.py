"""Receivers, teams, severities, hours, inhibitions from their declarations, references resolved."""

import re
from collections.abc import Collection, Iterator, Mapping

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Hours, Inhibition, Receiver, Severity, Team, Watchdog
from tocsin.model.plugins import receiver_kinds
from tocsin.spec.decode import decode, fields
from tocsin.spec.organisation import DaysSpec, InhibitSpec, ReceiverSpec
from tocsin.spec.root import Spec

ESCALATE = "escalate"
_TIMES = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def receivers(spec: Spec, sink: Sink) -> dict[str, Receiver]:
    """Every receiver with its kind's own settings."""
    built = {name: _receiver(name, node, spec, sink) for name, node in spec.receivers.items()}
    return {name: receiver for name, receiver in built.items() if receiver is not None}


def _receiver(name: str, node: Node, spec: Spec, sink: Sink) -> Receiver | None:
    envelope_keys = {f.key for f in fields(ReceiverSpec) if not f.here}
    kinds = [key for key in node.map if key not in envelope_keys]
    known_kinds = [key for key in kinds if receiver_kinds.get(key)]
    if len(known_kinds) == 1 < len(kinds):
        for key in set(kinds) - set(known_kinds):
            sink.unknown("spec/unknown-key", node.key_node(key), "setting", key, envelope_keys)
        return None
    if len(kinds) != 1:
        known = ", ".join(f"`{k}`" for k in receiver_kinds.names())
        sink.error(
            "spec/receiver",
            node.key_place(),
            f"the receiver `{name}` has {len(kinds)} kinds, not one",
            help=f"say one of {known}",
        )
        return None
    kind = kinds[0]
    plugin = receiver_kinds.get(kind)
    if plugin is None:
        sink.unknown(
            "spec/unknown-receiver", node.key_node(kind), "kind of receiver", kind, receiver_kinds.names()
        )
        return None
    envelope = decode(ReceiverSpec, node, sink, extra=True)
    settings = decode(plugin, node.map[kind], sink)
    if envelope is None or settings is None:
        return None
    if envelope.hours and envelope.hours not in spec.hours:
        sink.unknown(
            "spec/unknown-hours", node.at("hours"), "time interval in `hours`", envelope.hours, spec.hours
        )
    if envelope.hours and plugin.wakes:
        sink.error(
            "spec/pager-hours",
            node.at("hours"),
            f"the pager `{name}` would be muted outside its hours",
            help="delete `hours`; route by severity, or let the pager's own schedule decide",
        )
    return Receiver(
        name=name,
        kind=kind,
        settings=settings,
        send_resolved=envelope.send_resolved,
        hours=envelope.hours,
        pager=plugin.wakes,
        origin=node,
    )


def teams(spec: Spec, known: Mapping[str, Receiver], sink: Sink) -> dict[str, Team]:
    """Every team; a role that leads to no receiver is reported."""
    out: dict[str, Team] = {}
    for name, roles in spec.teams.items():
        node = spec.node.at("teams", name)
        for role, receiver in roles.items():
            if receiver not in spec.receivers:
                sink.unknown("spec/unknown-receiver", node.at(role), "receiver", receiver, spec.receivers)
        out[name] = Team(name=name, roles={r: n for r, n in roles.items() if n in known}, origin=node)
    return out


def severities(
    spec: Spec, known: Mapping[str, Receiver], all_teams: Mapping[str, Team]
) -> dict[str, Severity]:
    """Every severity; it pages when one of its roles leads to a pager."""
    out: dict[str, Severity] = {}
    for name, one in spec.severities.items():
        pages = any(
            known[team.roles[role]].pager
            for team in all_teams.values()
            for role in one.notify
            if role in team.roles
        )
        out[name] = Severity(
            name=name,
            notify=one.notify,
            group_by=one.group_by,
            wait=one.wait,
            interval=one.interval,
            repeat=one.repeat,
            escalate_after=one.escalate_after,
            runbook_required=one.runbook == "required",
            pages=pages,
            origin=one.node,
        )
    return out


def hours(spec: Spec, sink: Sink) -> dict[str, Hours]:
    """Every named interval in Alertmanager's own shape."""
    out: dict[str, Hours] = {}
    for name, one in spec.hours.items():
        if not _zone_exists(one.timezone):
            sink.error(
                "spec/timezone",
                one.node.at("timezone"),
                f"there is no time zone `{one.timezone}`",
                help="write an IANA name such as `Europe/Berlin`",
            )
        spans = tuple(_interval(days, one.timezone, one.node, sink) for days in one.when)
        out[name] = Hours(name=name, intervals=spans, origin=one.node)
    return out


def _zone_exists(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _interval(span: DaysSpec, zone: str, node: Node, sink: Sink) -> dict[str, object]:
    def place(text: str) -> Node:
        when = node.at("when")
        return next((one for one in when.walk() if one.kind == "scalar" and one.text == text), when)

    out: dict[str, object] = {}
    for days in span.days:
        if not all(part in _DAYS for part in days.split(":")) or days.count(":") > 1:
            sink.error(
                "spec/days",
                place(days),
                f"`{days}` is not a day or a range of days",
                help="write `monday`, or `monday:friday`",
            )
    for times in span.times:
        if not _TIMES.fullmatch(times) or times.split("-")[0] >= times.split("-")[1]:
            sink.error(
                "spec/times",
                place(times),
                f"`{times}` is not a span within one day",
                help='write `"08:00-18:00"`; a night is two spans, `"18:00-24:00"` and `"00:00-08:00"`',
            )
    if span.times:
        out["times"] = [{"start_time": t.split("-")[0], "end_time": t.split("-")[-1]} for t in span.times]
    if span.days:
        out["weekdays"] = [part for days in span.days for part in _within_week(days)]
    out["location"] = zone
    return out


def _within_week(days: str) -> Iterator[str]:
    """A range of days in parts that do not go over the end of Alertmanager's week, which ends on Saturday.

    Alertmanager 0.31.1 refuses `saturday:sunday`: "start day cannot be before end day".
    """
    first, _, last = days.partition(":")
    order = ("sunday", *_DAYS[:6])
    if {first, last} <= set(order) and order.index(first) > order.index(last):
        yield first if first == "saturday" else f"{first}:saturday"
        yield last if last == "sunday" else f"sunday:{last}"
    else:
        yield days


def watchdog(spec: Spec, known: Mapping[str, Receiver], sink: Sink) -> Watchdog | None:
    """The dead man's switch."""
    if spec.watchdog is None:
        return None
    if spec.watchdog.to not in spec.receivers:
        sink.unknown(
            "spec/unknown-receiver", spec.watchdog.node.at("to"), "receiver", spec.watchdog.to, spec.receivers
        )
    return Watchdog(to=spec.watchdog.to, every=spec.watchdog.every, origin=spec.watchdog.node)


def inhibitions(spec: Spec, names: Collection[str], sink: Sink) -> tuple[Inhibition, ...]:
    """Every inhibition; alerts are named `Alert` (in every service) or `service/Alert`.

    `names` holds both forms of every alert's name.
    """
    out: list[Inhibition] = []
    for one in spec.inhibit:
        for key, values in (("when", (one.when,)), ("mute", one.mute)):
            place = one.node.at(key)
            for index, value in enumerate(values):
                if value not in names:
                    where = place.items[index] if place.items else place
                    sink.unknown("spec/unknown-alert", where, "alert", value, names)
        for index, value in enumerate(one.mute):
            _same_service(one, value, (one.node.at("mute").items or [one.node.at("mute")])[index], sink)
        out += [
            Inhibition(
                when=one.when.rpartition("/")[2],
                mute=muted,
                equal=("cluster", "environment", "service", *one.equal),
                service=service,
                origin=one.node,
            )
            for service, muted in _muted_by_service(one).items()
        ]
    return tuple(out)


def _same_service(said: InhibitSpec, muted: str, place: Node, sink: Sink) -> None:
    home, service = said.when.rpartition("/")[0], muted.rpartition("/")[0]
    if home and service and home != service:
        sink.error(
            "spec/inhibit-service",
            place,
            f"`{said.when}` cannot mute an alert of `{service}`: inhibitions hold within one service",
            help=f"name an alert of `{home}`, or let `{service}` have an alert that says the same",
        )


def _muted_by_service(said: InhibitSpec) -> dict[str, tuple[str, ...]]:
    """Service ("" for every one) -> names that are muted there.

    An inhibition holds within one service, so that either side may name it.
    """
    home = said.when.rpartition("/")[0]
    out: dict[str, tuple[str, ...]] = {}
    for service, _, name in (one.rpartition("/") for one in said.mute):
        out[home or service] = (*out.get(home or service, ()), name)
    return out


def check_roles(spec: Spec, all_teams: Mapping[str, Team], used: set[tuple[str, str]], sink: Sink) -> None:
    """A team that owns alerts of a severity must have the roles that the severity tells.

    `used` are the (team, severity) pairs that alerts have.
    """
    for team_name, severity_name in sorted(used):
        team, severity = all_teams.get(team_name), spec.severities.get(severity_name)
        if team is None or severity is None:
            continue
        wanted = [*severity.notify, *([ESCALATE] if severity.escalate_after else [])]
        for role in wanted:
            if role not in spec.teams[team_name] and role not in sink.spoilt:
                sink.error(
                    "spec/role",
                    team.origin.key_place(),
                    f"the team `{team_name}` has no role `{role}`, which `{severity_name}` alerts need",
                    help=f"add `{role}: <receiver>` to the team",
                )
