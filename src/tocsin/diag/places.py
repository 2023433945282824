"""Where a character of a scalar's value stands in the source, through quotes, blocks and folding."""

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


def offset_of(text: str, line: int, column: int) -> int:
    """The character offset of a line and column (from 1) in `text`."""
    lines = text.split("\n")
    return sum(len(row) + 1 for row in lines[: line - 1]) + column - 1


def _locate(node: Node, offset: int) -> tuple[int, int] | None:
    span = node.span
    rows = node.source.text.split("\n")
    row, column = span.line - 1, span.column - 1
    if node.style in ("|", ">"):
        row, column = row + 1, 0
    elif node.style in ("'", '"'):
        column += 1
    value = node.text
    if offset >= len(value):
        offset = max(0, len(value) - 1)
    at = 0
    while row < len(rows) and row <= span.end_line:
        line = rows[row]
        step, taken = _step(value, at, line, column, node.style)
        if taken and at >= offset:
            return row + 1, column + 1
        at, column = at + taken, column + step
        if step == 0:
            row, column = row + 1, 0
    return None


def _step(value: str, at: int, line: str, column: int, style: str | None) -> tuple[int, int]:
    """(source characters, value characters) that belong together here; no source character: the line ends."""
    if column >= len(line):
        return 0, int(at < len(value) and value[at] in "\n ")
    char = line[column]
    if style == '"' and char == "\\":
        return {"x": 4, "u": 6, "U": 10}.get(line[column + 1 : column + 2], 2), 1
    if style == "'" and char == "'" and line[column + 1 : column + 2] == "'":
        return 2, 1
    if at < len(value) and char == value[at]:
        return 1, 1
    return 1, 0
