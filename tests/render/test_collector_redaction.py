"""Whatever stands under a secret key is gone and JSON stays JSON, on whatever hypothesis thinks of."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from stack_model import model

from tocsin.render.redaction import MASK, key_passes, value_passes

PASSES = [
    (re.compile(one.pattern, re.ASCII), re.sub(r"\$\{(\w+)\}", r"\\g<\1>", one.replacement), one.shape)
    for one in (*key_passes(model()), *value_passes(model()))
]
HIDDEN = "Zq7Zq7"
"""A word that no other part of a line contains."""
KEYS = st.sampled_from(
    [
        "password",
        "user_password",
        "apiKey",
        "X-Auth-Token",
        "clientSecret",
        "Authorization",
        "db.passwd",
        "pwd",
        "email",
        "user.email",
        "card",
        "set-cookie",
        "aws_access_key",
    ]
)
PLAIN_KEYS = st.sampled_from(["message", "a", "level", "count", "request_id", "path", "0", ""])
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
SECRET = st.builds(lambda before, after: before + HIDDEN + after, TEXT, TEXT)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-9, 99_999), st.floats(-1e6, 1e6), TEXT)
SECRET_VALUES = st.recursive(
    SECRET,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(TEXT, inner, max_size=2)),
    max_leaves=3,
).filter(lambda v: _depth(v) <= 3)
TREES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEYS, SECRET_VALUES, max_size=2),
        st.dictionaries(PLAIN_KEYS, inner, max_size=3),
    ),
    max_leaves=8,
)
LINES = st.builds(
    lambda secret, more: {**more, **secret},
    st.dictionaries(KEYS, SECRET_VALUES, min_size=1, max_size=3),
    st.dictionaries(PLAIN_KEYS, TREES, max_size=3),
)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def redacted(line: str) -> str:
    for pattern, replacement, shape in PASSES:
        if shape == "any" or (shape == "json") == line.lstrip().startswith("{"):
            line = pattern.sub(replacement, line)
    return line


@settings(max_examples=300, deadline=None)
@given(LINES, st.booleans(), st.booleans())
def test_json(line: dict[str, Any], tight: bool, ascii_only: bool) -> None:
    separators = (",", ":") if tight else (", ", ": ")
    left = redacted(json.dumps(line, separators=separators, ensure_ascii=ascii_only))
    assert HIDDEN not in left
    json.loads(left)


@settings(max_examples=200, deadline=None)
@given(LINES, st.booleans())
def test_json_inside_json(line: dict[str, Any], tight: bool) -> None:
    scalars = {k: v for k, v in line.items() if isinstance(v, str)}
    separators = (",", ":") if tight else (", ", ": ")
    left = redacted(json.dumps({"message": json.dumps(scalars, separators=separators), "level": "info"}))
    assert HIDDEN not in left
    assert json.loads(left)["level"] == "info"


@settings(max_examples=200, deadline=None)
@given(
    KEYS.filter(lambda key: "cookie" not in key),
    st.text("abcXYZ019.-_/+!#%*:;<>?@^|~", max_size=8),
    st.sampled_from(["=", ": ", " = ", ":", " => "]),
    st.sampled_from(["{}", '"{}"', "'{}'"]),
)
def test_text(key: str, around: str, sign: str, quotes: str) -> None:
    secret = quotes.format(around.lstrip(":=>'") + HIDDEN + around)
    left = redacted(f"user=bob {key}{sign}{secret} level=info")
    assert HIDDEN not in left
    assert left.startswith("user=bob ") and left.endswith(" level=info")


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(PLAIN_KEYS, st.one_of(st.none(), st.booleans(), st.integers(-9, 99_999)), max_size=4))
def test_what_is_no_secret_stays(line: dict[str, Any]) -> None:
    text = json.dumps(line)
    assert redacted(text) == text
    assert MASK not in redacted(text)
