"""YAML to nodes: every trap and bomb is refused at its place, in words that people can act on."""

import time
import tracemalloc

import pytest

from tocsin.diag.compose import MAX_BYTES, MAX_DEPTH, compose
from tocsin.diag.diagnostic import MAX_FOUND, Sink
from tocsin.diag.excerpt import render
from tocsin.diag.nodes import Node


def read(text: str | bytes) -> tuple[Node | None, Sink]:
    sink = Sink()
    data = text.encode() if isinstance(text, str) else text
    return compose("spec.yaml", data, sink), sink


def said(text: str | bytes) -> str:
    """What people see."""
    return "\n\n".join(render(d) for d in sorted(read(text)[1].found, key=lambda d: d.order))


SEEN = {
    "a bracket that is never closed": (
        "a: 1\nb: {c: 1,\nd: [2\n",
        """\
error[spec/syntax]: did not find expected ',' or ']'
  --> spec.yaml:3:6
  |
3 | d: [2
  |      ^
  = help: a comma or a closing bracket is missing before this place""",
    ),
    "a bracket on an earlier line": (
        "a: {b: 1\nc:\n  d: 2\n",
        """\
error[spec/syntax]: did not find expected ',' or '}'
  --> spec.yaml:2:2
  |
2 | c:
  |  ^
  |
1 | a: {b: 1
  |    - this bracket is open
  = help: a comma or a closing bracket is missing before this place""",
    ),
    "a quote that is never closed": (
        "a: 1\nb: 'it\nc: 2\n",
        """\
error[spec/syntax]: found unexpected end of stream
  --> spec.yaml:3:5
  |
3 | c: 2
  |     ^
  |
2 | b: 'it
  |    - this quote is open
  = help: close the quote""",
    ),
    "a colon inside a plain value": (
        "a: b: c\n",
        """\
error[spec/syntax]: mapping values are not allowed in this context
  --> spec.yaml:1:5
  |
1 | a: b: c
  |     ^
  = help: put the value in quotes if it contains `: `, or check the indentation of this line""",
    ),
    "a key without a colon": (
        "a: 1\nb\nc: 2\n",
        """\
error[spec/syntax]: could not find expected ':'
  --> spec.yaml:2:1
  |
2 | b
  | ^
  = help: a key needs a `:` after it""",
    ),
    "a tab as indentation": (
        "a:\n\tb: 1\n",
        """\
error[spec/syntax]: a tab cannot indent YAML
  --> spec.yaml:2:1
  |
2 |     b: 1
  | ^^^^
  = help: indent with spaces""",
    ),
    "a value that begins with a backtick": (
        "a: `x`\n",
        """\
error[spec/syntax]: found character that cannot start any token
  --> spec.yaml:1:4
  |
1 | a: `x`
  |    ^
  = help: put the value in quotes""",
    ),
    "a key said twice": (
        "a: 1\nb: 2\na: 3\n",
        """\
error[spec/duplicate-key]: `a` is said twice
  --> spec.yaml:3:1
  |
3 | a: 3
  | ^
  |
1 | a: 1
  | - first said here
  = help: keep one of them""",
    ),
    "an anchor": (
        "a: &x 1\nb: *x\n",
        """\
error[spec/alias]: the anchor `&x` is not supported
  --> spec.yaml:1:4
  |
1 | a: &x 1
  |    ^^^^
  = help: say it once in `profiles:`, or write it out""",
    ),
    "an alias": (
        "b: *x\n",
        """\
error[spec/alias]: the alias `*x` is not supported
  --> spec.yaml:1:4
  |
1 | b: *x
  |    ^^
  = help: say it once in `profiles:`, or write it out""",
    ),
    "a merge key": (
        "a:\n  <<: {b: 1}\n",
        """\
error[spec/merge-key]: the merge key `<<` is not supported
  --> spec.yaml:2:3
  |
2 |   <<: {b: 1}
  |   ^^
  = help: use `profiles:` and `use:`""",
    ),
    "a tag that runs code elsewhere": (
        "a: !!python/object/apply:os.system [ls]\n",
        """\
error[spec/tag]: the tag `tag:yaml.org,2002:python/object/apply:os.system` is not supported
  --> spec.yaml:1:4
  |
1 | a: !!python/object/apply:os.system [ls]
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: delete the tag""",
    ),
    "a second document": (
        "a: 1\n---\nb: 2\n",
        """\
error[spec/documents]: a second YAML document begins here
  --> spec.yaml:2:1
  |
2 | ---
  | ^^^
  = help: put it in a file of its own and `include:` it""",
    ),
    "a key that is a list": (
        "? [a, b]\n: 1\n",
        """\
error[spec/key]: a key must be a plain word
  --> spec.yaml:1:3
  |
1 | ? [a, b]
  |   ^
  = help: write `name: value`""",
    ),
    "a byte that is not UTF-8": (
        b"a: 1\nb: Gr" + b"\xfc" + b"n\n",
        """\
error[spec/encoding]: byte 0xfc is not UTF-8
  --> spec.yaml:2:6
  |
2 | b: Gr\N{REPLACEMENT CHARACTER}n
  |      ^
  = help: save the file as UTF-8""",
    ),
    "UTF-16": (
        "a: 1\n".encode("utf-16-le"),
        """\
error[spec/syntax]: the character U+0000 is not allowed here
  --> spec.yaml:1:2
  |
1 | a\N{REPLACEMENT CHARACTER}:\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}1\N{REPLACEMENT CHARACTER}
  |  ^
  = help: delete it, or write it as an escape in double quotes""",
    ),
    "an escape character that would clear the terminal": (
        "a: \x1b[2J\n",
        """\
error[spec/syntax]: the character U+001B is not allowed here
  --> spec.yaml:1:4
  |
1 | a: \N{REPLACEMENT CHARACTER}[2J
  |    ^
  = help: delete it, or write it as an escape in double quotes""",
    ),
    "a line separator, which counts as a line for some": (
        "a: x\u2028y\n",
        """\
error[spec/syntax]: the character U+2028 is not allowed here
  --> spec.yaml:1:5
  |
1 | a: x\N{REPLACEMENT CHARACTER}y
  |     ^
  = help: delete it, or write it as an escape in double quotes""",
    ),
    "wide letters before the place": (
        "名前: 観測\n値: {x: `}\n",
        """\
error[spec/syntax]: found character that cannot start any token
  --> spec.yaml:2:8
  |
2 | 値: {x: `}
  |         ^
  = help: put the value in quotes""",
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_a_mistake_is_shown_at_its_place(what: str) -> None:
    text, expected = SEEN[what]
    assert said(text) == expected


def test_all_duplicates_are_reported_at_once() -> None:
    node, sink = read("a: 1\na: 2\nb: {c: 1, c: 2, c: 3}\nb: {d: 1, d: 2}\n")
    assert node is not None
    assert [str(d.at.span) for d in sink.found] == [
        f"spec.yaml:{place}" for place in ("2:1", "3:11", "3:17", "4:1", "4:11")
    ]
    assert node.map["a"].text == "1"


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "\ufeff", "   \n"])
def test_an_empty_file_is_said_to_be_empty(text: str) -> None:
    node, sink = read(text)
    assert node is None
    assert [(d.code, d.at.span.line) for d in sink.found] == [("spec/empty", 1)]


