"""From the types of a declaration's fields to JSON Schema. Not the shape of the spec.

A schema is looser than the loader, never stricter: what it refuses, the loader refuses too. Scalars may be
written with or without quotes, so text is also what YAML takes for a number.
"""

import dataclasses
import inspect
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union, get_args, get_origin

import yaml

from tocsin.diag.nodes import Node
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import Expr, Secret
from tocsin.spec.decode import Field
from tocsin.spec.patterns import PATTERNS
from tocsin.spec.services import LabelsSpec
from tocsin.spec.values import Duration, Rate, Ratio, Size

Schema = dict[str, Any]
Declared = Callable[[type], Schema]
"""A declaration's schema, as a reference."""
_NUMBER = r"-?[0-9]+(\.[0-9]+)?"
_WORD: Schema = {"type": ["string", "number"]}


def _unit(pattern: str, message: str) -> Schema:
    """Editors show the message instead of the pattern, and where a bare number stands."""
    return {"type": "string", "pattern": pattern, "errorMessage": message}


_SCALARS: Mapping[Any, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Expr: _WORD,
    Secret: _unit("^/", "write the absolute path of a file that holds the secret"),
    Duration: _unit(
        "^([0-9]+(ms|[smhdwy]))+$", "write a duration with its unit, such as 30s, 5m, 1h30m or 30d"
    ),
    Ratio: _unit(f"^{_NUMBER} *%$", "write a percentage with its sign, such as 5% or 99.9%"),
    Rate: _unit(f"^{_NUMBER} */ *[smhd]$", "write a rate with its unit, such as 0.1/s, 30/m or 100/h"),
    Size: _unit(
        r"^[0-9]+(\.[0-9]+)? ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$",
        "write a size with its unit, such as 10MB or 512MiB",
    ),
}


def schema_of(cls: type, field: Field, declared: Declared) -> Schema:
    """What the field of `cls` may hold."""
    meta = next(f.metadata for f in dataclasses.fields(cls) if f.name == field.name)
    found = _type(field.type, field.pattern, field.keys, bool(meta.get("one_or_many")), declared)
    return {**found, **_bounds(found.get("type"), meta.get("least", ""), meta.get("most", ""))}


def _bounds(type_: Any, least: str, most: str) -> Schema:
    """Of numbers; those of values with a unit are the loader's business."""
    if type_ not in ("integer", "number"):
        return {}
    low = least or ("0" if type_ == "integer" else "")
    read = int if type_ == "integer" else float
    return {key: read(text) for key, text in (("minimum", low), ("maximum", most)) if text}


def _type(type_: Any, pattern: str, keys: str, one_or_many: bool, declared: Declared) -> Schema:
    origin = get_origin(type_)
    if origin in (Union, types.UnionType):
        inner = next(a for a in get_args(type_) if a is not type(None))
        return _type(inner, pattern, keys, one_or_many, declared)
    if origin is Literal:
        return {"enum": list(get_args(type_))}
    if origin is tuple:
        return _sequence(get_args(type_)[0], pattern, one_or_many, declared)
    if origin is not None and issubclass(origin, Mapping):
        return mapping(_type(get_args(type_)[1], pattern, keys, False, declared), keys)
    if type_ in _SCALARS:
        return dict(_SCALARS[type_])
    if type_ is str:
        return _string(pattern)
    if type_ is Node:
        return {}
    return _labels() if type_ is LabelsSpec else declared(type_)


def _sequence(item: Any, pattern: str, one_or_many: bool, declared: Declared) -> Schema:
    if item is Matcher:
        return {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": _WORD}]}
    one = _type(item, pattern, "", False, declared)
    many: Schema = {"type": "array", "items": one}
    return {"if": {"type": "array"}, "then": many, "else": one} if one_or_many else many


def mapping(value: Schema, keys: str, title: str = "") -> Schema:
    """A map of names to `value`; `title` is what an editor offers for a new name."""
    names = {**({"title": title} if title else {}), **_named(keys)}
    return {
        "type": "object",
        **({"propertyNames": names} if names else {}),
        "additionalProperties": value,
    }


def _named(pattern: str) -> Schema:
    if pattern in ("", "text", "line"):
        return {}
    rule, words = PATTERNS[pattern]
    return {"pattern": f"^(?:{rule.pattern})$", "errorMessage": f"use {words}"}


def _string(pattern: str) -> Schema:
    rule = PATTERNS.get(pattern)
    number = rule is None or rule[0].fullmatch("5")
    return {**(_WORD if number else {"type": "string"}), **_named(pattern)}


def _labels() -> Schema:
    values = {"anyOf": [{"type": "array", "items": _WORD}, {**_WORD, "type": ["string", "number", "null"]}]}
    names = {"type": "array", "items": {"type": "string"}}
    return {"anyOf": [names, {"type": "object", "additionalProperties": values}]}


def example_of(field: Field) -> Any:
    """The field's example as data, None where it has none."""
    if not field.example or "..." in field.example:
        return None
    return yaml.safe_load(field.example)


def first_line(cls: type) -> str:
    """What a declaration or a plug-in is, in a sentence."""
    own = inspect.cleandoc(cls.__doc__ or "")
    if own and not own.startswith(cls.__name__ + "("):
        return own.split("\n\n")[0].replace("\n", " ")
    return page(cls).split("\n\n")[0].replace("\n", " ")


def page(cls: type) -> str:
    """A plug-in's page, the docstring of its file, without what only its authors look up."""
    return inspect.cleandoc(sys.modules[cls.__module__].__doc__ or "").split("\n\n## References")[0]
