"""The spec's JSON Schema for editors, from the declarations that the loader reads.

Every declaration gives two definitions: a strict one, and one (`.part`) in which nothing is required and
everything may be `~`, for what is laid over something else: environments, profiles, and services that follow
one. Alerts and panels lead to the definition of their template or kind by `if` and `then`, so that an editor
offers and refuses exactly that one's parameters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tocsin import library
from tocsin.artifacts.tree import Artifact
from tocsin.model.plugins import alert_templates, panel_types, receiver_kinds
from tocsin.model.workspace import Model
from tocsin.render.renderer import renderer
from tocsin.render.schema_snippets import alert_snippets, receiver_snippets
from tocsin.render.schema_types import Schema, example_of, first_line, mapping, page, schema_of
from tocsin.spec.alerts import AlertSpec
from tocsin.spec.dashboards import DashboardSpec, PanelEnvelope, RowSpec
from tocsin.spec.decode import Field, fields
from tocsin.spec.organisation import ReceiverSpec
from tocsin.spec.root import LANGUAGE, Spec
from tocsin.spec.services import ServiceSpec

_RAW = ("expr", "logql")
"""Templates that are chosen by saying their expression."""
_NULL: Schema = {"type": "null"}


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
        root = self.object(Spec, "Spec", False)
        root["properties"]["tocsin"]["enum"] = [LANGUAGE]
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
        return _ref(name)

    def declared(self, cls: type, loose: bool) -> Schema:
        return self.defined(
            _name(cls.__name__, loose), lambda: self.object(cls, _name(cls.__name__, loose), loose)
        )

    def object(self, cls: type, name: str, loose: bool, more: Mapping[str, Schema] | None = None) -> Schema:
        """A declaration's own keys, beside `more`. `name` is its definition's; a part refers to the whole."""
        mine = [f for f in fields(cls) if not f.here]
        out: Schema = {
            "type": "object",
            "description": first_line(cls),
            "additionalProperties": False,
            "properties": {**{f.key: self.field(cls, f, name, loose) for f in mine}, **(more or {})},
        }
        return out if loose else {**out, **_required(f.key for f in mine if f.required)}

    def field(self, cls: type, field: Field, name: str, loose: bool) -> Schema:
        special = self.special(cls, field.key, loose)
        found = special or schema_of(cls, field, lambda c: self.declared(c, loose))
        if loose and special is None and not _refers(found):
            home = "#" if cls is Spec else f"#/definitions/{name.removesuffix('.part')}"
            return {"anyOf": [{"$ref": f"{home}/properties/{field.key}"}, _NULL]}
        example = example_of(field)
        shown: Schema = {
            "description": field.doc,
            **({} if example is None else {"examples": [example]}),
        }
        if loose:
            return {**shown, "anyOf": [found, _NULL]}
        return {**shown, **({"allOf": [found]} if "$ref" in found else found)}

    # -- what belongs to plug-ins, or repeats the spec in part ---------------------------------------
    def special(self, cls: type, key: str, loose: bool) -> Schema | None:
        makers: dict[tuple[type, str], Callable[[], Schema]] = {
            (Spec, "alerts"): lambda: self.alerts(loose),
            (ServiceSpec, "alerts"): lambda: self.alerts(loose),
            (Spec, "receivers"): lambda: self.receivers(loose),
            (Spec, "dashboards"): lambda: self.dashboards(loose),
            (ServiceSpec, "dashboards"): lambda: self.dashboards(loose),
            (Spec, "services"): lambda: self.services(loose),
            (Spec, "environments"): lambda: mapping(self.declared(Spec, True), "name", "environment"),
            (Spec, "profiles"): lambda: mapping(self.declared(ServiceSpec, True), "name", "profile"),
            (DashboardSpec, "rows"): lambda: self.named(self.row(), "title", loose, "title"),
            (RowSpec, "panels"): lambda: {"type": "array", "items": self.panel()},
            (Spec, "packs"): lambda: {"type": "array", "items": {"enum": list(_packs())}},
        }
        make = makers.get((cls, key))
        return make() if make else None

    def named(self, value: Schema, keys: str, loose: bool, title: str) -> Schema:
        return mapping({"anyOf": [value, _NULL]} if loose else value, keys, title)

    def dashboards(self, loose: bool) -> Schema:
        return self.named(self.declared(DashboardSpec, loose), "name", loose, "dashboard")

    def services(self, loose: bool) -> Schema:
        """Those of packs and profiles say only a part."""
        part = self.declared(ServiceSpec, True)
        if loose:
            return self.named(part, "name", True, "service")
        whole = self.declared(ServiceSpec, False)
        own = self.defined("service", lambda: {"if": {"required": ["use"]}, "then": part, "else": whole})
        return {**mapping(own, "name", "service"), "properties": dict.fromkeys(_packs(), part)}

    # -- alerts --------------------------------------------------------------------------------------
    def alerts(self, loose: bool) -> Schema:
        def make() -> Schema:
            found = self.named(self.alert(loose), "alert", loose, "alert")
            return found if loose else {**found, "defaultSnippets": alert_snippets()}

        return self.defined(_name("alerts", loose), make)

    def alert(self, loose: bool) -> Schema:
        return self.defined(_name("alert", loose), lambda: self._alert(loose))

    def _alert(self, loose: bool) -> Schema:
        branches = [(_says("template", n), self.template(n, c, loose)) for n, c in alert_templates]
        # without `template`, an expression stands for itself
        unsaid = {"not": {"required": ["template"]}}
        raw = [(n, self.template(n, c, loose)) for n, c in alert_templates if n in _RAW]
        branches += [({"required": [name], **unsaid}, definition) for name, definition in raw]
        says_none = {"not": {"anyOf": [{"required": [key]} for key in ("template", *_RAW)]}}
        envelope = self.object(AlertSpec, "alert", loose)["properties"]
        chosen = _choice(alert_templates, described=not loose)
        return {
            "type": "object",
            "properties": {**envelope, "template": chosen},
            "allOf": [{"if": i, "then": t} for i, t in (*branches, (says_none, self.change()))],
        }

    def template(self, name: str, cls: type, loose: bool) -> Schema:
        """What one template adds to an alert."""

        def make() -> Schema:
            if loose:
                self.template(name, cls, False)  # a part refers to the whole
            more = {} if loose else {"template": _chosen(name, cls)}
            needed = () if name in _RAW else ("template",)
            out = self.object(cls, f"alert.{name}", loose, more)
            return {"title": f"{name} alert", **out, **_beside(AlertSpec, cls, loose, needed)}

        return self.defined(_name(f"alert.{name}", loose), make)

    def change(self) -> Schema:
        """An alert without a template changes one of a pack or a profile: any parameter may stand there."""

        def make() -> Schema:
            raw = {key: {"description": "the expression, instead of a template"} for key in _RAW}
            params = {f.key for _, cls in alert_templates for f in fields(cls) if not f.here}
            return {
                "type": "object",
                "description": first_line(AlertSpec),
                "additionalProperties": False,
                "properties": raw,
                # accepted; offered once the template is said
                "patternProperties": _keys({*params, *(f.key for f in fields(AlertSpec))}),
            }

        return self.defined("alert.change", make)

    # -- receivers and panels ------------------------------------------------------------------------
    def receivers(self, loose: bool) -> Schema:
        def make() -> Schema:
            found = self.named(self.receiver(loose), "name", loose, "receiver")
            return found if loose else {**found, "defaultSnippets": receiver_snippets()}

        return self.defined(_name("receivers", loose), make)

    def receiver(self, loose: bool) -> Schema:
        def make() -> Schema:
            if loose:
                self.receiver(False)  # a part refers to the whole
            kinds = {name: self.kind_of_receiver(name, cls, loose) for name, cls in receiver_kinds}
            out = self.object(ReceiverSpec, "receiver", loose, kinds)
            return {**out, **({} if loose else {"anyOf": [{"required": [name]} for name in kinds]})}

        return self.defined(_name("receiver", loose), make)

    def kind_of_receiver(self, name: str, cls: type, loose: bool) -> Schema:
        definition = _name(f"receiver.{name}", loose)
        own = self.defined(definition, lambda: self.object(cls, definition, loose))
        return {"anyOf": [own, _NULL]} if loose else {**_documented(cls), "allOf": [own]}

    def row(self) -> Schema:
        """A list of panels, or a map that says more than its panels."""

        def make() -> Schema:
            more = self.object(RowSpec, "row", False)
            return {**more, "type": ["array", "object"], "items": self.panel()}

        return self.defined("row", make)

    def panel(self) -> Schema:
        return self.defined("panel", self._panel)

    def _panel(self) -> Schema:
        envelope = self.object(PanelEnvelope, "panel", False)["properties"]
        return {
            "type": "object",
            "properties": {**envelope, "show": _choice(panel_types, described=True)},
            "required": ["show"],
            "allOf": [{"if": _says("show", n), "then": self.one_panel(n, c)} for n, c in panel_types],
        }

    def one_panel(self, name: str, cls: type) -> Schema:
        """What one kind adds to a panel."""

        def make() -> Schema:
            out = self.object(cls, f"panel.{name}", False, {"show": _chosen(name, cls)})
            return {"title": f"{name} panel", **out, **_beside(PanelEnvelope, cls, False)}

        return self.defined(f"panel.{name}", make)


def _name(name: str, loose: bool) -> str:
    return f"{name}.part" if loose else name


def _ref(path: str) -> Schema:
    return {"$ref": f"#/definitions/{path}"}


def _refers(schema: Any) -> bool:
    """Whether a schema leads to definitions, which are others in a part."""
    if isinstance(schema, dict):
        return "$ref" in schema or any(_refers(one) for one in schema.values())
    return isinstance(schema, list) and any(_refers(one) for one in schema)


def _required(keys: Iterable[str]) -> Schema:
    listed = list(dict.fromkeys(keys))
    return {"required": listed} if listed else {}


def _says(key: str, value: str) -> Schema:
    """A pattern, because an editor that completes takes a `const` for said as soon as it begins so."""
    chosen = {"type": "string", "pattern": f"^{value}$"}
    return {"type": "object", "properties": {key: chosen}, "required": [key]}


def _choice(plugins: Iterable[tuple[str, type[Any]]], *, described: bool) -> Schema:
    """One of some plug-ins. Each one's page is shown where it has been chosen."""
    known = list(plugins)
    out: Schema = {"enum": [name for name, _ in known]}
    return {**out, "markdownEnumDescriptions": [first_line(c) for _, c in known]} if described else out


def _chosen(name: str, cls: type) -> Schema:
    return {"const": name, **_documented(cls)}


def _keys(names: Iterable[str]) -> Schema:
    """Keys that may stand there, and are not offered there."""
    return {f"^({'|'.join(sorted(filter(None, names)))})$": {}}


def _beside(envelope: type, cls: type, loose: bool, needed: Iterable[str] = ()) -> Schema:
    """The envelope's keys, which are described once for all; what both require."""
    own = {f.key for f in fields(cls)}
    out = {"patternProperties": _keys({f.key for f in fields(envelope)} - own)}
    required = [f.key for c in (envelope, cls) for f in fields(c) if f.required]
    return out if loose else {**out, **_required((*required, *needed))}


def _documented(cls: type) -> Schema:
    return {"description": first_line(cls), "markdownDescription": page(cls)}


def _packs() -> tuple[str, ...]:
    folder = Path(library.__file__).parent / "packs"
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))
