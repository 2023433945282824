"""A new alert with parameters that the model takes, and what the service lacks for it."""

import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tocsin.app.scaffold import (
    Draft,
    Made,
    Refused,
    good_name,
    known_name,
    not_there,
    production,
    said_service,
    trial,
)
from tocsin.app.scaffold_fill import Stock, filled, first_that_works, required
from tocsin.app.scaffold_layout import in_braces, piece, quoted
from tocsin.app.workspace import Opened
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.nodes import Node
from tocsin.library.example import SERVICE, Example
from tocsin.model.plugins import AlertTemplate, alert_templates
from tocsin.model.telemetry import Service
from tocsin.model.workspace import Model
from tocsin.spec.decode import fields

_PARTS = ("scrape", "probes", "logs")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is asked for."""

    opened: Opened
    service: Service
    name: str
    template: str
    severity: str

    def piece(self, params: Node) -> Node:
        """The alert with these parameters."""
        chosen = [] if self.template in ("expr", "logql") else [f"template: {self.template}"]
        own = [f"{key}: {in_braces(value)}" for key, value in params.map.items() if key != "for"]
        hold = in_braces(params.map["for"]) if "for" in params.map else "5m"
        parts = [f"severity: {quoted(self.severity)}", *chosen, *own, f"for: {hold}"]
        return piece(f"{{{', '.join(parts)}}}")

    def found(self, alert: Node, more: Mapping[str, Node]) -> list[Diagnostic]:
        """What the model finds wrong with the alert, given `more` of the service."""
        parts = [f"{key}: {in_braces(value)}" for key, value in more.items()]
        parts.append(f"alerts: {{{self.name}: {in_braces(alert)}}}")
        own = said_service(self.opened.loaded, self.service.name, piece(f"{{{', '.join(parts)}}}"))
        return trial(self.opened, {self.service.name: own}, {})


def new_alert(opened: Opened, name: str, *, template: str, severity: str = "") -> Made:
    """The alert `service/Name`, with the template's required parameters."""
    model = opened.workspace.environments[0]
    home, own = _parsed(name, model)
    good_name(own, "alert", "an alert")
    known_name(template, alert_templates.names(), "alert template", "--template")
    chosen = _severity(model, severity)
    path = ("services", home, "alerts", own)
    not_there(production(opened), path, f"an alert `{home}/{own}`")
    wish = _Wish(opened=opened, service=model.services[home], name=own, template=template, severity=chosen)
    alert, more = _working(wish)
    draft = Draft(opened)
    said = said_service(opened.loaded, home, piece("{}"))
    for key, value in more.items():
        there = ("services", home, key)
        if key == "metrics" or key in said.map:
            for inner in value.map:
                draft.put((*there, inner), value.map[inner])
        else:
            draft.put(there, value)
    draft.put(path, alert)
    draft.prove()
    return Made(what=f"the alert `{home}/{own}`", edits=draft.edits(), hints=_hints(alert, more))


def _hints(alert: Node, more: Mapping[str, Node]) -> tuple[str, ...]:
    values = [f"`{key}`" for key in alert.map if key not in ("template",)]
    added = [f"`{key}`" for key in more]
    hints = [f"these are examples, so set them: {', '.join(values)}"]
    if added:
        hints.append(f"the service lacked what the template needs; make {', '.join(added)} true")
    return tuple(hints)


def _parsed(name: str, model: Model) -> tuple[str, str]:
    """The service and the alert's own name; the service may be left out where there is only one."""
    home, _, own = name.rpartition("/")
    if not home:
        if len(model.services) != 1:
            known_name("", [f"{one}/{own}" for one in model.services], "service's it is", "service/Name")
        home = next(iter(model.services))
    known_name(home, model.services, "service")
    return home, own


def _severity(model: Model, wanted: str) -> str:
    """The one that was asked for, or the first that wakes nobody."""
    if wanted or not model.severities:
        known_name(wanted, model.severities, "severity", "--severity")
        return wanted
    calm = (s.name for s in model.severities.values() if not s.pages)
    return next(calm, next(iter(model.severities)))


