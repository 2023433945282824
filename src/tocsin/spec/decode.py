"""Nodes to declarations: types, units, names, did-you-mean. All mistakes at once; nothing is resolved.

A declaration is a class made with `@parameters` (see `declare.py`). A `Decoder` reads the same node into the
same class once: a profile that a thousand services use costs no more than one.
"""

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.query.matchers import Matcher, MatcherError, parse_matchers
from tocsin.spec.declare import Expr, Secret
from tocsin.spec.patterns import PATTERNS, is_trap, name_is_good
from tocsin.spec.values import Duration, Rate, Ratio, Size

T = TypeVar("T")
Reader = Callable[[Node, Sink, str], Any]
_BAD: Any = object()
"""What a reader returns after having reported a mistake."""
_DEFAULT: Any = object()

_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_VALUES: dict[Any, str] = {Duration: "a duration", Ratio: "a percentage", Rate: "a rate", Size: "a size"}


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
    read = _reader(type_, pattern, bool(meta.get("one_or_many")), keys)
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
        sink.error(
            "spec/type", node, f"`{node.key}` is a map of settings, not {_kind(node)}", help=_example(cls)
        )
        return None
    if not extra:
        _unknown(cls, node, sink, envelope)
    values = {f.name: _value_of(f, node, sink) for f in fields(cls)}
    values |= {name: v for name, v in getattr(cls, "STAND_INS", {}).items() if values[name] is _BAD}
    if any(value is _BAD for value in values.values()):
        return None
    made = cls(**{name: value for name, value in values.items() if value is not _DEFAULT})
    agree = getattr(type(made), "agree", None)
    if callable(agree):
        agree(made, node, sink)
    return made


def _value_of(f: Field, node: Node, sink: Sink) -> Any:
    """A field's value; `_DEFAULT` where nothing (or nothing good) is said; `_BAD` where it had to be."""
    if f.here:
        return node
    child = node.map.get(f.key)
    if child is None:
        if f.required:
            _missing(f, node, sink)
        return _BAD if f.required else _DEFAULT
    value = f.read(child, sink, f.key)
    if f.filled and value in ("", ()):
        if not child.items:  # else what is wrong with the items has been said
            help = f"write `{f.key}: {f.example or '...'}`: {f.doc}"
            sink.error("spec/no-value", child, f"`{f.key}` is empty", help=help)
        return _BAD
    return _DEFAULT if value is _BAD and not f.required else value


def _missing(f: Field, node: Node, sink: Sink) -> None:
    sink.error(
        "spec/missing-key",
        node.key_place(),
        f"`{node.key}` needs `{f.key}`",
        help=f"add `{f.key}: {f.example or '...'}`: {f.doc}",
    )


def _unknown(cls: type, node: Node, sink: Sink, envelope: type | None) -> None:
    allowed = {f.key for f in fields(cls) if not f.here}
    known = set(allowed)
    if envelope is not None:
        outer = {f.key for f in fields(envelope) if not f.here}
        known |= outer
        allowed |= outer
    for key in node.map:
        if key not in allowed:
            sink.unknown("spec/unknown-key", node.key_node(key), "setting", key, known)


def _kind(node: Node) -> str:
    if node.kind == "scalar":
        return f"`{node.text}`" if node.text else "nothing"
    return "a map" if node.kind == "map" else "a list"


def _example(cls: type) -> str:
    inner = ", ".join(f"{f.key}: {f.example or '...'}" for f in fields(cls) if f.required and not f.here)
    return f"write `{{{inner}}}`" if inner else ""


# -- readers ---------------------------------------------------------------------------------
def _reader(type_: Any, pattern: str, one_or_many: bool, keys: str = "") -> Reader:
    origin = get_origin(type_)
    if origin in (Union, types.UnionType):
        inner = [a for a in get_args(type_) if a is not type(None)]
        return _reader(inner[0], pattern, one_or_many, keys)
    if origin is Literal:
        return _literal(tuple(get_args(type_)))
    if origin is tuple:
        item = get_args(type_)[0]
        return _matchers if item is Matcher else _sequence(_reader(item, pattern, False), one_or_many)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_reader(get_args(type_)[1], pattern, False, keys), keys)
    if type_ in _VALUES:
        return _value(type_)
    simple = {
        str: _string(pattern),
        bool: _bool,
        int: _int,
        float: _float,
        Expr: _expr,
        Secret: _secret,
        Node: _as_node,
    }
    return simple[type_] if type_ in simple else _declared(type_)


def _as_node(node: Node, sink: Sink, key: str) -> Any:
    return node


def _declared(cls: type) -> Reader:
    def read(node: Node, sink: Sink, key: str) -> Any:
        value = decode(cls, node, sink)
        return _BAD if value is None else value

    return read


def _scalar(node: Node, sink: Sink, key: str, want: str) -> str | None:
    if node.kind != "scalar":
        sink.error("spec/type", node, f"`{key}` is {want}, not {_kind(node)}")
        return None
    if not node.text and node.style is None:
        sink.error("spec/no-value", node.key_place(), f"`{key}` has no value", help=f"write {want}")
        return None
    return node.text


