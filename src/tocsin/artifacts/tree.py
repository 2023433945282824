"""Trees with origins: plain dicts, lists and strings, some of which remember their spec node.

A renderer builds ordinary JSON-like data and marks a part with `at(origin, data, "rule")`. Every part below
it inherits the origin until another mark. `Map`, `Seq` and `Text` *are* dict, list and str, so emitters and
libraries treat them as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.diag.nodes import Node


class Map(dict[str, Any]):
    """A dict with an origin, and in a few words what it is (`rule`, `threshold line of "Error rate"`)."""

    __slots__ = ("origin", "what")
    origin: Node
    what: str


class Seq(list[Any]):
    """A list with an origin."""

    __slots__ = ("origin", "what")
    origin: Node
    what: str


class Text(str):
    """A string with an origin."""

    __slots__ = ("origin", "what")
    origin: Node
    what: str


def at(origin: Node, data: Any, what: str = "") -> Any:
    """`data` (a dict, list or str) marked as coming from `origin`."""
    out: Map | Seq | Text
    if isinstance(data, Mapping):
        out = Map(data)
    elif isinstance(data, str):
        out = Text(data)
    else:
        out = Seq(data)
    out.origin = origin
    out.what = what
    return out


Format = Literal["yaml", "json", "text", "markdown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file to be written.

    `tree`: for `yaml` and `json` the data; for `text` and `markdown` a list of strings (pieces, each may
    be marked with `at`) that are joined as they are. `markdown` is a facts block that is put between the
    fact markers of a hand-written file (the rest of that file is never touched); `scaffold` is the whole
    text of such a file when there is none yet.
    """

    path: str
    format: Format
    tree: Any
    origin: Node
    kind: str
    """In the plural, for the summary: `dashboards`, `rules`, `runbooks`, ..."""
    scaffold: str = ""
