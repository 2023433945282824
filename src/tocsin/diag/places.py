"""Where a character of a scalar's value stands in the source, through quotes, blocks and folding."""

import re

from tocsin.diag.nodes import Node
from tocsin.diag.text import Span


def inside(node: Node, offset: int, length: int = 1) -> Span:
    """The span of `length` characters from `offset` of the scalar's text.

    Walks value and source together: white space of the value stands for any run of white space in the source
    (folding, indentation), an escape for its one character. Falls back to the whole node's span.
    """
    if node.kind != "scalar":
        return node.span
    start = _locate(node, offset)
    if start is None:
        return node.span
    line, column = start
    end = _locate(node, max(offset, offset + length - 1)) or start
    if end[0] != line:
        end = line, len(node.source.line(line))
    return Span(node.source, line, column, end[0], end[1] + 1)


def naming(node: Node, name: str) -> Span:
    """Where `name` stands in a text, among the items of a list or the keys of a map; else the whole node."""
    if node.kind == "map":
        return node.key_node(name).span
    if node.kind == "seq":
        return next((item.span for item in node.items if item.text == name), node.span)
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", node.text) if name else None
    return inside(node, found.start(), len(name)) if found else node.span


def offset_of(text: str, line: int, column: int) -> int:
    """The character offset of a line and column (from 1) in `text`."""
    lines = text.split("\n")
    return sum(len(row) + 1 for row in lines[: line - 1]) + column - 1


def _locate(node: Node, offset: int) -> tuple[int, int] | None:
    span, value = node.span, node.text
    rows = [row.rstrip("\r") for row in node.source.lines[span.line - 1 : span.end_line]]
    block = node.style in ("|", ">")
    column = len(rows[0]) if block else span.column - 1 + (node.style in ("'", '"'))
    skipped = _indentation(rows, value) if block else 0
    offset = min(offset, max(0, len(value) - 1))
    at = 0
    for number, line in enumerate(rows):
        if number:
            column = skipped if block else len(line) - len(line.lstrip(" \t"))
        step = -1
        while step:
            step, taken = _step(value, at, line, column, node.style)
            if number == 0 and block:
                taken = 0  # the line of the `|` itself
            if taken and at >= offset:
                return span.line + number, column + 1
            at, column = at + taken, column + step
    return None


def _indentation(rows: list[str], value: str) -> int:
    """What a block's lines are indented by: more than their own spaces."""
    first = next((row for row in rows[1:] if row.strip()), "")
    begin = next((row for row in value.split("\n") if row.strip()), "")
    return max(0, len(first) - len(first.lstrip(" ")) - (len(begin) - len(begin.lstrip(" "))))


def _step(value: str, at: int, line: str, column: int, style: str | None) -> tuple[int, int]:
    """(source characters, value characters) that belong together here; no source character: the line ends."""
    if column >= len(line):
        return 0, int(at < len(value) and value[at] in "\n ")
    char = line[column]
    if style == '"' and char == "\\":
        if column + 1 >= len(line):
            return 0, 0  # an escaped line end stands for nothing
        return {"x": 4, "u": 6, "U": 10}.get(line[column + 1], 2), 1
    if style == "'" and char == "'" and line[column + 1 : column + 2] == "'":
        return 2, 1
    if at < len(value) and char == value[at]:
        return 1, 1
    return 1, 0
