"""YAML nodes that know where they stand. Not what they mean.

A `Node` is made from the parser's events (see `compose.py`), never changed afterwards, and serves as the
*origin* of everything that follows from it: model objects and rendered trees point back to nodes.
"""

from collections.abc import Iterator
from typing import Literal

from tocsin.diag.text import Source, Span

Kind = Literal["map", "seq", "scalar"]


class Node:
    """One YAML value.

    `value` is a `dict[str, Node]` for a map, a `list[Node]` for a sequence, the text for a scalar.
    `keys` (maps only) holds the key nodes, for messages about a key rather than its value.
    `style` is the scalar's style: `None` (plain), `'`, `"`, `|` or `>`.
    """

    __slots__ = ("_at", "_parent", "key", "keys", "kind", "source", "style", "value")

    def __init__(
        self,
        kind: Kind,
        value: "dict[str, Node] | list[Node] | str",
        source: Source,
        at: tuple[int, int, int, int],
        style: str | None = None,
        keys: "dict[str, Node] | None" = None,
    ) -> None:
        self.kind = kind
        self.value = value
        self.source = source
        self.style = style
        self.keys = keys
        self.key: str | int = ""
        self._at = at
        self._parent: Node | None = None

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return Span(self.source, *self._at)

    @property
    def path(self) -> tuple[str | int, ...]:
        """Keys and indices from the root of the file, as it was said there."""
        out: list[str | int] = []
        node: Node | None = self
        while node is not None and node._parent is not None:
            out.append(node.key)
            node = node._parent
        return tuple(reversed(out))

    @property
    def dotted(self) -> str:
        """The path in words: `services.greenstack-api.alerts.HighErrorRate.above`."""
        return ".".join(str(part) for part in self.path) or "(whole file)"

    @property
    def title(self) -> str:
        """What to call it in a sentence: its key, or the list that it is an item of."""
        if isinstance(self.key, str):
            return f"`{self.key}`" if self._parent is not None else "the file"
        return f"an item of `{self._parent.key}`" if self._parent is not None else "an item"

    def under(self, parent: "Node", key: str | int) -> "Node":
        """Set the parent once, when the tree is built; a node shared by an alias keeps its first."""
        if self._parent is None:
            self._parent = parent
            self.key = key
        return self

    # -- reading -----------------------------------------------------------------------------
    @property
    def text(self) -> str:
        """The scalar's text; empty for maps and sequences."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def map(self) -> "dict[str, Node]":
        """The entries of a map; empty for others."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "list[Node]":
        """The items of a sequence; empty for others."""
        return self.value if isinstance(self.value, list) else []

    def get(self, key: str) -> "Node | None":
        """The value under `key`, or None."""
        return self.map.get(key)

    def at(self, *keys: str) -> "Node":
        """The deepest node that exists along `keys`: the place to point at when a value may be missing."""
        node = self
        for key in keys:
            below = node.map.get(key)
            if below is None:
                return node
            node = below
        return node

    def key_node(self, key: str) -> "Node":
        """The node of the key itself (for `unknown key` messages)."""
        return (self.keys or {}).get(key) or self.map.get(key) or self

    def key_place(self) -> "Node":
        """The node of this value's own key: where to point when the value is empty or lacks something."""
        if self._parent is not None and isinstance(self.key, str):
            return self._parent.key_node(self.key)
        return self

    def walk(self) -> "Iterator[Node]":
        """This node and all below it."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(node.map.values() if node.kind == "map" else node.items)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.dotted} at {self.span}>"
