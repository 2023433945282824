"""Nodes to declarations: types, units, names, did-you-mean. All mistakes at once; nothing is resolved.

A declaration is a class made with `@parameters` (see `declare.py`). A `Decoder` reads the same node into the
same class once: a profile that a thousand services use costs no more than one.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from tocsin.diag.diagnostic import Sink, nearest
from tocsin.diag.nodes import Node
from tocsin.query.matchers import Matcher
from tocsin.spec import scalars
from tocsin.spec.declare import Expr, Secret
from tocsin.spec.habits import instead
from tocsin.spec.patterns import name_is_good
from tocsin.spec.scalars import BAD, Reader, kind_of

T = TypeVar("T")
_DEFAULT: Any = object()


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field of a declaration, ready to be read."""

    name: str
    key: str
    read: Reader
    required: bool
    doc: str
    example: str
    type: Any
    pattern: str
    keys: str = ""
    here: bool = False
    filled: bool = False
    """A text or a list that must be said and must not be empty."""


_fields: dict[type, tuple[Field, ...]] = {}


def fields(cls: type) -> tuple[Field, ...]:
    """The fields of a declaration, in order."""
    if cls not in _fields:
        # classes that refer to each other by name are resolved here, once
        hints = (
            typing.get_type_hints(cls)
            if any(isinstance(f.type, str) for f in dataclasses.fields(cls))
            else {}
        )
        _fields[cls] = tuple(_field(f, hints.get(f.name, f.type)) for f in dataclasses.fields(cls))
    return _fields[cls]


def _field(f: "dataclasses.Field[Any]", type_: Any) -> Field:
    meta = f.metadata
    if meta.get("here"):
        return Field(f.name, "", _as_node, False, "", "", type_, "", here=True)
    key = meta.get("key") or f.name.rstrip("_")
    required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    pattern = meta.get("pattern", "")
    keys = meta.get("keys", "")
    read = _reader(type_, meta)
    filled = required and not meta.get("may_be_empty")
    doc, example = meta.get("doc", ""), meta.get("example", "")
    return Field(f.name, key, read, required, doc, example, type_, pattern, keys, filled=filled)


class Decoder:
    """Remembers what it has decoded."""

    def __init__(self) -> None:
        self._done: dict[tuple[type, int], tuple[Any, Node]] = {}

    def decode(
        self, cls: type[T], node: Node, sink: Sink, *, extra: bool = False, envelope: type | None = None
    ) -> T | None:
        """As the function `decode`; the same node and class give the same object."""
        key = (cls, id(node))
        if key not in self._done:
            self._done[key] = decode(cls, node, sink, extra=extra, envelope=envelope), node
        return self._done[key][0]  # type: ignore[no-any-return]


def decode(
    cls: type[T], node: Node, sink: Sink, *, extra: bool = False, envelope: type | None = None
) -> T | None:
    """Read a map node into the declaration `cls`, reporting every mistake.

    What is wrong falls back to its default, so that later stages can go on and find more; None when something
    required is missing or wrong. Whoever decodes must look at `sink.errors` before using the result for real.

    `extra` leaves unknown keys to somebody else (a plug-in); `envelope` names the declaration whose keys are
    not this plug-in's. A declaration's own `agree(node, sink)` reports keys that do not go together; its
    `STAND_INS` take the place of required values that are wrong.
    """
    from_node = getattr(cls, "from_node", None)
    if from_node is not None:
        return from_node(node, sink)  # type: ignore[no-any-return]
    if node.kind != "map":
        help = _example(cls) or "write its settings below it, indented by two more spaces"
        place = node if node.text or node.items else node.key_place()
        empty = node.kind == "scalar" and not node.text
        wrong = "has nothing below it" if empty else f"is a map of settings, not {kind_of(node)}"
        sink.error("spec/type", place, f"{node.title} {wrong}", help=help)
        return None
    slips = () if extra else _unknown(cls, node, sink, envelope)
    values = {f.name: _value_of(f, node, sink, slips) for f in fields(cls)}
    values |= {name: v for name, v in getattr(cls, "STAND_INS", {}).items() if values[name] is BAD}
    if any(value is BAD for value in values.values()):
        return None
    made = cls(**{name: value for name, value in values.items() if value is not _DEFAULT})
    agree = getattr(type(made), "agree", None)
    if callable(agree):
        agree(made, node, sink)
    return made


def _value_of(f: Field, node: Node, sink: Sink, slips: tuple[str, ...]) -> Any:
    """A field's value; `_DEFAULT` where nothing (or nothing good) is said; `BAD` where it had to be.

    What an unknown key (one of `slips`) was meant to say is not missed too.
    """
    if f.here:
        return node
    child = node.map.get(f.key)
    if child is None:
        if f.required and not any(nearest(slip, (f.key,)) for slip in slips):
            _missing(f, node, sink)
        return BAD if f.required else _DEFAULT
    value = f.read(child, sink, f.key)
    if f.filled and value in ("", ()):
        if not child.items:  # else what is wrong with the items has been said
            help = f"write `{f.key}: {f.example or '...'}`: {f.doc}"
            sink.error("spec/no-value", child, f"`{f.key}` is empty", help=help)
        return BAD
    if value is BAD and not f.required:
        _spoil(f.key, child, sink)
        return _DEFAULT
    return value


