"""Finds the environment and the alert that somebody names, or says what they may have meant."""

from collections.abc import Mapping

from tocsin.app.instant import NotUnderstood
from tocsin.diag.diagnostic import nearest
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert
from tocsin.model.routing import WATCHDOG
from tocsin.model.workspace import Model, Workspace

LISTED = 8


def environment_of(workspace: Workspace, name: str) -> Model:
    """The environment of that name; the first one when it is empty."""
    if not name:
        return workspace.environments[0]
    known: dict[str, Model] = {}
    for model in workspace.environments:
        known.setdefault(environment_name(model), model)
    if name not in known:
        raise NotUnderstood(f"there is no environment `{name}`{_instead(name, known)}")
    return known[name]


def find_alert(workspace: Workspace, model: Model, name: str) -> Alert:
    """The one alert that `Name` or `service/Name` means."""
    found = [a for a in model.alerts if name == a.id] or [a for a in model.alerts if name == a.name]
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"`{a.id}`" for a in found)
        raise NotUnderstood(f"`{name}` is said of {len(found)} services: write {some}")
    raise NotUnderstood(_unknown(workspace, model, name))


def environment_name(model: Model) -> str:
    """What people call it: `production`, `staging`."""
    return model.root.removeprefix("env/").rstrip("/") or model.environment


def _instead(name: str, known: Mapping[str, object]) -> str:
    near = nearest(name, known)
    if near:
        return f"; did you mean `{near}`?"
    some = [f"`{one}`" for one in known]
    return f"; there are {', '.join(some[:LISTED])}{' ...' if len(some) > LISTED else ''}" if some else ""


def _unknown(workspace: Workspace, model: Model, name: str) -> str:
    for alert in model.alerts:
        if name in alert.was or name in [f"{alert.service}/{old}" for old in alert.was]:
            return f"`{name}` is called `{alert.id}` now"
    others = [m for m in workspace.environments if any(name in (a.id, a.name) for a in m.alerts)]
    if others:
        return (
            f"`{name}` is not in the environment `{environment_name(model)}`; "
            f"add `--env {environment_name(others[0])}`"
        )
    if name == WATCHDOG and model.watchdog is not None:
        dog = model.watchdog
        return (
            f"`{name}` is no alert of the spec: it always fires, and `{dog.to}` is told every {dog.every}, "
            f"whatever the hour; see {place(dog.origin)}"
        )
    service, _, short = name.rpartition("/")
    own = {a.name: None for a in model.alerts if a.service == service} if service else {}
    names = own or {a.name: None for a in model.alerts}
    return f"there is no alert `{short}`{f' of {service}' if own else ''}{_instead(short, names)}"


def place(origin: Node) -> str:
    """`spec.yaml:112`, the line of the key."""
    span = origin.key_place().span
    return f"{span.source.name}:{span.line}"
