"""A piece of spec as people would write it: short maps in braces, long ones line by line. Not where it goes.

A piece is a node made from YAML text, so that quotes stay as its author wrote them.
"""

import re

from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source

WIDTH = 110
_OPEN = frozenset({"alerts", "dashboards", "metrics", "profiles", "receivers", "rows", "services"})
"""Maps that people add to: never in braces."""
_MOST_IN_BRACES = 6
_FLOW_SAFE = re.compile(r"[^\s,\[\]{}#&*!|>'\"%@`:?-][^,\[\]{}#'\"\n]*|-?[0-9][^,\[\]{}#'\"\s]*")


def piece(text: str) -> Node:
    """A node of YAML text that the program itself made."""
    sink = Sink()
    node = compose_text(Source("a new piece", text), sink)
    if node is None or sink.found:
        raise ValueError(f"not YAML: {text}")
    return node


def quoted(text: str) -> str:
    """Text as a YAML scalar that is text for every reader, also inside braces."""
    if re.fullmatch(r"[A-Za-z]([A-Za-z0-9_./() -]*[A-Za-z0-9)])?", text) and text.lower() not in _WORDS:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_WORDS = frozenset({"y", "yes", "n", "no", "on", "off", "true", "false", "null"})


def block_lines(node: Node, indent: int, key: str = "") -> list[str]:
    """The lines of `key: node` (or of a list's item, without a key) that begin at column `indent`."""
    head = " " * indent + (f"{key_text(key)}: " if key else "- ")
    line = head + in_braces(node)
    if node.kind == "scalar" or not (node.map or node.items) or _fits(node, line, key):
        return [line]
    if node.kind == "seq":
        inner = [line for item in node.items for line in block_lines(item, indent + 2)]
    else:
        inner = _entries(node, indent + 2)
    return [head.rstrip(), *inner] if key else [head + inner[0].lstrip(), *inner[1:]]


def _entries(node: Node, indent: int) -> list[str]:
    return [line for key, value in node.map.items() for line in block_lines(value, indent, key)]


def _fits(node: Node, line: str, key: str) -> bool:
    holders = [node, *node.walk()]
    many = any(len(one.map) > _MOST_IN_BRACES for one in holders)
    named = key in _OPEN or any(name in _OPEN for one in holders for name in one.map)
    lists = node.kind == "seq" and any(item.kind != "scalar" for item in node.items)
    return len(line) <= WIDTH and not (many or named or lists)


def in_braces(node: Node) -> str:
    """The node on one line."""
    if node.kind == "map":
        return "{" + ", ".join(f"{key_text(k)}: {in_braces(v)}" for k, v in node.map.items()) + "}"
    if node.kind == "seq":
        return "[" + ", ".join(in_braces(item) for item in node.items) + "]"
    return _scalar(node)


def key_text(name: str) -> str:
    """A key, in quotes where it needs them."""
    return (
        name
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]*", name) and name.lower() not in _WORDS
        else quoted(name)
    )


def _scalar(node: Node) -> str:
    text = node.text
    if node.style == "'" and "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    if node.style is None and _FLOW_SAFE.fullmatch(text) and ": " not in text:
        return text
    return quoted(text)
