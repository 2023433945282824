"""Declarations as tables: each key with its meaning, type, default and example. Not the pages around them."""

import dataclasses
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union, get_args, get_origin

from tocsin.app.markdown import code, table
from tocsin.diag.nodes import Node
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import Expr, Secret
from tocsin.spec.decode import Field, fields
from tocsin.spec.services import LabelsSpec
from tocsin.spec.values import Duration, Rate, Ratio, Size, number_text

Link = Callable[[type], str]
"""Where a declaration that stands inside another is described."""
_PLAIN: Mapping[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    Duration: "duration",
    Ratio: "share",
    Rate: "rate",
    Size: "size",
    Expr: "expression",
    Secret: "path of a secret file",
    LabelsSpec: "list of names, or map of name to example values",
    Node: "",
}
_PATTERNS: Mapping[str, str] = {
    "name": "name",
    "alert": "alert name",
    "label": "label name",
    "metric": "metric name",
    "field": "log field",
    "url": "URL",
    "link": "URL",
    "email": "mail address",
    "path": "path",
    "relative": "path in the workspace",
    "host": "host:port",
}


def said_table(cls: type, link: Link, more: Mapping[str, str] | None = None) -> str:
    """All keys of a declaration. `more` says the type of keys that belong to somebody else."""
    defaults = {f.name: f for f in dataclasses.fields(cls)}
    rows = [
        (
            f"`{f.key}`",
            f.doc,
            (more or {}).get(f.key)
            or type_words(f, link, bool(defaults[f.name].metadata.get("one_or_many"))),
            "**required**" if f.required else _default(defaults[f.name]),
            code(f.example),
        )
        for f in fields(cls)
        if not f.here
    ]
    return table(("Key", "Meaning", "Type", "Default", "Example"), rows)


def inner(cls: type) -> list[type]:
    """The declarations that stand inside another, in order."""
    found = [_declared(f.type) for f in fields(cls) if not f.here]
    return list(dict.fromkeys(one for one in found if one is not None))


def _declared(type_: Any) -> type | None:
    if isinstance(type_, type) and dataclasses.is_dataclass(type_):
        return None if type_ in _PLAIN or type_ is Matcher else type_
    return next((one for part in get_args(type_) if (one := _declared(part)) is not None), None)


def type_words(field: Field, link: Link, one_or_many: bool = False) -> str:
    """What may be written, in words."""
    words = _words(field.type, field.pattern, link)
    return f"{words}, or one" if one_or_many else words


def _words(type_: Any, pattern: str, link: Link) -> str:
    origin, args = get_origin(type_), get_args(type_)
    if origin in (Union, types.UnionType):
        return _words(next(a for a in args if a is not type(None)), pattern, link)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in args if value != "")
    if origin is tuple:
        return (
            "label matchers" if args[0] is Matcher else f"list of {_words(args[0], pattern, link)}".rstrip()
        )
    if origin is not None and issubclass(origin, Mapping):
        inside = _words(args[1], pattern, link)
        return "map of name to " + (inside or "settings")
    if type_ is str:
        return _PATTERNS.get(pattern, "text")
    return _PLAIN[type_] if type_ in _PLAIN else link(type_)


def _default(field: "dataclasses.Field[Any]") -> str:
    value = field.default if field.default is not dataclasses.MISSING else None
    return code(_text(value)) if value not in (None, "", ()) else ""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, tuple):
        return f"[{', '.join(_text(one) for one in value)}]"
    if dataclasses.is_dataclass(value) and not isinstance(value, (Duration, Ratio, Rate, Size)):
        return ""
    return str(value)