@pytest.mark.parametrize("text", ["---\n", "---\n...\n", "~\n", "just text\n"])
def test_a_document_without_a_map_is_a_scalar(text: str) -> None:
    node, _ = read(text)
    assert node is not None
    assert node.kind == "scalar"


def test_a_byte_order_mark_moves_nothing() -> None:
    node, sink = read("\ufeffa: 1\n")
    assert not sink.found
    assert node is not None
    assert node.map["a"].span.column == 4


def test_lines_may_end_as_on_windows() -> None:
    node, sink = read(b"a: 1\r\nb: |\r\n  x\r\n  y\r\nc: 'z'\r\n")
    assert not sink.found
    assert node is not None
    assert node.map["b"].text == "x\ny\n"
    assert str(node.map["c"].span) == "spec.yaml:5:4"


def test_a_carriage_return_alone_is_refused() -> None:
    assert [d.at.span.column for d in read(b"a: 1\rb: 2\r")[1].found] == [5]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1000 + "]" * 1000,
        "{a: " * 1000 + "1" + "}" * 1000,
        "\n".join("  " * i + "a:" for i in range(1000)),
        "- " * 1000 + "a",
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    node, sink = read(text)
    assert node is None
    assert [d.code for d in sink.found] == ["spec/too-deep"]
    assert sink.found[0].at.span.line <= MAX_DEPTH + 1


def test_nesting_that_a_spec_may_need_is_fine() -> None:
    node, sink = read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert node is not None
    assert not sink.found


def test_a_large_file_is_refused_before_it_is_read_into_nodes() -> None:
    data = b"a: [" + b"1," * (MAX_BYTES // 2) + b"1]\n"
    tracemalloc.start()
    began = time.process_time()
    node, sink = read(data)
    assert time.process_time() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert node is None
    assert [d.code for d in sink.found] == ["spec/too-large"]


def test_a_million_mistakes_are_counted_and_not_kept() -> None:
    _, sink = read("a: 1\n" * (MAX_FOUND + 500))
    assert len(sink.found) == MAX_FOUND
    assert sink.more == 499


def test_a_billion_laughs_stop_at_the_first() -> None:
    text = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert [d.code for d in read(text)[1].found] == ["spec/alias"]


def test_scalars_stay_text() -> None:
    node, _ = read("a: no\nb: 010\nc: 1:30\nd: ~\ne: 2001-01-01\nf: 1e3\n")
    assert node is not None
    assert [n.text for n in node.map.values()] == ["no", "010", "1:30", "~", "2001-01-01", "1e3"]
    assert {n.style for n in node.map.values()} == {None}


def test_styles_are_told_apart() -> None:
    node, _ = read("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >\n  x\n")
    assert node is not None
    assert [n.style for n in node.map.values()] == [None, "'", '"', "|", ">"]


def test_paths_in_words() -> None:
    node, _ = read("services: {web: {alerts: {Down: {labels: [a, b]}}}}\n")
    assert node is not None
    deepest = node.at("services", "web", "alerts", "Down", "labels").items[1]
    assert deepest.dotted == "services.web.alerts.Down.labels.1"
    assert node.at("services", "nothing", "here").dotted == "services"
