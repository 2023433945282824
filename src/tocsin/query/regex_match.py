"""Matching as RE2 does it, leftmost and with groups, in bounded time: all ways are followed at once.

Never hands a pattern to Python's `re`, which could look for a match for years.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from tocsin.query.regex_tree import (
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

MAX_PROGRAM = 20_000
MAX_WORK = 20_000_000
Span: TypeAlias = tuple[int, int] | None
_Slots: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """`chars` and on to the next; or `goes` to others, the preferred first; or a slot; or an assertion."""

    chars: Chars | None = None
    goes: tuple[int, ...] = ()
    slot: int = -1
    assertion: str = ""


_END = _Step()


class _Compiler:
    def __init__(self) -> None:
        self.steps: list[_Step] = []

    def emit(self, step: _Step) -> int:
        if len(self.steps) >= MAX_PROGRAM:
            raise TooHard("the regular expression is too large to be looked into")
        self.steps.append(step)
        return len(self.steps) - 1

    def add(self, node: Tree) -> None:
        match node:
            case Chars():
                self.emit(_Step(chars=node))
            case Assertion(kind=kind):
                self.emit(_Step(assertion=kind))
            case Sequence(items=items):
                for item in items:
                    self.add(item)
            case Capture(item=item, index=index):
                self.emit(_Step(slot=2 * index))
                self.add(item)
                self.emit(_Step(slot=2 * index + 1))
            case Branches(items=items):
                self._branches(items)
            case Repeat():
                self._repeat(node)

    def _branches(self, items: tuple[Tree, ...]) -> None:
        split = self.emit(_END)
        starts, ends = [], []
        for item in items:
            starts.append(len(self.steps))
            self.add(item)
            ends.append(self.emit(_END))
        self.steps[split] = _Step(goes=tuple(starts))
        for end in ends:
            self.steps[end] = _Step(goes=(len(self.steps),))

    def _repeat(self, node: Repeat) -> None:
        for _ in range(node.least):
            self.add(node.item)
        if node.most is None:
            split = self.emit(_END)
            self.add(node.item)
            self.emit(_Step(goes=(split,)))
            self.steps[split] = self._split(node.greedy, split + 1, len(self.steps))
            return
        splits = []
        for _ in range(node.most - node.least):
            splits.append(self.emit(_END))
            self.add(node.item)
        for split in splits:
            self.steps[split] = self._split(node.greedy, split + 1, len(self.steps))

    @staticmethod
    def _split(greedy: bool, into: int, past: int) -> _Step:
        return _Step(goes=(into, past) if greedy else (past, into))


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled pattern."""

    steps: tuple[_Step, ...]
    groups: int

    def search(self, text: str, start: int = 0, whole: bool = False) -> tuple[Span, ...] | None:
        """The leftmost match from `start` on: its place and those of the groups. `whole`: all of the text."""
        if len(self.steps) * (len(text) + 1) > MAX_WORK:
            raise TooHard("the text is too long for this regular expression")
        found: _Slots | None = None
        threads: dict[int, _Slots] = {}
        for at in range(start, len(text) + 1):
            if found is None and (at == start or not whole):
                self._follow(threads, 0, (at,) + (-1,) * (2 * self.groups + 1), text, at)
            if not threads and (whole or found):
                break
            threads, ended = self._step(threads, text, at, whole)
            found = ended or found
        return None if found is None else _spans(found)

    def _step(
        self, threads: dict[int, _Slots], text: str, at: int, whole: bool
    ) -> tuple[dict[int, _Slots], _Slots | None]:
        """All ways one character on; and the match that ends here, which ends the less preferred ways."""
        following: dict[int, _Slots] = {}
        for step, slots in threads.items():
            chars = self.steps[step].chars
            if chars is not None:
                if at < len(text) and chars.has(text[at]):
                    self._follow(following, step + 1, slots, text, at + 1)
            elif not whole or at == len(text):
                return following, (slots[0], at, *slots[2:])
        return following, None

    def _follow(self, threads: dict[int, _Slots], step: int, slots: _Slots, text: str, at: int) -> None:
        """Add all steps that are reached from `step` without a character, the preferred ones first."""
        seen: set[int] = set()
        stack = [(step, slots)]
        while stack:
            step, slots = stack.pop()
            if step in threads or step in seen:
                continue
            now = self.steps[step] if step < len(self.steps) else _END
            if now.chars is not None or now == _END:
                threads[step] = slots
                continue
            seen.add(step)
            if now.goes:
                stack.extend((to, slots) for to in reversed(now.goes))
            elif now.slot >= 0:
                stack.append((step + 1, (*slots[: now.slot], at, *slots[now.slot + 1 :])))
            elif _holds(now.assertion, text, at):
                stack.append((step + 1, slots))


def _spans(slots: _Slots) -> tuple[Span, ...]:
    pairs = zip(slots[::2], slots[1::2], strict=True)
    return tuple((low, high) if low >= 0 and high >= 0 else None for low, high in pairs)


def _holds(kind: str, text: str, at: int) -> bool:
    match kind:
        case "begin":
            return at == 0
        case "end":
            return at == len(text)
        case "line-begin":
            return at == 0 or text[at - 1] == "\n"
        case "line-end":
            return at == len(text) or text[at] == "\n"
        case _:
            return (_word(text, at - 1) != _word(text, at)) == (kind == "word")


def _word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isascii() and (text[at].isalnum() or text[at] == "_")


def _groups(node: Tree) -> int:
    most, stack = 0, [node]
    while stack:
        match stack.pop():
            case Capture(item=item, index=index):
                most = max(most, index)
                stack.append(item)
            case Sequence(items=items) | Branches(items=items):
                stack.extend(items)
            case Repeat(item=item):
                stack.append(item)
    return most


@lru_cache(maxsize=512)
def program(pattern: str, flags: str = "") -> Program:
    """`pattern` compiled; raises RegexError for what RE2 refuses, TooHard for what is too big."""
    root = tree(pattern, flags)
    compiler = _Compiler()
    compiler.add(root)
    compiler.emit(_END)
    return Program(tuple(compiler.steps), _groups(root))


@lru_cache(maxsize=8192)
def fits(pattern: str, text: str) -> bool:
    """Whether a label's matcher `=~ pattern` holds for `text`: anchored, the dot is any character."""
    return program(pattern, "s").search(text, whole=True) is not None


@lru_cache(maxsize=8192)
def contains(pattern: str, text: str) -> bool:
    """Whether `pattern` matches somewhere in `text`."""
    return program(pattern).search(text) is not None