def _spoil(name: str, node: Node, sink: Sink) -> None:
    """Remember every name that is not declared now because of a mistake in or above it."""
    sink.spoilt.add(name)
    for below in node.walk():
        sink.spoilt.update(below.map)
        if below.kind == "scalar":
            sink.spoilt.add(below.text)


def _missing(f: Field, node: Node, sink: Sink) -> None:
    sink.error(
        "spec/missing-key",
        node.key_place(),
        f"{node.title} needs `{f.key}`",
        help=f"add `{f.key}: {f.example or '...'}`: {f.doc}",
    )


def _unknown(cls: type, node: Node, sink: Sink, envelope: type | None) -> tuple[str, ...]:
    """Report the keys that nobody reads, and return them."""
    known = {f.key for f in fields(cls) if not f.here}
    if envelope is not None:
        known |= {f.key for f in fields(envelope) if not f.here}
    slips = tuple(key for key in node.map if key not in known)
    for key in slips:
        value = node.map[key]
        if " " in key and value.kind == "scalar" and not value.text:
            sink.error(
                "spec/unknown-key",
                node.key_node(key),
                f"there is no setting `{key}`",
                help="in `{...}` a comma begins the next setting: put the text with the comma in quotes",
            )
        else:
            help = instead(key, value, known, str(node.key))
            sink.unknown("spec/unknown-key", node.key_node(key), "setting", key, known, help=help)
    return slips


def _example(cls: type) -> str:
    inner = ", ".join(f"{f.key}: {f.example or '...'}" for f in fields(cls) if f.required and not f.here)
    return f"write `{{{inner}}}`" if inner else ""


# -- readers ---------------------------------------------------------------------------------
def _reader(type_: Any, meta: Mapping[str, Any]) -> Reader:
    origin, one = get_origin(type_), {**meta, "one_or_many": False}
    if origin in (Union, types.UnionType):
        inner = [a for a in get_args(type_) if a is not type(None)]
        return _reader(inner[0], meta)
    if origin is Literal:
        return scalars.literal(tuple(get_args(type_)))
    if origin is tuple:
        item = get_args(type_)[0]
        return _matchers if item is Matcher else _sequence(_reader(item, one), bool(meta.get("one_or_many")))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_reader(get_args(type_)[1], one), meta.get("keys", ""))
    simple = {
        str: scalars.string(meta.get("pattern", "")),
        bool: scalars.boolean,
        Expr: scalars.expression,
        Secret: scalars.secret,
        Node: _as_node,
    }
    if type_ in scalars.MEASURES:
        return scalars.measure(type_, meta.get("least", ""), meta.get("most", ""))
    return simple[type_] if type_ in simple else _declared(type_)


def _as_node(node: Node, sink: Sink, key: str) -> Any:
    return node


def _declared(cls: type) -> Reader:
    def read(node: Node, sink: Sink, key: str) -> Any:
        value = decode(cls, node, sink)
        return BAD if value is None else value

    return read


def _sequence(item: Reader, one_or_many: bool) -> Reader:
    def read(node: Node, sink: Sink, key: str) -> Any:
        if one_or_many and node.kind != "seq":
            value = item(node, sink, key)
            return BAD if value is BAD else (value,)
        if node.kind != "seq":
            sink.error(
                "spec/type",
                node,
                f"`{key}` is a list, not {kind_of(node)}",
                help=f"write `[{node.text}]`" if node.text else "",
            )
            return BAD
        values = tuple(item(child, sink, key) for child in node.items)
        return tuple(v for v in values if v is not BAD)

    return read


def _mapping(item: Reader, keys: str = "") -> Reader:
    def read(node: Node, sink: Sink, key: str) -> Any:
        if node.kind != "map":
            sink.error("spec/type", node, f"`{key}` is a map, not {kind_of(node)}")
            return BAD
        values: dict[str, Any] = {}
        for name, child in node.map.items():
            good = not keys or name_is_good(node.key_node(name), keys, sink)
            value = item(child, sink, name) if good else BAD
            if value is BAD:
                _spoil(name, child, sink)
            else:
                values[name] = value
        return types.MappingProxyType(values)

    return read


def _matchers(node: Node, sink: Sink, key: str) -> Any:
    if node.kind != "map":
        return scalars.matchers(node, sink, key)
    read = _mapping(scalars.string("text"), "label")(node, sink, key)
    return tuple(Matcher(name, "=", value) for name, value in read.items())
