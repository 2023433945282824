"""What is emitted reads back as the same data, by every YAML reader alike, and is always the same bytes."""

import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tocsin.artifacts.emit import emit, json_text, scalar, yaml_text
from tocsin.artifacts.tree import Artifact, at
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source

NASTY = (
    "", " ", "  ", "\n", "\n\n", "a\n", "a\n\n", "\na", " a", "a ", "a\n b", "a\n  \nb", "a\n\n\nb\n",
    "a \nb", "\ta", "a\tb", "a\n\tb", "\t\n", "a\r\nb", "a\rb", "\x00", "\x1b[0m", "\x7f", "\x85", "\xa0",
    "a\u2028b", "\ufeff", "\ufffe", "- ", "- a", "-", "--- a", "---", "...", "? a", ": a", "a: b", "a:",
    "a #b", "#a", "a#", "&a", "*a", "!a", "!!int 1", "|", "|-", ">", "%a", "@a", "`a", "'", '"', "''", "[",
    "]", "{", "}", "[a]", "{a: b}", ",", "a, b", "=", "<<", "~", "null", "Null", "NULL", "true", "True",
    "yes", "NO", "on", "Off", "y", "N", "1", "-1", "+1", "010", "0o10", "0x1f", "0b1", "1_000", "1.", ".5",
    "1.5", "1e3", "1.0e+3", ".inf", "-.Inf", ".NaN", "inf", "nan", "1:30", "190:20:30", "2001-01-01",
    "2001-12-14t21:59:43.10-05:00", "5m", "1h30m", "10MB", "5%", "0s", "1d", "12e03", "a" * 3000, "é", "🔥",
    "{{ $value }}", "$(x)", "a\\b", 'a"b', "sum by (a) (b) > 5", 'a{b="c"}', "a/b:c", "http://x:1/y?z#w",
    "x\n#y", "x\n- y",
)  # fmt: skip
TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=20),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=4).map("".join),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=4).map("\n".join),
).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))
LEAF = st.one_of(
    TEXT,
    st.booleans(),
    st.none(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
)
TREE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
READERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


@given(TREE)
@settings(max_examples=400, deadline=None)
@example({"a": [[], {}, [[]], [{}], {"b": {}}, [["x\ny\n"]], [{"a": "x\ny"}]]})
@example([["a"], [["b"]], {"c": [1]}])
def test_yaml_reads_back_as_the_same_data(tree: Any) -> None:
    text = yaml_text(tree)
    for reader in READERS:
        assert yaml.load(text, reader) == tree
    assert yaml_text(tree) == text


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize(
    "put", [lambda t: t, lambda t: [t], lambda t: {t: t}, lambda t: {"a": {"b": [t, {t: [t]}]}}]
)
def test_a_nasty_text_reads_back(text: str, put: Any) -> None:
    for reader in READERS:
        assert yaml.load(yaml_text(put(text)), reader) == put(text)


@given(st.dictionaries(TEXT, TREE, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_what_is_emitted_is_yaml_for_tocsin_too(tree: dict[str, Any]) -> None:
    """Origins are found by reading the artifact again."""
    sink = Sink()
    root = compose_text(Source("a.yaml", yaml_text(tree)), sink)
    assert not sink.found
    assert root is not None
    assert _plain(root) == _texts(tree)


def _plain(node: Node) -> Any:
    if node.kind == "map":
        return {key: _plain(value) for key, value in node.map.items()}
    return [_plain(item) for item in node.items] if node.kind == "seq" else node.text


def _texts(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _texts(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_texts(item) for item in tree]
    return tree if isinstance(tree, str) else yaml_text(tree).strip()


@given(st.dictionaries(TEXT, TREE, max_size=4))
@settings(max_examples=200, deadline=None)
def test_json_reads_back_as_the_same_data(tree: Any) -> None:
    tree = json.loads(json.dumps(tree))
    if _orjson_takes(tree):
        assert json.loads(json_text(tree)) == tree
        assert json_text(tree) == json_text(tree)


def _orjson_takes(tree: Any) -> bool:
    """Numbers of up to 64 bits."""
    if isinstance(tree, dict):
        return all(map(_orjson_takes, tree.values()))
    if isinstance(tree, list):
        return all(map(_orjson_takes, tree))
    return not isinstance(tree, int) or abs(tree) < 2**63


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1e-7)
@example(1e16)
@example(1e300)
@example(-0.0)
def test_a_number_stays_a_number(value: float) -> None:
    for reader in READERS:
        read = yaml.load(yaml_text([value]), reader)[0]
        assert isinstance(read, float)
        assert math.copysign(1, read) == math.copysign(1, value)
        assert read == value


WRITTEN = {
    "node": "node", "greenstack-api": "greenstack-api", "30s": "30s", "sum by (a) (b)": "sum by (a) (b)",
    "yes": '"yes"', "1h30m": "1h30m", "a: b": '"a: b"', "/metrics": "/metrics", "": '""', "é": '"é"',
    "up == 0": "up == 0", 'up{a="b"}': "'up{a=\"b\"}'", "$labels.x": "$labels.x", "it's": '"it\'s"',
    "5": '"5"', "a b": "a b",
}  # fmt: skip


@pytest.mark.parametrize(("text", "written"), WRITTEN.items())
def test_a_short_text_is_written_as_people_would(text: str, written: str) -> None:
    assert scalar(text) == written


def test_expressions_are_written_as_blocks() -> None:
    rule = {
        "alert": "Down",
        "expr": 'sum(up{job="a"})\n  == 0\n',
        "for": "5m",
        "labels": {"severity": "critical"},
    }
    rules = {
        "groups": [{"name": "a", "rules": [rule, {"record": "x", "expr": "a\n/\nb"}]}],
        "empty": {},
        "some": [],
    }
    assert (
        yaml_text(rules)
        == """\
groups:
  - name: a
    rules:
      - alert: Down
        expr: |
          sum(up{job="a"})
            == 0
        for: 5m
        labels:
          severity: critical
      - record: x
        expr: |-
          a
          /
          b
empty: {}
some: []
"""
    )


def test_marked_trees_are_the_data_that_they_are() -> None:
    node = compose_text(Source("spec.yaml", "a: 1"), Sink())
    assert node is not None
    tree = at(node, {"a": at(node, ["x", at(node, "y\nz")]), "b": at(node, "yes")}, "rule")
    assert yaml.safe_load(yaml_text(tree)) == {"a": ["x", "y\nz"], "b": "yes"}
    assert json.loads(json_text(tree)) == {"a": ["x", "y\nz"], "b": "yes"}


def test_text_is_joined_as_it_is() -> None:
    node = compose_text(Source("spec.yaml", "a: 1"), Sink())
    assert node is not None
    artifact = Artifact(
        path="x.tmpl", format="text", tree=["a\n", at(node, "b"), "\n"], origin=node, kind="templates"
    )
    assert emit(artifact) == "a\nb\n"
