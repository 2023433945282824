"""Where a character of a value stands in the file, through every way in which YAML can write it."""

import re
from typing import Any

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside, offset_of
from tocsin.diag.text import Source


def scalar(text: str, *keys: str) -> Node:
    sink = Sink()
    root = compose_text(Source("spec.yaml", text), sink)
    assert root is not None
    assert not sink.found
    return root.at(*(keys or ("expr",)))


def found(node: Node, word: str) -> str:
    """`line:column-column` of a word of the value."""
    span = inside(node, node.text.index(word), len(word))
    assert span.line == span.end_line
    return f"{span.line}:{span.column}-{span.end_column}"


def test_a_plain_value() -> None:
    assert found(scalar("a: 1\nexpr: sum(up) > bad\n"), "bad") == "2:17-20"


def test_a_plain_value_over_several_lines() -> None:
    assert found(scalar("expr: sum(up)\n  > bad\n"), "bad") == "2:5-8"


def test_a_single_quoted_value_with_doubled_quotes() -> None:
    assert found(scalar("expr: 'it''s bad'\n"), "bad") == "1:14-17"


def test_a_double_quoted_value_with_escapes() -> None:
    text = r'''expr: "a\"b\\c\x41\u00e9\U0001F600\tbad"'''
    assert found(scalar(text + "\n"), "bad") == "1:37-40"


def test_a_double_quoted_value_over_several_lines() -> None:
    text = 'expr: "sum by (a)   \n\n   (up\\\n    ) > bad"\n'
    node = scalar(text)
    assert node.text == "sum by (a)\n(up) > bad"
    assert found(node, "(up") == "3:4-7"
    assert found(node, "bad") == "4:9-12"


def test_a_literal_block() -> None:
    node = scalar("expr: |\n  sum(up)\n    / sum(bad)\n\n  > 1\n")
    assert found(node, "bad") == "3:11-14"
    assert found(node, "> 1") == "5:3-6"


def test_a_literal_block_with_an_indicator_and_a_comment() -> None:
    assert found(scalar("expr: |2- # why\n    bad\n"), "bad") == "2:5-8"


def test_a_folded_block() -> None:
    node = scalar("expr: >-\n  sum(up)\n  / bad\n\n  > worse\n")
    assert node.text == "sum(up) / bad\n> worse"
    assert found(node, "bad") == "3:5-8"
    assert found(node, "worse") == "5:5-10"


def test_a_value_from_windows() -> None:
    assert found(scalar("expr: |\r\n  sum(up)\r\n  > bad\r\n"), "bad") == "3:5-8"


def test_past_the_end_is_the_last_character() -> None:
    span = inside(scalar("expr: up > 5\n"), 99)
    assert (span.line, span.column) == (1, 12)


def test_an_empty_value_and_a_map_are_their_own_place() -> None:
    assert str(inside(scalar("expr: ''\n"), 0)) == "spec.yaml:1:7"
    assert str(inside(scalar("expr: {a: b}\n"), 3)) == "spec.yaml:1:7"


def test_a_word_over_two_lines_is_marked_to_the_end_of_the_first() -> None:
    span = inside(scalar("expr: |\n  sum(\n  up)\n"), 0, 7)
    assert (span.line, span.column, span.end_line) == (2, 3, 2)


def test_an_offset_from_a_line_and_column() -> None:
    assert offset_of("ab\ncd\nef", 1, 1) == 0
    assert offset_of("ab\ncd\nef", 3, 2) == 7


_WORD = st.text("abc'\"\\:#{}[]()é🔥\t=~,|>-", min_size=1, max_size=8)
_TEXT = st.lists(_WORD, min_size=1, max_size=8).flatmap(
    lambda words: st.sampled_from([" ", "\n", "\n\n", " \n  "]).map(lambda gap: gap.join(words))
)


@given(_TEXT, st.sampled_from([None, "'", '"', "|", ">"]), st.integers(20, 60), st.booleans())
@settings(max_examples=200, deadline=None)
def test_every_letter_is_found_however_the_value_is_written(
    text: str, style: Any, width: int, unicode: bool
) -> None:
    written = yaml.safe_dump({"a": {"expr": text}}, default_style=style, width=width, allow_unicode=unicode)
    assume("!!" not in written and "? " not in written)
    sink = Sink()
    root = compose_text(Source("spec.yaml", written), sink)
    assume(root is not None)
    assert root is not None
    node = root.at("a", "expr")
    assert node.text == text
    for offset, char in enumerate(text):
        if char in " \n\t":
            continue
        span = inside(node, offset)
        there = node.source.line(span.line)[span.column - 1 :]
        assert _stands_for(there, char, node.style), (offset, char, there, written)


def _stands_for(there: str, char: str, style: str | None) -> bool:
    if there.startswith(char) and not (style == '"' and char == "\\"):
        return True
    escape = re.match(r"\\(?:x..|u....|U........|.)", there)
    return style == '"' and escape is not None and yaml.safe_load(f'"{escape[0]}"') == char
