"""The spec's JSON Schema for editors, from the declarations that the loader reads.

Every declaration gives two definitions: a strict one, and one in which nothing is required, for `profiles`
and `environments`, which say only a part.
"""

import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin

from tocsin.artifacts.tree import Artifact
from tocsin.diag.nodes import Node
from tocsin.model.plugins import alert_templates, panel_types, receiver_kinds
from tocsin.model.workspace import Model
from tocsin.query.matchers import Matcher
from tocsin.render.renderer import renderer
from tocsin.spec.alerts import AlertSpec
from tocsin.spec.dashboards import DashboardSpec, PanelEnvelope, RowSpec
from tocsin.spec.declare import Expr, Secret
from tocsin.spec.decode import Field, fields
from tocsin.spec.organisation import ReceiverSpec
from tocsin.spec.patterns import PATTERNS
from tocsin.spec.root import Spec
from tocsin.spec.services import LabelsSpec, ServiceSpec
from tocsin.spec.values import Duration, Rate, Ratio, Size

Schema = dict[str, Any]
_NUMBER = r"-?[0-9]+(\.[0-9]+)?"
_WHOLE = ("template", "expr", "logql")
_SCALARS: Mapping[Any, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Expr: {"type": "string"},
    Secret: {"type": "string", "pattern": "^/"},
    Duration: {"type": "string", "pattern": "^([0-9]+(ms|[smhdwy]))+$"},
    Ratio: {"type": "string", "pattern": f"^{_NUMBER} ?%$"},
    Rate: {"type": "string", "pattern": f"^{_NUMBER} ?/ ?[smhd]$"},
    Size: {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$"},
}


@renderer("schema")
def schema(model: Model) -> Iterator[Artifact]:
    """`schema/spec.schema.json`, once for all environments."""
    if not model.root:
        yield Artifact(
            path="schema/spec.schema.json",
            format="json",
            tree=spec_schema(),
            origin=model.origin,
            kind="schemas",
        )


def spec_schema() -> Schema:
    """The whole schema (draft 7, which editors know best)."""
    return _Writer().whole()


class _Writer:
    """Collects definitions while it walks the declarations."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def whole(self) -> Schema:
        root = self.object(Spec, loose=False)
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Tocsin spec",
            **root,
            "definitions": dict(sorted(self.definitions.items())),
        }

    def defined(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self.definitions:
            self.definitions[name] = {}  # ends the recursion of declarations that contain themselves
            self.definitions[name] = make()
        return {"$ref": f"#/definitions/{name}"}

    def declared(self, cls: type, loose: bool) -> Schema:
        return self.defined(cls.__name__ + (".part" if loose else ""), lambda: self.object(cls, loose))

    def object(self, cls: type, loose: bool, more: Mapping[str, Schema] | None = None) -> Schema:
        mine = [f for f in fields(cls) if not f.here]
        properties = {f.key: self.field(cls, f, loose) for f in mine}
        out: Schema = {
            "type": "object",
            "description": _first_line(cls),
            "additionalProperties": False,
            "properties": {**properties, **(more or {})},
        }
        required = [f.key for f in mine if f.required]
        if required and not loose:
            out["required"] = required
        return out

    def field(self, cls: type, field: Field, loose: bool) -> Schema:
        out = self.special(cls, field.key, loose) or self.type(field.type, field.pattern, loose)
        if loose:
            out = {"anyOf": [out, {"type": "null"}]}
        out = (
            {"description": field.doc, **out}
            if "$ref" not in out
            else {"description": field.doc, "allOf": [out]}
        )
        return {**out, "examples": [field.example]} if field.example else out

    def special(self, cls: type, key: str, loose: bool) -> Schema | None:
        """Fields whose content belongs to plug-ins, or that repeat the spec in part."""
        items: dict[tuple[type, str], Callable[[], Schema]] = {
            (Spec, "alerts"): lambda: self.alert(loose),
            (ServiceSpec, "alerts"): lambda: self.alert(loose),
            (Spec, "receivers"): lambda: self.receiver(loose),
            (Spec, "dashboards"): lambda: self.declared(DashboardSpec, loose),
            (ServiceSpec, "dashboards"): lambda: self.declared(DashboardSpec, loose),
            (Spec, "environments"): lambda: self.declared(Spec, True),
            (Spec, "profiles"): lambda: self.declared(ServiceSpec, True),
            (DashboardSpec, "rows"): lambda: self.row(loose),
        }
        make = items.get((cls, key))
        if make is not None:
            value = make()
            return {
                "type": "object",
                "additionalProperties": {"anyOf": [value, {"type": "null"}]} if loose else value,
            }
        return {"type": "array", "items": self.panel()} if (cls, key) == (RowSpec, "panels") else None

    def alert(self, loose: bool) -> Schema:
        if loose:  # a part of an alert need not say its template
            return self.defined("alert.part", lambda: {"type": "object"})
        # without a template or an expression it changes an alert of a pack or a profile
        change: Schema = {"type": "object", "not": {"anyOf": [{"required": [key]} for key in _WHOLE]}}
        return self.defined(
            "alert", lambda: {"anyOf": [*(self.template(n, c) for n, c in alert_templates), change]}
        )

    def template(self, name: str, cls: type) -> Schema:
        raw = name in _WHOLE
        chosen = {} if raw else {"template": {"const": name, "description": _first_line(cls)}}

        def make() -> Schema:
            own = {f.key: self.field(cls, f, False) for f in fields(cls) if not f.here}
            out = self.object(AlertSpec, False, {**own, **chosen})
            out["description"] = _first_line(cls)
            out["required"] += [*chosen, *(f.key for f in fields(cls) if f.required)]
            return out

        return self.defined(f"alert.{name}", make)

    def receiver(self, loose: bool) -> Schema:
        def make() -> Schema:
            kinds = {name: self.declared(cls, loose) for name, cls in receiver_kinds}
            return self.object(ReceiverSpec, loose, kinds)

        return self.defined("receiver" + (".part" if loose else ""), make)

    def row(self, loose: bool) -> Schema:
        return {"anyOf": [{"type": "array", "items": self.panel()}, self.declared(RowSpec, loose)]}

    def panel(self) -> Schema:
        return self.defined("panel", lambda: {"anyOf": [self.one_panel(n, c) for n, c in panel_types]})

    def one_panel(self, name: str, cls: type) -> Schema:
        def make() -> Schema:
            own = {f.key: self.field(cls, f, False) for f in fields(cls) if not f.here}
            out = self.object(
                PanelEnvelope, False, {**own, "show": {"const": name, "description": _first_line(cls)}}
            )
            out["description"] = _first_line(cls)
            out["required"] += [f.key for f in fields(cls) if f.required]
            return out

        return self.defined(f"panel.{name}", make)

    def type(self, type_: Any, pattern: str, loose: bool) -> Schema:
        origin = get_origin(type_)
        if origin in (Union, types.UnionType):
            return self.type(next(a for a in get_args(type_) if a is not type(None)), pattern, loose)
        if origin is Literal:
            return {"enum": list(get_args(type_))}
        if origin is tuple:
            return self.sequence(get_args(type_)[0], pattern, loose)
        if origin is not None and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.type(get_args(type_)[1], pattern, loose)}
        if type_ in _SCALARS:
            return dict(_SCALARS[type_])
        if type_ is str:
            return _string(pattern)
        if type_ is Node:
            return {}
        return _labels() if type_ is LabelsSpec else self.declared(type_, loose)

    def sequence(self, item: Any, pattern: str, loose: bool) -> Schema:
        if item is Matcher:
            return {
                "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
            }
        one = self.type(item, pattern, loose)
        return {"anyOf": [{"type": "array", "items": one}, one]}


def _string(pattern: str) -> Schema:
    out: Schema = {"type": ["string", "number"]} if not pattern else {"type": "string"}
    if pattern and pattern not in ("text", "line"):
        out["pattern"] = f"^(?:{PATTERNS[pattern][0].pattern})$"
    return out


def _labels() -> Schema:
    values = {"type": "array", "items": {"type": ["string", "number"]}}
    return {
        "anyOf": [
            {"type": "array", "items": {"type": "string"}},
            {"type": "object", "additionalProperties": values},
        ]
    }


def _first_line(cls: type) -> str:
    import sys

    own = (cls.__doc__ or "").strip()
    if own and not own.startswith(cls.__name__ + "("):
        return own.split("\n\n")[0].replace("\n    ", " ")
    return (sys.modules[cls.__module__].__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
