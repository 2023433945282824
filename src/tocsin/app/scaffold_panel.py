"""A new panel with parameters that the model takes."""

import itertools
import sys
from collections.abc import Iterator, Mapping

from tocsin.app.scaffold import Draft, Made, Refused, good_name, known_name, production, said_service, trial
from tocsin.app.scaffold_fill import Stock, filled, first_that_works, required
from tocsin.app.scaffold_layout import in_braces, piece, quoted
from tocsin.app.scaffold_place import ITEM
from tocsin.app.workspace import Opened
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.nodes import Node
from tocsin.library.example import SERVICE
from tocsin.model.plugins import panel_types
from tocsin.model.telemetry import Service
from tocsin.model.workspace import Model

_MOST_SERVICES = 20


def new_panel(opened: Opened, name: str, *, show: str, row: str = "", of: str = "") -> Made:
    """The panel `dashboard/Title` (or `service/dashboard/Title`), at the end of a row."""
    path, title = _parsed(name, opened)
    good_name(title, "title", "a panel")
    known_name(show, panel_types.names(), "kind of panel", "--show")
    tree = production(opened).at(*path)
    services = _services(opened, path, tree)
    if of:
        known_name(of, [m for s in services for m in s.metrics], "metric")
    panel = _working(opened, path, tree, services, show, title, of)
    where = _row(tree, row)
    draft = Draft(opened)
    draft.put((*path, "rows", *where), panel)
    draft.prove()
    return Made(
        what=f"the panel `{title}` in the row `{where[0]}`",
        edits=draft.edits(),
        hints=("the values are examples that work here: set them",),
    )


def _parsed(name: str, opened: Opened) -> tuple[tuple[str, ...], str]:
    """The dashboard's path in the spec, and the panel's title."""
    tree = production(opened)
    own = tree.get("dashboards")
    known: dict[str, tuple[str, ...]] = {one: ("dashboards", one) for one in (own.map if own else ())}
    services = tree.get("services")
    for service, node in services.map.items() if services else ():
        held = node.get("dashboards")
        for one in held.map if held else ():
            known[f"{service}/{one}"] = ("services", service, "dashboards", one)
    for home in sorted(known, key=len, reverse=True):
        if name.startswith(home + "/"):
            return known[home], name.removeprefix(home + "/")
    if name in known:
        raise Refused(f'say the panel\'s title too: `tocsin new panel "{name}/TITLE" --show KIND`')
    known_name(name.rpartition("/")[0], known, "dashboard", "dashboard/Title")
    raise AssertionError("a known dashboard was found above")


def _row(tree: Node, wanted: str) -> tuple[str, ...]:
    """The row's path: the one that was asked for, made where it is missing, or the last that is open."""
    rows = tree.at("rows").map
    opened = [title for title, node in rows.items() if node.kind == "seq"]
    title = wanted or next(reversed(opened or list(rows)), "Overview")
    there = rows.get(title)
    return (title, "panels", ITEM) if there is not None and there.kind == "map" else (title, ITEM)


def _services(opened: Opened, path: tuple[str, ...], tree: Node) -> list[Service]:
    """Those whose signals the dashboard shows."""
    model = opened.workspace.environments[0]
    said = tree.get("services")
    names = [path[1]] if path[0] == "services" else [one.text for one in (said.items if said else [])]
    found = [model.services[name] for name in names if name in model.services]
    return found or list(model.services.values())[:_MOST_SERVICES]


def _working(
    opened: Opened, path: tuple[str, ...], tree: Node, services: list[Service], show: str, title: str, of: str
) -> Node:
    cls = panel_types.get(show)
    assert cls is not None
    examples = [piece(text) for text in getattr(sys.modules[cls.__module__], "EXAMPLES", ())]
    stock = _stock(opened.workspace.environments[0], services, of)
    said = {s.name: said_service(opened.loaded, s.name, piece("{}")) for s in services}
    home = path[1] if path[0] == "services" else ""

    def whole(params: Node) -> Node:
        own = [f"{k}: {in_braces(v)}" for k, v in params.map.items() if k not in ("show", "title")]
        return piece("{" + ", ".join((f"show: {show}", *own, f"title: {quoted(title)}")) + "}")

    def works(params: Node) -> list[Diagnostic]:
        rows = f"title: Trial, rows: {{R: [{in_braces(whole(params))}]}}"
        if home:
            board = piece(f"{{dashboards: {{trial: {{{rows}}}}}}}")
            return trial(opened, said | {home: said_service(opened.loaded, home, board)}, {})
        names = f"services: [{', '.join(quoted(one.name) for one in services)}]"
        return trial(opened, said, {"dashboards": piece(f"{{trial: {{{rows}, {names}}}}}")})

    bases: Iterator[Node] = iter((required(cls), *examples))
    candidates = itertools.chain.from_iterable(filled(cls, base, stock, {}) for base in bases)
    params, finding = first_that_works(_about(of, candidates), works)
    if params is None:
        why = f": {finding.message}{f' ({finding.help})' if finding.help else ''}" if finding else ""
        raise Refused(f"nothing here fits a panel of the kind `{show}`{why}")
    return whole(params)


def _about(of: str, candidates: Iterator[Node]) -> Iterator[Node]:
    """Only those that show the metric that was asked for."""
    return (c for c in candidates if not of or of in {n.text for n in c.walk()})


def _stock(model: Model, services: list[Service], of: str) -> Stock:
    metrics: Mapping[str, str] = {n: m.type for s in services for n, m in s.metrics.items()}
    labels = [label for s in services for m in s.metrics.values() for label in m.labels]
    labels += [field for s in services if s.logs for field in s.logs.fields]
    names = {s.name for s in services}
    alerts = [a for a in model.alerts if a.service in names]
    drawn = [a for a in alerts if any(v.condition.signal for v in a.variants)]
    return Stock(
        service=services[0].name if services else SERVICE,
        metrics={n: t for n, t in metrics.items() if not of or n == of} or metrics,
        labels=tuple(dict.fromkeys(labels)),
        alerts=tuple(f"{a.service}/{a.name}" for a in drawn),
    )
