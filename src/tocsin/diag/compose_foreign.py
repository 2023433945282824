"""YAML that other tools wrote, to nodes with places: several documents, anchors, aliases and merge keys.

As bounded as `compose`: an alias is the very node that it names, so nothing is copied and nothing grows. Who
walks such a tree counts its own steps. Anchors that contain themselves are refused.
"""

from typing import Any

import yaml

from tocsin.diag import compose
from tocsin.diag.compose import Composer, Stop
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source


def documents(name: str, data: bytes, sink: Sink) -> tuple[Node, ...]:
    """The root node of each document of a file that is not empty; what cannot be read is in `sink`."""
    source = compose.readable(name, data, sink)
    if source is None:
        return ()
    composer = _Foreign(source, sink)
    compose.guarded(source, sink, composer.run)
    return tuple(composer.roots)


class _Foreign(Composer):
    """Composes one document after the other."""

    def __init__(self, source: Source, sink: Sink) -> None:
        super().__init__(source, sink)
        self.roots: list[Node] = []
        self.anchors: dict[str, Node] = {}

    def run(self) -> None:
        for event in self.events():
            self.event(event)

    def event(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.place(self._named(event))
        elif isinstance(event, yaml.DocumentStartEvent):
            self.done, self.anchors = None, {}
        elif isinstance(event, yaml.DocumentEndEvent):
            if self.done is not None and (self.done.kind != "scalar" or self.done.text):
                self.roots.append(self.done)
        else:
            super().event(event)

    def refuse(self, event: Any) -> None:
        """Only what is too large; anchors and tags are allowed here."""
        self.count += 1
        if self.count > compose.MAX_NODES:
            words = f"more than {compose.MAX_NODES:,} YAML nodes"
            self.stop(event, "spec/too-large", words, "split it into several files")

    def made(self, node: Node, event: Any) -> Node:
        """Remember what has an anchor."""
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _named(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            self.stop(event, "spec/alias", f"there is no anchor `&{event.anchor}`", "write the value out")
        if any(node is one for one, _ in self.stack):
            self.stop(event, "spec/alias", f"`*{event.anchor}` stands inside itself", "write the value out")
        self.count += 1
        return node

    def as_key(self, node: Node) -> Node:
        if node.kind != "scalar":
            self.key_trouble(node)
            raise Stop
        return node

    def close(self, event: Any) -> None:
        node = self.stack[-1][0]
        super().close(event)
        merged = node.map.pop("<<", None)
        if merged is None:
            return
        for one in merged.items or [merged]:
            for key, value in one.map.items():
                if key not in node.map:
                    node.map[key] = value
                    if node.keys is not None:
                        node.keys[key] = one.key_node(key)
