"""How a piece of the spec is declared: a frozen dataclass whose fields carry their documentation.

One declaration serves the decoder (`decode.py`), the JSON Schema for editors and the reference pages.
Annotations must be real types (no `from __future__ import annotations` in declaring modules). Understood:
`str`, `bool`, `int`, `float`, `Duration`, `Ratio`, `Rate`, `Size`, `Literal[...]`, `T | None`,
`tuple[T, ...]`, `Mapping[str, T]`, other declarations, `tuple[Matcher, ...]` (text read as label matchers),
`Expr`, and `Node` (left as it is).
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

from tocsin.diag.nodes import Node

T = TypeVar("T")
REQUIRED: Any = dataclasses.MISSING


@dataclass(frozen=True, slots=True)
class Expr:
    """A PromQL or LogQL expression with the node it was written in."""

    text: str
    node: Node

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference to a secret: a file's path. A literal secret cannot be said."""

    file: str


def said(
    doc: str,
    default: Any = REQUIRED,
    *,
    example: str = "",
    key: str = "",
    pattern: str = "",
    keys: str = "",
    one_or_many: bool = False,
    may_be_empty: bool = False,
    least: str = "",
    most: str = "",
) -> Any:
    """A field of a declaration.

    `doc` is shown in editors and in the reference. `example` is YAML. `key` is the YAML key where it is not
    the field's name with `_` (a trailing `_` is dropped: `for_` is `for`). `pattern` restricts strings,
    `keys` the keys of a mapping (and of mappings in it). `one_or_many`: a tuple
    may be written as a single value. `may_be_empty`: an empty list is an answer to a field that must be said.
    `least` and `most` bound numbers and values with a unit; where `least` says nothing,
    whole numbers are at least 0, durations 1ms, sizes 1B.
    """
    meta = {
        "doc": doc,
        "example": example,
        "key": key,
        "pattern": pattern,
        "keys": keys,
        "one_or_many": one_or_many,
        "may_be_empty": may_be_empty,
        "least": least,
        "most": most,
    }
    if default is REQUIRED:
        return dataclasses.field(metadata=meta)
    if type(default).__hash__ is None:  # Python 3.11: a mapping proxy is not hashable, so no plain default
        return dataclasses.field(default_factory=lambda: default, metadata=meta)
    return dataclasses.field(default=default, metadata=meta)


HERE: Any = dataclasses.field(metadata={"here": True})
"""Default of a field `node: Node = HERE`: the decoder puts the declaration's own node there."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(said,))
def parameters(cls: type[T]) -> type[T]:
    """Class decorator: a frozen, slotted, keyword-only dataclass that `decode` can read."""
    # compared by identity: equality would cost each declaration half a millisecond at every start
    return dataclass(frozen=True, slots=True, kw_only=True, eq=False)(cls)
