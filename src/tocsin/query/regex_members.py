"""Texts that a regular expression matches, such as a person would choose. Bounded; none may be found."""

from collections.abc import Iterator, Mapping

from tocsin.query.regex_match import program
from tocsin.query.regex_tree import (
    Branches,
    Capture,
    Chars,
    Repeat,
    Sequence,
    TooHard,
    Tree,
    tree,
)

WORDS = ("main", "500", "42", "Main", "MAIN", "a1", "4b", "/api", "10.0.0.1", " ")
"""What is put where much is possible, the first that fits."""
_SINGLE = '0aA-_/. :x"=\t\n'
_MOST = 200
_EMPTY: Mapping[str, str] = {}


def members(pattern: str, *, limit: int = 4, whole: bool = True) -> Iterator[str]:
    """Up to `limit` different texts that match; the first alternatives first."""
    root = tree(pattern, "s" if whole else "")
    seen: set[str] = set()
    for variant in range(2 * limit):
        text = write(root, variant)
        if text is not None and text not in seen and _matches(pattern, text, whole):
            seen.add(text)
            yield text
        if len(seen) >= limit:
            return


def member(pattern: str, *, whole: bool = True) -> str | None:
    """One text that matches, if one is found."""
    return next(members(pattern, whole=whole), None)


def with_groups(pattern: str, values: Mapping[str, str]) -> str | None:
    """A text in which the named groups capture these values; None when none is found."""
    root = tree(pattern)
    for variant in range(4):
        text = write(root, variant, values)
        if text is not None and captured(pattern, text).items() >= values.items():
            return text
    return None


def captured(pattern: str, text: str) -> dict[str, str]:
    """What the named groups capture at the first match."""
    found = program(pattern).search(text)
    if found is None:
        return {}
    spans = ((name, found[index]) for index, name in group_names(tree(pattern)))
    return {name: text[span[0] : span[1]] if span else "" for name, span in spans if name}


def group_names(root: Tree) -> list[tuple[int, str]]:
    """Index and name of all groups that capture."""
    found: list[tuple[int, str]] = []
    stack = [root]
    while stack:
        match stack.pop():
            case Capture(item=item, index=index, name=name):
                found.append((index, name))
                stack.append(item)
            case Sequence(items=items) | Branches(items=items):
                stack.extend(items)
            case Repeat(item=item):
                stack.append(item)
            case _:
                pass
    return sorted(found)


def write(node: Tree, variant: int = 0, values: Mapping[str, str] = _EMPTY) -> str | None:
    """A text of this tree: `variant` picks among alternatives; assertions are not heeded."""
    match node:
        case Chars():
            return _char(node)
        case Sequence(items=items):
            parts = [write(item, variant, values) for item in items]
            return None if None in parts else "".join(part for part in parts if part)
        case Branches(items=items):
            return write(items[variant % len(items)], variant // len(items), values)
        case Capture(item=item, name=name):
            return values[name] if name in values else write(item, variant, values)
        case Repeat():
            return _repeated(node, variant, values)
        case _:
            return ""


def _repeated(node: Repeat, variant: int, values: Mapping[str, str]) -> str | None:
    least = max(node.least, variant % 2 if node.most != 0 else 0)
    if _names(node.item) & values.keys():
        least = max(least, 1)
    if least == 0:
        return ""
    if isinstance(node.item, Chars):
        for word in WORDS:
            if least <= len(word) <= (node.most or _MOST) and all(map(node.item.has, word)):
                return word
    text = write(node.item, variant, values)
    return None if text is None or least * len(text) > _MOST * 10 else text * least


def _names(node: Tree) -> set[str]:
    return {name for _, name in group_names(node) if name}


def _char(node: Chars) -> str | None:
    if len(node.ranges) == 1 and node.ranges[0][0] == node.ranges[0][1] and not node.negated:
        return chr(node.ranges[0][0])
    for char in _SINGLE:
        if node.has(char):
            return char
    for low, high in node.ranges:
        for code in (low, high, low - 1, high + 1):
            if 0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF and node.has(chr(code)):
                return chr(code)
    return next((char for char in "éλЖ中あ٣²€" if node.has(char)), None)


def _matches(pattern: str, text: str, whole: bool) -> bool:
    try:
        return program(pattern, "s" if whole else "").search(text, whole=whole) is not None
    except TooHard:
        return False
