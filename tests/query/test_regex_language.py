"""Whether any text satisfies several matchers: tables, and random patterns against trying all short texts."""

import itertools
import random
import re

import pytest

from tocsin.query.regex_language import admits, implied, satisfiable

SOME = [
    [("=", "a")],
    [("!=", "a")],
    [("=~", "5.."), ("=", "500")],
    [("=~", "a.*"), ("=~", ".*b")],
    [("=~", "(?i)error"), ("=", "ERRor")],
    [("=~", "^a$"), ("=", "a")],
    [("=~", "a|b"), ("!=", "a")],
    [("=~", ".*"), ("!=", "")],
    [("=~", "[a-c]x"), ("!~", "[ab]x")],
    [("!~", "a+"), ("=~", "a*")],
    [("=~", "x{2,3}"), ("!=", "xx")],
    [("=~", r"\d+"), ("!~", r"\w{1,5}")],
    [("=~", "a\nb"), ("=~", "a.b")],
]
NONE = [
    [("=", "a"), ("=", "b")],
    [("=", ""), ("=~", ".+")],
    [("!~", ".*")],
    [("=~", "a.*"), ("=~", "b.*")],
    [("=~", ".+"), ("!~", ".+")],
    [("=~", "5.."), ("=", "404")],
    [("=~", "a|b"), ("!=", "a"), ("!=", "b")],
    [("=~", "a|b"), ("!~", "[ab]")],
    [("=~", "x{500}"), ("=~", "x{501}")],
    [("=~", "(a|b)*c"), ("!~", ".*c")],
    [("=~", "a{2,3}"), ("!=", "aa"), ("!=", "aaa")],
    [("=~", "(?i)a"), ("!=", "a"), ("!=", "A")],
    [("=~", r"\d"), ("=~", "[a-z]")],
]
UNKNOWN = [
    [("=~", r"a\bb"), ("!=", "x")],
    [("=~", r"\pL+"), ("!~", "a+")],
    [("=~", "(?i)é"), ("!=", "x")],
    [("=~", "x" * 3000), ("!~", "y")],
    [("=~", "(a"), ("!=", "x")],
]


@pytest.mark.parametrize("conditions", SOME)
def test_some_text_does(conditions: list[tuple[str, str]]) -> None:
    assert satisfiable(conditions) is True


@pytest.mark.parametrize("conditions", NONE)
def test_no_text_does(conditions: list[tuple[str, str]]) -> None:
    assert satisfiable(conditions) is False


@pytest.mark.parametrize("conditions", UNKNOWN)
def test_not_known(conditions: list[tuple[str, str]]) -> None:
    assert satisfiable(conditions) is None


def test_one_text_and_implication() -> None:
    assert admits("=~", "5..", "503") is True
    assert admits("!~", "5..", "503") is False
    assert implied([("=", "500")], ("=~", "5.."))
    assert implied([("=~", "50.")], ("!=", ""))
    assert not implied([("=~", "5..")], ("=", "500"))
    assert not implied([], ("=~", "5.."))


class Patterns:
    """Patterns over `a` and `b`."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, depth: int = 3) -> str:
        kind = self.random.randrange(7) if depth else 0
        inner = self.one(depth - 1) if depth else ""
        if kind < 2:
            return self.random.choice(["a", "b", ".", "[ab]", "[^a]", ""])
        if kind < 4:
            return inner + self.one(depth - 1)
        if kind == 4:
            return f"({inner}|{self.one(depth - 1)})"
        return f"({inner}){self.random.choice(['*', '+', '?', '{2}', '{1,2}'])}"


def test_as_trying_all_short_texts() -> None:
    texts = ["".join(t) for n in range(6) for t in itertools.product("abc", repeat=n)]
    source, found = Patterns(1), 0
    for _ in range(400):
        ops = [source.random.choice(["=~", "!~", "=~"]) for _ in range(source.random.randrange(1, 4))]
        conditions = [(op, source.one()) for op in ops]
        tried = any(all(_passes(op, value, text) for op, value in conditions) for text in texts)
        answer = satisfiable(conditions)
        assert answer is not None
        assert answer or not tried, conditions
        found += answer and tried
        if answer and not tried:
            assert any(op == "=~" for op, _ in conditions), "then a short text would do"
    assert found > 200


def _passes(op: str, value: str, text: str) -> bool:
    return bool(re.fullmatch(value, text, re.DOTALL)) == (op == "=~")


@pytest.mark.parametrize(
    "pattern",
    ["(a|aa)+" * 40, "((a{30}){30}){1}", "(.*a){20}", ".*" + "a" * 1500, "(" * 90 + "a" + ")*" * 90],
)
def test_in_bounded_time(pattern: str) -> None:
    """Some ten thousand steps, or the suite's own limit of time ends it."""
    satisfiable([("=~", pattern), ("!~", "(a|b)*c" + pattern)])