# -- what works --------------------------------------------------------------------------------------
def _working(wish: _Wish) -> tuple[Node, Mapping[str, Node]]:
    """An alert that the model takes, and what the service needs for it beside what it has."""
    cls = alert_templates.get(wish.template)
    assert cls is not None
    examples: tuple[Example, ...] = getattr(sys.modules[cls.__module__], "EXAMPLES", ())
    stock = _stock(wish.service)
    types = {name: _type(m) for one in examples for name, m in _metrics(piece(one.contract)).items()}
    candidates = itertools.chain.from_iterable(
        filled(cls, base, stock, types) for base in _bases(cls, examples)
    )
    params, said = first_that_works(candidates, lambda p: wish.found(wish.piece(p), {}))
    if params is not None:
        return wish.piece(params), {}
    for example in examples:
        alert, more = _with_contract(wish, example)
        if alert is not None:
            return alert, more
    why = f": {said.message}{f' ({said.help})' if said.help else ''}" if said else ""
    raise Refused(f"`{wish.service.name}` has nothing that `{wish.template}` could watch{why}")


def _bases(cls: type[AlertTemplate], examples: Iterable[Example]) -> Iterator[Node]:
    """The least that can be said, then what the examples say; those first where nothing must be said."""
    hold = next((piece(one.alert).map["for"] for one in examples if "for" in piece(one.alert).map), None)
    least = in_braces(required(cls))
    if hold is not None:
        inner = ", ".join(filter(None, (least[1:-1], f"for: {in_braces(hold)}")))
        least = f"{{{inner}}}"
    texts = [in_braces(piece(example.alert)) for example in examples]
    must = any(f.required for f in fields(cls))
    yield from map(piece, dict.fromkeys([least, *texts] if must else [*texts, least]))


def _stock(service: Service) -> Stock:
    labels = [label for metric in service.metrics.values() for label in metric.labels]
    labels += list(service.logs.fields) if service.logs else []
    edges = {edge for metric in service.metrics.values() for edge in metric.buckets}
    return Stock(
        service=service.name,
        metrics={name: metric.type for name, metric in service.metrics.items()},
        labels=tuple(dict.fromkeys(labels)),
        edges=tuple(sorted(edges)),
    )


def _metrics(contract: Node) -> Mapping[str, Node]:
    found = contract.get("metrics")
    return found.map if found else {}


def _type(metric: Node) -> str:
    said = metric.get("type")
    return said.text if said else ""


def _with_contract(wish: _Wish, example: Example) -> tuple[Node | None, Mapping[str, Node]]:
    """The example as it stands, with as little of its contract as makes it work."""
    prefix = re.sub(r"[^a-z0-9]+", "_", wish.service.name)
    alert = wish.piece(piece(_renamed(in_braces(piece(example.alert)), wish.service.name, prefix)))
    contract = piece(_renamed(in_braces(piece(example.contract)), wish.service.name, prefix))
    said = said_service(wish.opened.loaded, wish.service.name, piece("{}"))
    words = set(re.findall(r"\w+", in_braces(alert)))
    new = {n: m for n, m in _metrics(contract).items() if n in words and n not in wish.service.metrics}
    more = {key: _missing(contract.map[key], said.get(key)) for key in _PARTS if key in contract.map}
    more |= {"metrics": _flow(new)}
    more = {key: value for key, value in more.items() if value.map}
    if wish.found(alert, more):
        return None, {}
    for key in list(more):
        less = {k: v for k, v in more.items() if k != key}
        if not wish.found(alert, less):
            more = less
    return alert, more


def _missing(wanted: Node, said: Node | None) -> Node:
    """What of a map is not said."""
    if said is None or said.kind != "map":
        return wanted if said is None else piece("{}")
    return _flow({key: value for key, value in wanted.map.items() if key not in said.map})


def _flow(entries: Mapping[str, Node]) -> Node:
    return piece("{" + ", ".join(f"{key}: {in_braces(value)}" for key, value in entries.items()) + "}")


def _renamed(text: str, service: str, prefix: str) -> str:
    """The example's service under this one's name."""
    text = re.sub(rf"\b{SERVICE}_", f"{prefix}_", text)
    text = re.sub(rf"\b{SERVICE}\b", service, text)
    return re.sub(r"\b[ab]:1\b", f"{service}:8000", text)
