"""Whether any text satisfies several matchers of one label at once. Bounded; where it is too hard: not known.

Texts are looked for by following all regular expressions side by side, one character at a time (partial
derivatives, after Antimirov): what is left to match is a set of tails for each of them. Only one character of
each class that the patterns tell apart is tried.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from tocsin.query.quoting import is_utf8
from tocsin.query.regex import RegexError
from tocsin.query.regex_tree import (
    LAST,
    Assertion,
    Branches,
    Capture,
    Chars,
    Repeat,
    Sequence,
    TooHard,
    Tree,
    tree,
)

MAX_LENGTH = 2000
"""Characters of all patterns together; longer ones are not looked into."""
MAX_STEPS = 20_000
Condition: TypeAlias = tuple[str, str]
"""Operator and value of a matcher."""
_Tail: TypeAlias = tuple[Tree, ...]
_State: TypeAlias = frozenset[_Tail]
_SPECIAL = frozenset("\\[](){}^$.*+?")


def satisfiable(conditions: Iterable[Condition]) -> bool | None:
    """Whether some text, the empty one included, satisfies all; None: not known."""
    return _satisfiable(tuple(sorted(set(conditions))))


def admits(op: str, value: str, text: str) -> bool | None:
    """Whether a matcher lets this text pass; None: not known."""
    return satisfiable((("=", text), (op, value)))


def implied(by: Iterable[Condition], condition: Condition) -> bool:
    """Whether what satisfies `by` surely satisfies `condition` as well."""
    op, value = condition
    opposite = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}[op]
    return satisfiable((*by, (opposite, value))) is False


@lru_cache(maxsize=4096)
def _satisfiable(conditions: tuple[Condition, ...]) -> bool | None:
    fixed = {value for op, value in conditions if op == "="}
    if len(fixed) > 1:
        return False
    try:
        plain = [one for one in conditions if one[0] in ("=~", "!~")]
        if not plain:
            return not any(("!=", value) in conditions for value in fixed)
        if sum(len(value) for _, value in conditions) > MAX_LENGTH:
            return None
        return _Search(conditions).found(next(iter(fixed), None))
    except (TooHard, RegexError):
        return None


class _Search:
    """The patterns, and the texts that were reached with their characters."""

    __slots__ = ("alphabet", "patterns", "steps")

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self.steps = 0
        trees = [(op in ("=", "=~"), _tree(op, value)) for op, value in conditions]
        self.patterns: list[tuple[bool, _State]] = [
            (wanted, frozenset({(_anchored(one),)})) for wanted, one in trees
        ]
        self.alphabet = tuple(_representatives(one for _, one in trees))

    def found(self, text: str | None) -> bool:
        """Whether all that are wanted and none of the others accept some text; or `text`, if given."""
        start = tuple(state for _, state in self.patterns)
        if text is not None:
            for char in text:
                start = self._next(start, char)
            return self._accepted(start)
        seen, left = {start}, [start]
        while left:
            states = left.pop()
            if self._accepted(states):
                return True
            for char in self.alphabet:
                following = self._next(states, char)
                if following not in seen and self._alive(following):
                    seen.add(following)
                    left.append(following)
        return False

    def _alive(self, states: tuple[_State, ...]) -> bool:
        return all(state or not wanted for (wanted, _), state in zip(self.patterns, states, strict=True))

    def _accepted(self, states: tuple[_State, ...]) -> bool:
        pairs = zip(self.patterns, states, strict=True)
        return all(wanted == any(map(_ends, state)) for (wanted, _), state in pairs)

    def _next(self, states: tuple[_State, ...], char: str) -> tuple[_State, ...]:
        return tuple(frozenset(t for tail in state for t in self._derived(tail, char)) for state in states)

    def _derived(self, tail: _Tail, char: str) -> Iterator[_Tail]:
        """What may be left of `tail` behind this character."""
        self.steps += 1 + len(tail)
        if self.steps > MAX_STEPS:
            raise TooHard("the regular expressions are too big to be compared")
        if not tail:
            return
        first, rest = tail[0], tail[1:]
        match first:
            case Chars():
                if first.has(char):
                    yield rest
            case Repeat():
                yield from self._repeated(first, rest, char)
            case _:
                for inside in _parts(first):
                    yield from self._derived((*inside, *rest), char)

    def _repeated(self, node: Repeat, rest: _Tail, char: str) -> Iterator[_Tail]:
        if node.most is None or node.most > 0:
            most = None if node.most is None else node.most - 1
            again = Repeat(node.item, max(0, node.least - 1), most)
            for inside in self._derived((node.item,), char):
                yield (*inside, again, *rest)
        if node.least == 0 or _ends((node.item,)):
            yield from self._derived(rest, char)


def _parts(node: Tree) -> tuple[_Tail, ...]:
    """What it may be instead."""
    match node:
        case Sequence(items=items):
            return (items,)
        case Branches(items=items):
            return tuple((item,) for item in items)
        case Capture(item=item):
            return ((item,),)
        case _:
            raise TooHard("assertions within a pattern are not looked into")


def _ends(tail: _Tail) -> bool:
    """Whether nothing more is needed."""
    return all(map(_nullable, tail))


def _nullable(node: Tree) -> bool:
    match node:
        case Chars():
            return False
        case Sequence(items=items):
            return all(map(_nullable, items))
        case Branches(items=items):
            return any(map(_nullable, items))
        case Capture(item=item):
            return _nullable(item)
        case Repeat(item=item, least=least):
            return least == 0 or _nullable(item)
        case _:
            raise TooHard("assertions within a pattern are not looked into")


def _tree(op: str, value: str) -> Tree:
    """Matchers of labels: without special characters alternatives are texts (Prometheus 3.15.0)."""
    if op in ("=", "!="):
        return _text(value)
    if not set(value) & _SPECIAL:
        return Branches(tuple(map(_text, value.split("|"))))
    return tree(value, "s")


def _text(value: str) -> Tree:
    return Sequence(tuple(Chars(((ord(char), ord(char)),)) for char in value))


def _anchored(node: Tree) -> Tree:
    """Without `^` at the very beginning and `$` at the very end, which say nothing of a whole text."""
    match node:
        case Branches(items=items):
            return Branches(tuple(map(_anchored, items)))
        case Capture(item=item):
            return _anchored(item)
        case Sequence(items=items):
            first = 1 if items and items[0] == Assertion("begin") else 0
            last = -1 if len(items) > first and items[-1] == Assertion("end") else None
            return Sequence(items[first:last])
        case Assertion(kind="begin" | "end"):
            return Sequence(())
        case _:
            return node


def _representatives(trees: Iterable[Tree]) -> Iterator[str]:
    """One character of each class that no pattern tells apart."""
    edges, fold = {0}, False
    for chars in _classes(trees):
        if chars.categories:
            raise TooHard("categories of Unicode are not looked into")
        fold |= chars.fold
        edges |= {low for low, _ in chars.ranges} | {high + 1 for _, high in chars.ranges if high < LAST}
    if fold:
        if any(edge > 128 for edge in edges):
            raise TooHard("letters beyond ASCII in either case are not looked into")
        edges |= {*range(65, 92), *range(97, 124), 0x17F, 0x180, 0x212A, 0x212B}
    found = [chr(edge) for edge in sorted(edges)]
    if not all(map(is_utf8, found)):
        raise TooHard("surrogates are not looked into")
    yield from found


def _classes(trees: Iterable[Tree]) -> Iterator[Chars]:
    stack = list(trees)
    while stack:
        node = stack.pop()
        match node:
            case Chars():
                yield node
            case Sequence(items=items) | Branches(items=items):
                stack.extend(items)
            case Repeat(item=item) | Capture(item=item):
                stack.append(item)
            case _:
                pass
