"""A mutant: a rule with one small mistake in it. Data, and what mutants of both languages have in common.

A good set of cases notices every mutant. Which mistakes there are is known by `promql.sharp.mutants` and
`logql.mutants`; whether a case notices one is the engines' verdict (`proof.sharp`).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar, get_args

from tocsin.query.durations import show_duration
from tocsin.query.errors import QueryError
from tocsin.query.numbers import show_number
from tocsin.witness.rule import Rule

E = TypeVar("E")
Kind = Literal[
    "threshold", "comparator", "boundary", "window", "matcher", "grouping", "branch", "stage", "hold"
]
KINDS: frozenset[Kind] = frozenset(get_args(Kind))
MOST = 200
"""Mutants of one rule; what an expression has beyond that is not looked at."""
FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "!=", "!=": "=="}
BOUNDARY = {"<": "<=", ">": ">=", "<=": "<", ">=": ">"}
COMPLEMENT = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "==", "=": "!="}
_WORDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One mistake, and the rule that has it."""

    name: str
    """Unique within the rule, and the same for the same text."""
    kind: Kind
    words: str
    """What was done, as the beginning of a sentence: "dropping `status=~"5.."`"."""
    rule_changed: Rule
    expression_only: bool
    """Whether all else (`for`, `keep_firing_for`) is as it was."""
    start: int = 0
    end: int = 0
    """The characters of the original's expression that were changed; both 0 where it was not changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[E]):
    """One changed expression, not yet known to be one that the engine accepts."""

    kind: Kind
    name: str
    words: str
    start: int
    end: int
    expr: E
    risky: bool = False
    """Whether the engine may refuse it, such as a selector that lost its last matcher."""


def of_expression(
    rule: Rule, changes: Iterable[Change[E]], show: Callable[[E], str], parse: Callable[[str], E]
) -> Iterator[tuple[Mutant, E]]:
    """The mutants that the engine would accept, each text once, with trees; an escalated form has none."""
    if rule.escalates:
        return
    seen = {show(parse(rule.expr))}
    names: Counter[str] = Counter()
    for change in changes:
        text = show(change.expr)
        if text in seen:
            continue
        seen.add(text)
        if change.risky and not _accepted(parse, text):
            continue
        name = f"{change.name} at {change.start}"
        names[name] += 1
        mutant = Mutant(
            name=name if names[name] == 1 else f"{name} ({names[name]})",
            kind=change.kind,
            words=change.words,
            rule_changed=replace(rule, expr=text),
            expression_only=True,
            start=change.start,
            end=change.end,
        )
        yield mutant, change.expr


def _accepted(parse: Callable[[str], E], text: str) -> bool:
    try:
        parse(text)
    except QueryError:
        return False
    return True


def of_times(rule: Rule) -> Iterator[Mutant]:
    """`for` and `keep_firing_for`, each one evaluation longer and shorter."""
    yield _timed(rule, "for", replace(rule, hold=rule.hold + rule.every), longer=True)
    if rule.hold > 0:
        yield _timed(rule, "for", replace(rule, hold=max(0.0, rule.hold - rule.every)), longer=False)
    if rule.keep > 0:
        key = "keep_firing_for"
        yield _timed(rule, key, replace(rule, keep=rule.keep + rule.every), longer=True)
        yield _timed(rule, key, replace(rule, keep=max(0.0, rule.keep - rule.every)), longer=False)


def _timed(rule: Rule, key: str, changed: Rule, *, longer: bool) -> Mutant:
    seconds = changed.hold if key == "for" else changed.keep
    return Mutant(
        name=f"{key}{'+' if longer else '-'}1",
        kind="hold",
        words=f"`{key}` one evaluation {'longer' if longer else 'shorter'} ({span(seconds)})",
        rule_changed=changed,
        expression_only=False,
    )


def moved(value: float, *, whole: bool) -> tuple[tuple[str, float], ...]:
    """The threshold 10 % up and down, with how the words call it; whole numbers move by at least one."""
    if not math.isfinite(value):
        return ()
    step = abs(value) * 0.1
    if whole:
        step = max(1.0, round(step))
    return (("raising", _tidy(value + step)), ("lowering", _tidy(value - step))) if step else ()


def _tidy(value: float) -> float:
    """Without the noise of binary fractions: 0.055, not 0.05500000000000001."""
    return float(f"{value:.12g}")


def span(seconds: float) -> str:
    """A duration as a person writes it."""
    return show_duration(seconds) or f"{show_number(seconds)}s"


def excerpt(text: str) -> str:
    """A piece of the expression on one line, not too long, to be quoted."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= _WORDS else line[: _WORDS - 3] + '...'}`"
