"""From a generated line to the spec node it came from, and what differs between two versions of a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tocsin.artifacts.tree import Artifact, Map, Seq, Text
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source

Pointer = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a part of an artifact came from: the spec node, what the part is, and its place in the file."""

    origin: Node
    what: str
    pointer: Pointer


def trace_line(artifact: Artifact, text: str, line: int, column: int = 0) -> Trace | None:
    """The origin of line `line` (from 1) of the artifact's file, whose text is `text`; None past its end."""
    if line < 1 or line > text.count("\n") + 1:
        return None
    if artifact.format in ("text", "markdown"):
        return _piece(artifact, text, line)
    root = _parsed(artifact, text)
    return trace(artifact, _pointer(root, line, column) if root else ())


def trace(artifact: Artifact, pointer: Pointer) -> Trace:
    """The nearest origin at or above `pointer`."""
    origin, what = artifact.origin, ""
    tree: Any = artifact.tree
    for key in (None, *pointer):
        if key is not None:
            try:
                tree = tree[key]
            except (KeyError, IndexError, TypeError):
                break
        if isinstance(tree, (Map, Seq, Text)):
            origin, what = tree.origin, tree.what or what
    return Trace(origin, what, pointer)


def _parsed(artifact: Artifact, text: str) -> Node | None:
    return compose_text(Source(artifact.path, text), Sink())


def _pointer(root: Node, line: int, column: int) -> Pointer:
    """The deepest node that begins at or before the line (and column, when given): the one that covers it."""
    at = (line, column or len(root.source.line(line)) + 1)
    node = root
    while True:
        begun = [child for child in _children(node) if _begin(node, child, bool(column)) <= at]
        if not begun:
            return tuple(node.path)
        # without a column the first thing on the line is meant, not the last
        same = [c for c in begun if not column and _begin(node, c, False)[0] == line]
        node = same[0] if same else begun[-1]


def _children(node: Node) -> list[Node]:
    return list(node.map.values()) if node.kind == "map" else node.items


def _begin(node: Node, child: Node, exact: bool) -> tuple[int, int]:
    """Where a child begins, its key included; the column only when it matters."""
    span = (node.key_node(str(child.key)) if node.kind == "map" else child).span
    return span.line, span.column if exact else 0


def _piece(artifact: Artifact, text: str, line: int) -> Trace:
    """In text made of pieces: the piece in which the line begins."""
    body = "".join(artifact.tree)
    offset = text.find(body) if body else -1
    at = len("\n".join(text.split("\n")[: line - 1])) + (1 if line > 1 else 0) - max(offset, 0)
    for index, piece in enumerate(artifact.tree):
        at -= len(piece)
        if at < 0 and offset >= 0:
            return trace(artifact, (index,))
    return Trace(artifact.origin, "", ())


def differences(artifact: Artifact, old: str, new: str) -> Iterator[Trace]:
    """Where the artifact's new text says something else than the old one: one trace for each place."""
    if artifact.format in ("text", "markdown"):
        yield from _changed_pieces(artifact, old)
        return
    before, after = _parsed(artifact, old), _parsed(artifact, new)
    if before is None or after is None:
        yield trace(artifact, ())
        return
    for pointer in _unequal(before, after, ()):
        if pointer != ("__tocsin",):
            yield trace(artifact, pointer)


def _changed_pieces(artifact: Artifact, old: str) -> Iterator[Trace]:
    changed = [i for i, piece in enumerate(artifact.tree) if piece.strip() and piece not in old]
    yield from (trace(artifact, (i,)) for i in changed or [0])


def _unequal(a: Node, b: Node, at: Pointer) -> Iterator[Pointer]:
    if a.kind != b.kind or a.kind == "scalar":
        if a.kind != b.kind or a.text != b.text:
            yield at
    elif a.kind == "map":
        for key in {**b.map, **a.map}:
            x, y = a.map.get(key), b.map.get(key)
            if x is None or y is None:
                yield (*at, key)
            else:
                yield from _unequal(x, y, (*at, key))
    else:
        yield from _unequal_items(a, b, at)


def _unequal_items(a: Node, b: Node, at: Pointer) -> Iterator[Pointer]:
    """Items of lists of one length are compared in pairs; of others, the new ones are named."""
    if len(a.items) == len(b.items):
        for index, (x, y) in enumerate(zip(a.items, b.items, strict=True)):
            yield from _unequal(x, y, (*at, index))
        return
    known = {_said(item) for item in a.items}
    fresh = [index for index, item in enumerate(b.items) if _said(item) not in known]
    yield from ((*at, index) for index in fresh)
    if not fresh:
        yield at


def _said(node: Node) -> object:
    """Everything that a node says, for comparing."""
    if node.kind == "map":
        return tuple((key, _said(value)) for key, value in node.map.items())
    return node.text if node.kind == "scalar" else tuple(_said(item) for item in node.items)
