"""New services, receivers, dashboards and runbooks: pieces of spec that work as they are."""

import sys
from collections.abc import Sequence

from tocsin.app.scaffold import (
    Draft,
    Edit,
    Made,
    Refused,
    good_name,
    known_name,
    not_there,
    production,
)
from tocsin.app.scaffold_layout import in_braces, piece, quoted
from tocsin.app.workspace import Opened, pack_names
from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import whole
from tocsin.diag.nodes import Node
from tocsin.model.plugins import receiver_kinds
from tocsin.spec.decode import fields
from tocsin.spec.organisation import MailSpec

PORT, SAMPLES = 8000, 20000


def new_service(
    opened: Opened, name: str, *, targets: Sequence[str] = (), team: str = "", use: Sequence[str] = ()
) -> Made:
    """A service that is scraped and watched: an alert when it is down, and a dashboard that shows it."""
    good_name(name, "name", "a service")
    root = opened.loaded.root
    not_there(root, ("services", name), f"a service `{name}`")
    for profile in use:
        known_name(profile, _keys(root, "profiles"), "profile", "--use")
    if team or not root.get("team"):
        known_name(team, opened.workspace.environments[0].teams, "team", "--team")
    severities = opened.workspace.environments[0].severities.values()
    severity = next((s.name for s in severities if s.pages), next((s.name for s in severities), ""))
    watched = not use and name not in pack_names()
    text = service_text(name, targets=targets, team=team, use=use, severity=severity, watched=watched)
    draft = Draft(opened)
    draft.put(("services", name), piece(text))
    draft.prove()
    return Made(
        what=f"the service `{name}`",
        edits=draft.edits(),
        hints=(
            f"say what it exposes in `metrics:`, then `tocsin new alert {name}/NAME --template TEMPLATE`",
        ),
    )


def service_text(
    name: str,
    *,
    targets: Sequence[str] = (),
    team: str = "",
    use: Sequence[str] = (),
    severity: str = "",
    watched: bool = True,
) -> str:
    """A service as a flow map. `watched`: with an alert when it is down, and a dashboard."""
    listed = ", ".join(quoted(one if ":" in one else f"{one}:{PORT}") for one in targets or (name,))
    parts = [f"team: {quoted(team)}"] if team else []
    parts += [f"use: [{', '.join(map(quoted, use))}]"] if use else []
    parts.append(f"scrape: {{targets: [{listed}], sample_limit: {SAMPLES}}}")
    panels = ["{show: state, title: Instances}"]
    if severity and watched:
        parts.append(
            f"alerts: {{ServiceDown: {{severity: {quoted(severity)}, template: service-down, for: 1m}}}}"
        )
        panels.append("{show: alert, alert: ServiceDown, title: Instances that answer}")
    if watched:
        title = quoted(name.replace("-", " ").replace("_", " ").title())
        description = quoted(f"Is {name} up, and what does it do?")
        rows = f"rows: {{Now: [{', '.join(panels)}]}}"
        parts.append(f"dashboards: {{overview: {{title: {title}, description: {description}, {rows}}}}}")
    return f"{{{', '.join(parts)}}}"


def new_receiver(opened: Opened, name: str, *, kind: str) -> Made:
    """A receiver of some kind, with its kind's example."""
    good_name(name, "name", "a receiver")
    known_name(kind, receiver_kinds.names(), "kind of receiver", "--kind")
    not_there(production(opened), ("receivers", name), f"a receiver `{name}`")
    cls = receiver_kinds.get(kind)
    example = piece(sys.modules[cls.__module__].EXAMPLES[0]) if cls else piece("{}")
    draft = Draft(opened)
    draft.put(("receivers", name), _own_secrets(opened.loaded.root, name, example))
    if kind == "email" and opened.loaded.root.at("stack").get("mail") is None:
        inner = ", ".join(f"{f.key}: {f.example}" for f in fields(MailSpec) if f.required)
        draft.put(("stack", "mail"), piece(f"{{{inner}}}"))
    draft.prove()
    role = f"`teams:` (role: {name}) and that role in a severity's `notify:`"
    return Made(
        what=f"the receiver `{name}`",
        edits=draft.edits(),
        hints=(f"nobody is told by it yet: name it in {role}, or in an alert's `to:`",),
    )


def _own_secrets(root: Node, name: str, example: Node) -> Node:
    """The example with secret files of its own where others use the same."""
    text = in_braces(example)
    used = {one.text for one in root.walk() if one.kind == "scalar"}
    for scalar in example.walk():
        if scalar.kind == "scalar" and scalar.text.startswith("/run/secrets/") and scalar.text in used:
            text = text.replace(scalar.text, f"/run/secrets/{name.replace('-', '_')}")
    return piece(text)


def new_dashboard(opened: Opened, name: str, *, title: str = "") -> Made:
    """A dashboard, of the workspace or (`service/name`) of a service, that shows what is firing."""
    service, _, own = name.rpartition("/")
    good_name(own, "name", "a dashboard")
    model = opened.workspace.environments[0]
    if service:
        known_name(service, model.services, "service")
    path = ("services", service, "dashboards", own) if service else ("dashboards", own)
    not_there(production(opened), path, f"a dashboard `{name}`")
    head = title or own.replace("-", " ").replace("_", " ").capitalize()
    panel = "{show: firing, title: Alerts firing}" if not service else "{show: state, title: Instances}"
    draft = Draft(opened)
    about = quoted(f"TODO: what {own} answers, and for whom")
    draft.put(path, piece(f"{{title: {quoted(head)}, description: {about}, rows: {{Now: [{panel}]}}}}"))
    draft.prove()
    return Made(
        what=f"the dashboard `{name}`",
        edits=draft.edits(),
        hints=(f'add to it: `tocsin new panel "{name}/TITLE" --show KIND`',),
    )


def new_runbook(opened: Opened, name: str) -> Made:
    """The runbook of an alert, to be filled in: what `generate` would make where there is none."""
    model = opened.workspace.environments[0]
    known = {a.id: a.runbook for a in model.alerts} | {a.name: a.runbook for a in model.alerts}
    runbooks = {a.path: a for a in opened.artifacts() if a.path.startswith("runbooks/")}
    known |= {path.removeprefix("runbooks/").removesuffix(".md"): path[9:] for path in runbooks}
    known_name(name, known, "alert")
    path = f"runbooks/{known[name]}"
    if (opened.root / path).exists():
        raise Refused(f"{path} is there already: write on in it")
    if path not in runbooks:
        raise Refused(f"`{name}` has no runbook")
    artifact = runbooks[path]
    text = whole(artifact, emit(artifact), None)
    return Made(
        what=f"the runbook {path}",
        edits=(Edit(path, None, text, ((1, text.count("\n")),)),),
        hints=("replace each `TODO:`; the block of facts between the markers is generated",),
    )


def _keys(root: Node, key: str) -> tuple[str, ...]:
    found = root.get(key)
    return tuple(found.map) if found else ()
