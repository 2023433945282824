"""Laying one node tree over another: profiles under services, environments over the root, files side by side.

The results are new nodes for the maps that both sides have; everything else is shared and keeps its place.
"""

from tocsin.diag.diagnostic import Label, Sink
from tocsin.diag.nodes import Node


def _map(place: Node, entries: dict[str, Node], keys: dict[str, Node]) -> Node:
    out = Node("map", entries, place.source, place._at, keys=keys)
    out.key, out._parent = place.key, place._parent
    return out


def overlay(base: Node, over: Node, place: Node) -> Node:
    """`over` laid over `base`: maps merge key by key, anything else replaces; `~` removes the key.

    `place` (one of the two) is where the merged map is said to stand.
    """
    if base.kind != "map" or over.kind != "map":
        return over
    entries, keys = dict(base.map), dict(base.keys or {})
    for key, value in over.map.items():
        if value.kind == "scalar" and value.style is None and value.text in ("~", "null"):
            entries.pop(key, None)
            continue
        below = entries.get(key)
        if below is None:
            entries[key] = value
            keys[key] = over.key_node(key)
        else:
            entries[key] = overlay(below, value, below if place is base else value)
            if place is over:
                keys[key] = over.key_node(key)
    return _map(place, entries, keys)


def union(first: Node, second: Node, sink: Sink) -> Node:
    """Two files side by side: their maps are joined, lists appended; the same name twice is an error."""
    entries, keys = dict(first.map), dict(first.keys or {})
    for key, value in second.map.items():
        mine = entries.get(key)
        if mine is None:
            entries[key] = value
            keys[key] = second.key_node(key)
        elif mine.kind == "map" and value.kind == "map":
            entries[key] = _joined(mine, value, sink)
        elif mine.kind == "seq" and value.kind == "seq":
            both = Node("seq", [*mine.items, *value.items], mine.source, mine._at)
            both.key, both._parent = mine.key, mine._parent
            entries[key] = both
        else:
            sink.error(
                "spec/duplicate-key",
                second.key_node(key),
                f"`{key}` is said in two files",
                others=(Label(first.key_node(key).span, "first said here"),),
                help="keep one of them",
            )
    return _map(first, entries, keys)


def _joined(first: Node, second: Node, sink: Sink) -> Node:
    entries, keys = dict(first.map), dict(first.keys or {})
    for key, value in second.map.items():
        if key in entries:
            sink.error(
                "spec/duplicate-key",
                second.key_node(key),
                f"`{key}` is said in two files",
                others=(Label(first.key_node(key).span, "first said here"),),
                help="keep one of them",
            )
        else:
            entries[key] = value
            keys[key] = second.key_node(key)
    return _map(first, entries, keys)


def with_entry(node: Node, key: str, value: Node) -> Node:
    """The map `node` with `key` replaced or added."""
    keys = dict(node.keys or {})
    keys.setdefault(key, value)
    return _map(node, {**node.map, key: value}, keys)


def without(node: Node, *drop: str) -> Node:
    """The map `node` without some keys."""
    entries = {k: v for k, v in node.map.items() if k not in drop}
    return _map(node, entries, dict(node.keys or {}))


def substituted(node: Node, old: str, new: str) -> Node:
    """`node` with `old` replaced by `new` in every scalar; parts without it are shared."""
    if node.kind == "scalar":
        if old not in node.text:
            return node
        copy = Node("scalar", node.text.replace(old, new), node.source, node._at, style=node.style)
        copy.key, copy._parent = node.key, node._parent
        return copy
    if node.kind == "map":
        entries = {k: substituted(v, old, new) for k, v in node.map.items()}
        same = all(entries[k] is v for k, v in node.map.items())
        return node if same else _map(node, entries, dict(node.keys or {}))
    items = [substituted(v, old, new) for v in node.items]
    if all(a is b for a, b in zip(items, node.items, strict=True)):
        return node
    out = Node("seq", items, node.source, node._at)
    out.key, out._parent = node.key, node._parent
    return out
