"""`alertmanager/alertmanager.yml` and its templates: routes, hours, inhibitions, receivers.

Who is told is decided in `model/routing.py`, what a receiver says in `library/receivers`; here both become
Alertmanager's own syntax. The files hold for 0.28 and later (0.31.1 loaded them, amtool 0.34.2 checked them).
Paths of templates and secrets are relative to the file, or absolute.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, cast

from tocsin.artifacts.tree import Artifact, at
from tocsin.library.receivers import _wording
from tocsin.model.alerting import Inhibition, Receiver
from tocsin.model.digest import Digest, digest_routes, digests
from tocsin.model.plugins import ReceiverKind, receiver_kinds
from tocsin.model.routing import IDENTITY, NOBODY, SHADOW, WATCHDOG, Route, Timing, muted, tree
from tocsin.model.workspace import Model
from tocsin.query.matchers import Matcher, equal, regex_literal
from tocsin.render.renderer import renderer

RESOLVE_TIMEOUT = "5m"
"""Only for alerts of clients that name no end; Prometheus and Loki always do."""
SMTP = {
    "smarthost": "smtp_smarthost",
    "from": "smtp_from",
    "username": "smtp_auth_username",
    "password_file": "smtp_auth_password_file",
}


@renderer("alertmanager")
def alertmanager(model: Model) -> Iterator[Artifact]:
    """The configuration, and a template for each kind of receiver in use."""
    folder = f"{model.root}alertmanager/"
    yield Artifact(
        path=f"{folder}alertmanager.yml",
        format="yaml",
        tree=config(model),
        origin=model.origin,
        kind="Alertmanager files",
    )
    for name, origin, text in _templates(model):
        yield Artifact(
            path=f"{folder}templates/{name}.tmpl",
            format="text",
            tree=[text],
            origin=origin,
            kind="Alertmanager files",
        )


def config(model: Model) -> dict[str, Any]:
    """The whole configuration."""
    found = digests(model)
    root = tree(model, digest_routes(found))
    links = asdict(model.links)
    receivers = [_receiver(receiver, model, links, root) for receiver in model.receivers.values()]
    return {
        "global": _global(model),
        "templates": ["templates/*.tmpl"],
        **_time_intervals(model, found),
        "route": _root(root, model),
        **_inhibitions(model),
        "receivers": [*receivers, {"name": NOBODY}],
    }


def _global(model: Model) -> dict[str, Any]:
    out: dict[str, Any] = {"resolve_timeout": RESOLVE_TIMEOUT}
    smtp = model.stack.smtp
    if smtp.get("smarthost"):
        mail: dict[str, Any] = {name: smtp[key] for key, name in SMTP.items() if smtp.get(key)}
        mail["smtp_require_tls"] = smtp.get("require_tls", "true") != "false"
        out |= at(model.stack.origin.at("mail"), mail, "mail server")
    return out


# -- routes ------------------------------------------------------------------------------------


def _root(route: Route, model: Model) -> Any:
    # Alertmanager takes neither matchers nor hours at the root, so the fallback is told whatever the hour is.
    out = {"receiver": route.receivers[0], "group_by": list(route.group_by), **_timing(route.timing)}
    if route.children:
        out["routes"] = [_route(child, route, model) for child in route.children]
    return at(route.origin, out, "fallback route")


def _route(route: Route, parent: Route, model: Model) -> Any:
    """What a route does not say, Alertmanager takes from its parent."""
    out: dict[str, Any] = {"matchers": [matcher_text(m) for m in route.matchers]}
    single = len(route.receivers) == 1 and not route.children
    out["receiver"] = route.receivers[0]
    if route.group_by != parent.group_by:
        out["group_by"] = list(route.group_by)
    said = _timing(parent.timing)
    out |= {key: value for key, value in _timing(route.timing).items() if value != said[key]}
    if single:
        out |= _active(route, route.receivers[0], model)
    elif route.children:
        out["routes"] = [_route(child, route, model) for child in route.children]
    else:
        last = len(route.receivers) - 1
        out["routes"] = [_leaf(route, name, model, go_on=i < last) for i, name in enumerate(route.receivers)]
    return at(route.origin, out, f"route of {route.what}")


def _leaf(route: Route, receiver: str, model: Model, *, go_on: bool) -> dict[str, Any]:
    """One of several receivers that are all told: without matchers, it takes what its parent took."""
    return {"receiver": receiver, **_active(route, receiver, model), **({"continue": True} if go_on else {})}


def _active(route: Route, receiver: str, model: Model) -> dict[str, Any]:
    known = model.receivers.get(receiver)
    hours = route.hours or (known.hours if known else "")
    return {"active_time_intervals": [hours]} if hours else {}


def _timing(timing: Timing) -> dict[str, str]:
    return {
        "group_wait": str(timing.wait),
        "group_interval": str(timing.interval),
        "repeat_interval": str(timing.repeat),
    }


def matcher_text(matcher: Matcher) -> str:
    r"""A matcher that both of Alertmanager's parsers read alike.

    They agree on `\\`, `\"` and `\n` only: the older one takes `\t` for a backslash and a `t` (0.31.1), and
    where they disagree, it wins.
    """
    value = matcher.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{matcher.label}{matcher.op}"{value}"'


# -- hours -------------------------------------------------------------------------------------


def _time_intervals(model: Model, found: tuple[Digest, ...]) -> dict[str, Any]:
    own = [
        at(hours.origin, {"name": hours.name, "time_intervals": _plain(hours.intervals)}, "hours")
        for hours in model.hours.values()
    ]
    openings = [
        at(
            digest.origin,
            {"name": digest.hours, "time_intervals": _plain(digest.opening.intervals)},
            f"first minutes of the hours of {digest.receiver}",
        )
        for digest in found
    ]
    return {"time_intervals": [*own, *openings]} if own or openings else {}


def _plain(data: object) -> Any:
    """Mappings and tuples of the model as dicts and lists."""
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return data


# -- inhibition --------------------------------------------------------------------------------


def _inhibitions(model: Model) -> dict[str, Any]:
    rules = [_inhibition(rule) for rule in model.inhibitions if muted(rule)]
    return {"inhibit_rules": rules} if rules else {}


def _inhibition(rule: Inhibition) -> Any:
    same = tuple(dict.fromkeys((*IDENTITY, *rule.equal)))
    service = equal({"service": rule.service}) if rule.service else ()
    # A label that is missing on both sides counts as equal, so the source must have each of them. A shadow
    # alert mutes nobody: it is only being tried.
    source = (
        Matcher("alertname", "=", rule.when),
        Matcher(SHADOW.label, "!=", SHADOW.value),
        *(Matcher(label, "!=", "") for label in same if not (service and label == "service")),
        *service,
    )
    names = muted(rule)
    target = (
        Matcher("alertname", "=", names[0])
        if len(names) == 1
        else Matcher("alertname", "=~", "|".join(regex_literal(name) for name in names))
    )
    return at(
        rule.origin,
        {
            "source_matchers": [matcher_text(m) for m in source],
            "target_matchers": [matcher_text(m) for m in (target, *service)],
            "equal": list(same),
        },
        f"inhibition while {rule.when} fires",
    )


# -- receivers ---------------------------------------------------------------------------------


def _receiver(receiver: Receiver, model: Model, links: Mapping[str, str], root: Route) -> Any:
    kind, settings = cast(ReceiverKind, receiver.settings).integration(receiver, links)
    if settings.get("send_resolved") and _heartbeat_only(receiver.name, model, root):
        # "Resolved" would be one more heartbeat, sent exactly when the heart has stopped.
        settings = {**settings, "send_resolved": False}
    return at(receiver.origin, {"name": receiver.name, kind: [settings]}, f"receiver {receiver.name}")


def _heartbeat_only(name: str, model: Model, root: Route) -> bool:
    return model.watchdog is not None and model.watchdog.to == name and not _used(name, root)


def _used(name: str, route: Route) -> bool:
    """Whether a route other than the watchdog's leads to the receiver."""
    if any(m.label == "alertname" and m.value == WATCHDOG for m in route.matchers):
        return False
    return (name in route.receivers) or any(_used(name, child) for child in route.children)


# -- templates ---------------------------------------------------------------------------------


def _templates(model: Model) -> Iterator[tuple[str, Any, str]]:
    severities = {name: severity.pages for name, severity in model.severities.items()}
    yield (
        "words",
        model.origin,
        _wording.shared(zone=zone(model), alertmanager=model.links.alertmanager, severities=severities),
    )
    origins = {receiver.kind: receiver.origin for receiver in model.receivers.values()}
    for kind in sorted(origins):
        plugin = receiver_kinds.get(kind)
        text = plugin.template(tuple(model.identity)) if plugin is not None else ""
        if text:
            yield kind, origins[kind], text


def zone(model: Model) -> str:
    """The time zone in which people are told times: that of most of the spec's hours, else UTC."""
    said = Counter(
        str(interval["location"])
        for hours in model.hours.values()
        for interval in hours.intervals
        if interval.get("location")
    )
    return said.most_common(1)[0][0] if said else "UTC"
