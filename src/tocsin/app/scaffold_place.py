"""Puts a new entry into a YAML file without touching any other character of it.

The place follows from the nodes of what is there; the result is read again and must say what it said before,
and the entry. Where that cannot be had, `Unplaced` says why, and the piece can be pasted by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.app.scaffold_layout import WIDTH, block_lines, in_braces, key_text, piece, quoted
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source

Path = tuple[str, ...]
ITEM = ""
"""As the last step of a path: an item of the list."""


class Unplaced(Exception):
    """The entry cannot be put there without touching what is there."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The file's text with the entry, and which of its lines (from 1) are new or changed."""

    text: str
    first: int
    last: int


def place(name: str, text: str, path: Path, value: Node, order: Sequence[str] = ()) -> Placed:
    """`text` with `value` at `path`; `order` is that of the keys at the top, for those that are missing."""
    root = _read(name, text)
    if root.kind != "map":
        raise Unplaced("the file is no map")
    holder, rest = _deepest(root, path)
    for step in reversed(rest[1:]):
        inner = in_braces(value)
        value = piece(f"[{inner}]" if step == ITEM else f"{{{quoted(step)}: {inner}}}")
    key = rest[0]
    if (key == ITEM) != (holder.kind == "seq"):
        raise Unplaced(f"`{holder.dotted}` is not a {'list' if key == ITEM else 'map'}")
    lines = text.split("\n")
    if _char(lines, holder) in "{[":
        found = _in_braces(text, lines, holder, key, value)
    elif holder.kind == "scalar":
        found = _under_key(text, lines, holder, key, value)
    else:
        found = _in_block(text, lines, holder, key, value, order if holder is root else ())
    if not _only_added(_data(_read(name, found.text)), _data(root), path):
        raise Unplaced("what is there would read differently")
    return found


def _read(name: str, text: str) -> Node:
    sink = Sink()
    root = compose_text(Source(name, text), sink)
    if root is None or sink.found:
        raise Unplaced("the file would not be read any more")
    return root


def _deepest(root: Node, path: Path) -> tuple[Node, Path]:
    node = root
    for at, step in enumerate(path):
        below = node.get(step) if step != ITEM else None
        if below is None or (below.kind == "scalar" and (below.text or below.style)):
            if below is not None:
                raise Unplaced(f"`{below.dotted}` is {below.text}")
            return node, path[at:]
        node = below
        if node.kind == "scalar" and path[at + 1 :]:
            return node, path[at + 1 :]
    raise Unplaced(f"`{node.dotted}` is there already")


def _entries(node: Node) -> list[Node]:
    return list(node.map.values()) if node.kind == "map" else node.items


def _char(lines: list[str], node: Node) -> str:
    """The character at which a node begins."""
    line, column = node._at[:2]
    return lines[line - 1][column - 1 : column] or " "


# -- three places --------------------------------------------------------------------------------
def _in_block(
    text: str, lines: list[str], holder: Node, key: str, value: Node, order: Sequence[str]
) -> Placed:
    entries = _entries(holder)
    after = _after(list(holder.map), key, order) if holder.kind == "map" else len(entries) - 1
    indent = holder._at[1] - 1
    line = _trailing_comments(lines, _last_line(entries[after], lines), indent)
    new = block_lines(value, indent, key)
    if after and _blank_above(lines, _key_line(entries[after])):
        new = ["", *new]
    return _inserted(text, lines, line, new)


def _after(keys: list[str], key: str, order: Sequence[str]) -> int:
    """The index of the entry after which a new one belongs: the last, or by the order of the keys."""
    before = set(order[: order.index(key)]) if key in order else set(keys)
    return max((i for i, one in enumerate(keys) if one in before), default=len(keys) - 1)


def _under_key(text: str, lines: list[str], holder: Node, key: str, value: Node) -> Placed:
    """Under a key that has no value yet."""
    place = holder.key_place()
    indent = place._at[1] - 1 + (0 if key == ITEM else 2)
    return _inserted(text, lines, place._at[2], block_lines(value, indent, key))


def _in_braces(text: str, lines: list[str], holder: Node, key: str, value: Node) -> Placed:
    entries = _entries(holder)
    entry = (f"{key_text(key)}: " if key else "") + in_braces(value)
    if not entries:
        line, column = holder._at[0], holder._at[1] + 1
    else:
        line, column = entries[-1]._at[2:]
        if entries[-1].kind == "scalar" and not entries[-1].text and entries[-1].style is None:
            raise Unplaced("the last entry has no value")
        long = len(lines[line - 1]) + len(entry) + 2 > WIDTH
        entry = (",\n" + " " * holder._at[1] if long else ", ") + entry
    at = sum(len(row) + 1 for row in lines[: line - 1]) + column - 1
    last = line + entry.count("\n")
    entry = entry.replace("\n", _line_end(text))
    return Placed(text[:at] + entry + text[at:], last, last)


# -- lines ---------------------------------------------------------------------------------------
def _inserted(text: str, lines: list[str], line: int, new: list[str]) -> Placed:
    """`new` after line `line`."""
    end = _line_end(text)
    body = end.join(new)
    first = line + 1 + (new[0] == "")
    if line >= len(lines):  # the last line has no end
        return Placed(f"{text}{end}{body}", first, line + len(new))
    at = sum(len(row) + 1 for row in lines[:line])
    return Placed(f"{text[:at]}{body}{end}{text[at:]}", first, line + len(new))


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _key_line(node: Node) -> int:
    return node.key_place()._at[0]


def _last_line(node: Node, lines: list[str]) -> int:
    """The last line that says something of the node."""
    if _char(lines, node) in "{[":
        return node._at[2]
    if node.kind != "scalar":
        below = _entries(node)
        return max(_last_line(below[-1], lines), _key_line(below[-1]))
    if node.style in ("|", ">"):
        return _block_end(node, lines)
    return node._at[2] if node.text or node.style else _key_line(node)


def _block_end(node: Node, lines: list[str]) -> int:
    """The last line of a literal or folded block that is not empty."""
    last = node._at[2] - (node._at[3] == 1)
    while last > node._at[0] and not lines[last - 1].strip():
        last -= 1
    return last


def _trailing_comments(lines: list[str], line: int, indent: int) -> int:
    """Comments right below that stand as deep as the entries belong to them."""
    while line < len(lines):
        row = lines[line]
        bare = row.lstrip(" ")
        if not bare.startswith("#") or len(row) - len(bare) < max(indent, 1):
            break
        line += 1
    return line


def _blank_above(lines: list[str], line: int) -> bool:
    """Whether the entry that begins on this line keeps a blank line from the one above."""
    above = line - 2
    while above >= 0 and lines[above].lstrip().startswith("#"):
        above -= 1
    return above >= 0 and not lines[above].strip()


# -- the proof -----------------------------------------------------------------------------------
def _data(node: Node) -> Any:
    if node.kind == "map":
        return {key: _data(value) for key, value in node.map.items()}
    return [_data(item) for item in node.items] if node.kind == "seq" else (node.text, node.style)


def _only_added(new: Any, old: Any, path: Path) -> bool:
    """Whether `new` says what `old` says and, beside that, something at `path`."""
    if not path:
        return False
    step, rest = path[0], path[1:]
    if step == ITEM:
        return isinstance(new, list) and isinstance(old, list) and new[:-1] == old
    if not isinstance(new, dict) or step not in new:
        return False
    if not isinstance(old, dict):
        return list(new) == [step]  # a key that had no value
    if {k: v for k, v in new.items() if k != step} != {k: v for k, v in old.items() if k != step}:
        return False
    return step not in old or _only_added(new[step], old[step], rest)
