"""Matching with RE2's syntax: as Python's `re` where both have the same meaning, and never for long."""

import random
import re

import pytest

from tocsin.query.regex_match import contains, fits, program
from tocsin.query.regex_members import captured, member, members, with_groups
from tocsin.query.regex_tree import TooHard

PARTS = ["a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\w", "x", "^", "$", r"\b", "(?i:A)"]


def pattern(source, depth):
    kind = source.random() if depth else 0.0
    if kind < 0.35:
        return source.choice(PARTS)
    if kind < 0.65:
        return pattern(source, depth - 1) + pattern(source, depth - 1)
    if kind < 0.85:
        return f"({pattern(source, depth - 1)}|{pattern(source, depth - 1)})"
    return source.choice(PARTS[:9]) + source.choice(["*", "+", "?", "{1,2}", "*?", "+?", "??"])


@pytest.mark.parametrize("seed", range(4))
def test_matches_what_python_matches(seed):
    source = random.Random(seed)
    for _ in range(1500):
        text, asked = "".join(source.choice("abcx1 ") for _ in range(source.randrange(8))), pattern(source, 4)
        theirs = re.search(asked.replace("$", "\\Z"), text)
        mine = program(asked).search(text)
        assert (mine and mine[0]) == (theirs and theirs.span()), (asked, text)
        whole = re.fullmatch(asked.replace("$", "\\Z"), text, re.DOTALL)
        assert fits(asked, text) == (whole is not None), (asked, text)


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("(a+)+b", "a" * 500, False),
        ("(?i)ERROR", "an error", True),
        (r"\Qa.b\E", "a.b", True),
        (r"\Qa.b\E", "axb", False),
        ("[[:upper:]]+", "ab", False),
        (r"\x41\x{42}\103", "ABC", True),
        ("(?m)^b$", "a\nb\nc", True),
        (r"\p{Lu}", "é", False),
        (r"\PL", "é", False),
        ("[^\\d\\n]", "7\n", False),
        ("a.b", "a\nb", False),
        ("(?s)a.b", "a\nb", True),
        ("x{2,3}y", "xxy", True),
    ],
)
def test_re2_s_own_signs(asked, text, expected):
    assert contains(asked, text) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("5..", ["500"]),
        ("prod|dev", ["prod", "dev"]),
        ("err.*", ["err", "errmain"]),
        ("(?i)(error|critical)", ["error", "critical"]),
        (r"\w+-\d{3}", ["main-500"]),
        ("", [""]),
        ("a^b", []),
    ],
)
def test_members_read_well(asked, expected):
    assert list(members(asked, limit=2)) == expected


def test_members_of_a_search_need_not_be_anchored():
    assert member("timeout$", whole=False) == "timeout"


def test_groups_hold_the_wanted_values():
    asked = r'^(?P<ip>\S+) "(?P<method>\w+) (?P<path>[^"]*)" (?P<status>\d{3})(?: (?P<size>\d+))?'
    text = with_groups(asked, {"status": "503", "size": "17"})
    assert text is not None and captured(asked, text).items() >= {"status": "503", "size": "17"}.items()
    assert with_groups(r"(?P<status>\d{3})", {"status": "many"}) is None


def test_what_is_too_big_is_said():
    with pytest.raises(TooHard):
        fits("(?:a{100}b{100}c{100}){10}" * 10, "a")
    with pytest.raises(TooHard):
        fits("(" * 200 + "a" + ")" * 200, "a")