def _string(pattern: str) -> Reader:
    rule = PATTERNS.get(pattern or "text")

    def read(node: Node, sink: Sink, key: str) -> Any:
        text = _scalar(node, sink, key, "text")
        if text is None:
            return _BAD
        if is_trap(node, sink):
            return _BAD
        if rule and not rule[0].fullmatch(text):
            shown = text if len(text) < 60 else text[:57] + "..."
            sink.error(
                "spec/name" if pattern != "url" else "spec/url",
                node,
                f"`{key}` is {shown!r}, which is not {rule[1]}"
                if pattern == "url"
                else f"{shown!r} is not a good {key}",
                help=f"use {rule[1]}",
            )
            return _BAD
        return text

    return read


def _bool(node: Node, sink: Sink, key: str) -> Any:
    text = _scalar(node, sink, key, "true or false")
    if text is None:
        return _BAD
    if text not in ("true", "false"):
        guess = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(
            text.lower(), "true` or `false"
        )
        sink.error("spec/type", node, f"`{key}` is true or false, not `{text}`", help=f"write `{guess}`")
        return _BAD
    return text == "true"


def _int(node: Node, sink: Sink, key: str) -> Any:
    text = _scalar(node, sink, key, "a whole number")
    if text is None:
        return _BAD
    if not _INT.fullmatch(text) or len(text) > 18:
        sink.error("spec/type", node, f"`{key}` is a whole number, not `{text}`")
        return _BAD
    return int(text)


def _float(node: Node, sink: Sink, key: str) -> Any:
    text = _scalar(node, sink, key, "a number")
    if text is None:
        return _BAD
    value = float(text) if _FLOAT.fullmatch(text) else None
    if value is None or value in (float("inf"), float("-inf")):
        sink.error("spec/type", node, f"`{key}` is a number, not `{text}`")
        return _BAD
    return value


def _value(cls: Any) -> Reader:
    want = _VALUES[cls]

    def read(node: Node, sink: Sink, key: str) -> Any:
        text = _scalar(node, sink, key, want)
        if text is None:
            return _BAD
        try:
            return cls.parse(text)
        except ValueError as error:
            what = {"a percentage": "neither a ratio nor a percentage"}.get(want, f"not {want}")
            sink.error("spec/unit", node, f"`{key}: {text}` is {what}", help=str(error))
            return _BAD

    return read


def _literal(options: tuple[str, ...]) -> Reader:
    def read(node: Node, sink: Sink, key: str) -> Any:
        text = _scalar(node, sink, key, "one of " + ", ".join(f"`{o}`" for o in options))
        if text is None:
            return _BAD
        if text not in options:
            sink.unknown("spec/unknown-value", node, key, text, options)
            return _BAD
        return text

    return read


def _sequence(item: Reader, one_or_many: bool) -> Reader:
    def read(node: Node, sink: Sink, key: str) -> Any:
        if one_or_many and node.kind != "seq":
            value = item(node, sink, key)
            return _BAD if value is _BAD else (value,)
        if node.kind != "seq":
            sink.error(
                "spec/type",
                node,
                f"`{key}` is a list, not {_kind(node)}",
                help=f"write `[{node.text}]`" if node.text else "",
            )
            return _BAD
        values = tuple(item(child, sink, key) for child in node.items)
        return tuple(v for v in values if v is not _BAD)

    return read


def _mapping(item: Reader, keys: str = "") -> Reader:
    def read(node: Node, sink: Sink, key: str) -> Any:
        if node.kind != "map":
            sink.error("spec/type", node, f"`{key}` is a map, not {_kind(node)}")
            return _BAD
        values: dict[str, Any] = {}
        for name, child in node.map.items():
            good = not keys or name_is_good(node.key_node(name), keys, sink)
            value = item(child, sink, name) if good else _BAD
            if value is _BAD:
                sink.spoilt |= {name, *(key for below in child.walk() for key in below.map)}
            else:
                values[name] = value
        return types.MappingProxyType(values)

    return read


def _matchers(node: Node, sink: Sink, key: str) -> Any:
    if node.kind == "map":
        read = _mapping(_string("text"), "label")(node, sink, key)
        return _BAD if read is _BAD else tuple(Matcher(name, "=", value) for name, value in read.items())
    text = _scalar(node, sink, key, "label matchers")
    if text is None:
        return _BAD
    try:
        return parse_matchers(text)
    except MatcherError as error:
        sink.error(
            "spec/matchers",
            inside(node, error.offset),
            f"`{key}` does not read as label matchers",
            label=str(error),
            help='write `status=~"5.."` in single quotes',
        )
        return _BAD


def _expr(node: Node, sink: Sink, key: str) -> Any:
    text = _scalar(node, sink, key, "an expression")
    if text is None:
        return _BAD
    return Expr(text.strip("\n"), node)


def _secret(node: Node, sink: Sink, key: str) -> Any:
    text = _scalar(node, sink, key, "the path of a file that holds the secret")
    if text is None:
        return _BAD
    if not PATTERNS["path"][0].fullmatch(text) or not text.startswith("/"):
        sink.error(
            "spec/secret",
            node,
            f"`{key}` is not the path of a file that holds the secret",
            help="put the secret in a file and write its absolute path, as in `/run/secrets/slack_url`",
        )
        return _BAD
    return Secret(text)
