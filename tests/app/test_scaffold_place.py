"""A new entry in a YAML file: it is there, and not one other character is touched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.app.scaffold_layout import in_braces, piece
from tocsin.app.scaffold_place import ITEM, Unplaced, place
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source
from workspaces import RICH, SHOP

SPEC = (Path(__file__).parents[2] / "spec.yaml").read_text(encoding="utf-8")
NEW = piece("{severity: warning, template: error-ratio, bad: 'status=~\"5..\"', above: 5%, for: 2m}")
LONG = piece("{a: {b: {c: [1, 2], d: 'x: y'}}, metrics: {m: {type: gauge}}, e: \"# no comment\", f: 1, g: 2}")


def tree(text: str) -> Node:
    sink = Sink()
    node = compose_text(Source("spec.yaml", text), sink)
    assert node is not None and not sink.found, sink.found
    return node


def only_inserted(old: str, new: str) -> bool:
    """Whether `new` is `old` with one piece of text put in."""
    size = len(new) - len(old)
    head = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    return size > 0 and any(new[:at] + new[at + size :] == old for at in range(max(0, head - size), head + 1))


def holders(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every map and list that maps lead to."""
    yield path, node
    for key, value in node.map.items():
        if value.kind != "scalar":
            yield from holders(value, (*path, key))


def values(node: Node) -> object:
    if node.kind == "map":
        return {key: values(value) for key, value in node.map.items()}
    return [values(item) for item in node.items] if node.kind == "seq" else node.text


VARIANTS = {
    "as it is": lambda text: text,
    "no line end at the end": lambda text: text.rstrip("\n"),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "comments everywhere": lambda text: "".join(
        f"{row}  # c\n" if ok(row) else f"{row}\n" for row in rows(text)
    ),
    "blank lines": lambda text: text.replace("\n  ", "\n\n  ") if "|" not in text else text,
}


def rows(text: str) -> list[str]:
    return text.rstrip("\n").split("\n")


def ok(row: str) -> bool:
    """Whether a comment behind this row changes nothing."""
    return (
        bool(row.strip())
        and not set("#|>") & set(row)
        and not row.lstrip().startswith(("Too", "wait", "sum"))
    )


TEXTS = [(text, how) for text in (SHOP, RICH) for how in VARIANTS] + [(SPEC, "as it is")]


@pytest.mark.parametrize(("text", "how"), TEXTS, ids=lambda one: "" if "\n" in one else one)
@pytest.mark.parametrize("value", [NEW, LONG], ids=["short", "long"])
def test_an_entry_fits_into_every_map_and_list(text: str, how: str, value: Node) -> None:
    text = VARIANTS[how](text)
    root = tree(text)
    for path, node in holders(root):
        step = "new_one" if node.kind == "map" else ITEM
        found = place("spec.yaml", text, (*path, step), value)
        assert only_inserted(text, found.text), path
        there = tree(found.text)
        for key in path:
            there = there.map[key]
        added = there.map["new_one"] if node.kind == "map" else there.items[-1]
        assert values(added) == values(value), path
        assert 1 <= found.first <= found.last <= len(rows(found.text))


CASES = {
    "after the last one": ("a:\n  x: 1\n", ("a", "new"), "a:\n  x: 1\n  new: {v: 1}\n"),
    "below the comments of the last one": (
        "a:\n  x: 1\n  # y: 2\n# b\nb: 1\n",
        ("a", "new"),
        "a:\n  x: 1\n  # y: 2\n  new: {v: 1}\n# b\nb: 1\n",
    ),
    "before the blank line": ("a:\n  x: 1\n\nb: 1\n", ("a", "new"), "a:\n  x: 1\n  new: {v: 1}\n\nb: 1\n"),
    "with a blank line between, as the others": (
        "a:\n  x: 1\n\n  y: 1\nb: 1\n",
        ("a", "new"),
        "a:\n  x: 1\n\n  y: 1\n\n  new: {v: 1}\nb: 1\n",
    ),
    "after a block of text": (
        "a:\n  x: |\n    t\n\nb: 1\n",
        ("a", "new"),
        "a:\n  x: |\n    t\n  new: {v: 1}\n\nb: 1\n",
    ),
    "maps that are missing": ("a: 1\n", ("b", "alerts", "new"), "a: 1\nb:\n  alerts:\n    new: {v: 1}\n"),
    "a key without a value": ("a:\nb: 1\n", ("a", "new"), "a:\n  new: {v: 1}\nb: 1\n"),
    "braces": ("a: {x: 1}  # c\n", ("a", "new"), "a: {x: 1, new: {v: 1}}  # c\n"),
    "empty braces": ("a: {}\n", ("a", "new"), "a: {new: {v: 1}}\n"),
    "braces over two lines": ("a: {x: 1,\n    y: 2}\n", ("a", "new"), "a: {x: 1,\n    y: 2, new: {v: 1}}\n"),
    "braces that end on a line of their own": (
        "a: {\n  x: 1\n}\n",
        ("a", "new"),
        "a: {\n  x: 1, new: {v: 1}\n}\n",
    ),
    "a list": ("a:\n  - 1\n  - 2\n", ("a", ITEM), "a:\n  - 1\n  - 2\n  - {v: 1}\n"),
    "a list that is not indented": ("a:\n- 1\nb: 1\n", ("a", ITEM), "a:\n- 1\n- {v: 1}\nb: 1\n"),
    "brackets": ("a: [1]\n", ("a", ITEM), "a: [1, {v: 1}]\n"),
    "a name that needs quotes": ("a:\n  x: 1\n", ("a", "new: m"), 'a:\n  x: 1\n  "new: m": {v: 1}\n'),
    "deeper than others are": ("a:\n      x: 1\n", ("a", "new"), "a:\n      x: 1\n      new: {v: 1}\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_place_is_where_people_would_put_it(name: str) -> None:
    before, path, after = CASES[name]
    assert place("spec.yaml", before, path, piece("{v: 1}")).text == after


def test_a_missing_key_stands_where_the_order_of_keys_wants_it() -> None:
    found = place("spec.yaml", "a: 1\nd: 1\n", ("c", "new"), piece("{v: 1}"), ("a", "b", "c", "d"))
    assert found.text == "a: 1\nc: {new: {v: 1}}\nd: 1\n"


REFUSED = {
    "a value that is text": ("a: x\n", ("a", "n")),
    "an explicit nothing": ("a: ~\n", ("a", "n")),
    "what is there": ("a: {n: 1}\n", ("a", "n")),
    "an item of a map": ("a: {n: 1}\n", ("a", ITEM)),
    "an entry of a list": ("a: [1]\n", ("a", "n")),
    "a text whose line ends count": ("a:\n  x: |+\n    t\n\n\nb: 1\n", ("a", "n")),
    "an anchor": ("a: &x {n: 1}\n", ("a", "m")),
    "two documents": ("a: {n: 1}\n---\nb: 1\n", ("a", "m")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_put_anywhere_is_refused(name: str) -> None:
    before, path = REFUSED[name]
    with pytest.raises(Unplaced):
        place("spec.yaml", before, path, piece("{v: 1}"))


def test_quotes_stay_as_they_were() -> None:
    text = """{a: 'status=~"5.."', b: "#x", c: 5%, d: [1, '2'], e: it}"""
    assert in_braces(piece(text)) == text
