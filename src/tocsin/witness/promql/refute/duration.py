"""How long an expression can hold without a break; a `for` that is longer never passes."""

import math
from dataclasses import replace
from itertools import combinations

from tocsin.query.durations import show_duration
from tocsin.query.promql.ast import Binary, Call, Expr, Number, Range, Selector, Subquery, Timed
from tocsin.query.promql.walk import rewrite, walk
from tocsin.witness.outcome import Reason
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.rule import Rule

MAX_FACTS = 40
_UNITS = {"minute": (60, 60), "hour": (3600, 24), "day_of_week": (86400, 7)}
"""Seconds that a value lasts, and how many values there are in turn."""


def too_long(rule: Rule, view: Analysis) -> Reason | None:
    """Why the rule's `for` can never pass."""
    if rule.hold <= 0:
        return None
    return _time_of_day(rule, view) or _came_or_went(rule, view) or _then_and_now(rule, view)


def _time_of_day(rule: Rule, view: Analysis) -> Reason | None:
    """`hour() == 3` holds for an hour; then there is an evaluation at which it does not."""
    for node in _needed(view.tree):
        for key, values in view[node].facts.items():
            if not isinstance(key, Call) or key.name not in _UNITS or key.args:
                continue
            unit, turn = _UNITS[key.name]
            low, high = max(0, math.ceil(values.low)), min(turn - 1, math.floor(values.high))
            longest, rest = (high - low + 1) * unit, (turn - (high - low + 1)) * unit
            if low <= high and rest > 0 and rule.every <= rest and rule.hold >= longest:
                words = f"{view.words(node)} holds for {show_duration(longest)} at most"
                return _reason(node, words, rule)
    return None


def _reason(node: Expr, words: str, rule: Rule) -> Reason:
    words = f"{words}, and `for` wants {show_duration(rule.hold)}"
    return Reason(kind="for-too-long", start=node.start, end=node.end, words=words)


def _needed(node: Expr) -> list[Expr]:
    """The nodes without which there is no element, as far as operators say so."""
    found, stack = [], [node]
    while stack:
        node = stack.pop()
        found.append(node)
        if isinstance(node, Binary) and node.op != "or":
            stack.append(node.left)
            if node.op != "unless":
                stack.append(node.right)
    return found


def _came_or_went(rule: Rule, view: Analysis) -> Reason | None:
    """`x unless x offset 5m` and `x offset 5m unless x`: after five minutes the one has become the other.

    Only where the elements are those of the alert: behind `and on ()` it may be another one each time.
    """
    node = view.tree
    while isinstance(node, Binary) and node.op in ("and", "unless"):
        shift = _shift(node.left, node.right) if node.op == "unless" and node.matching is None else 0.0
        if _passes(shift, rule):
            words = f"after {show_duration(shift)} the one side has become the other"
            return _reason(node, words, rule)
        node = node.left
    return None


def _passes(shift: float, rule: Rule) -> bool:
    """Whether there are two evaluations, so far apart, in every `for`."""
    return 0 < shift <= rule.hold and shift % rule.every == 0


def _then_and_now(rule: Rule, view: Analysis) -> Reason | None:
    """`x == 0 and x offset 1h > 0`: an hour later the x of now is the x of then."""
    if not any(isinstance(node, Timed) and node.offset is not None for node in walk(view.tree)):
        return None
    timed = [(key, values) for key, values in view.root.facts.items() if len(_offsets(key)) == 1]
    for (one, now), (other, then) in combinations(timed[:MAX_FACTS], 2):
        met = now.meet(then)
        if not met.empty or met.nan or not one.end or not other.end:
            continue
        shift = _shift(one, other)
        if _passes(shift, rule):
            words = f"after {show_duration(shift)} {view.words(one)} has become {view.words(other)}"
            return _reason(view.tree, words, rule)
    return None


def _shift(left: Expr, right: Expr) -> float:
    """By how many seconds the two sides look at the same at different times; 0 where they do not."""
    first, second = _offsets(left), _offsets(right)
    if len(first) != 1 or len(second) != 1 or _still(left) != _still(right):
        return 0.0
    return abs(first.pop() - second.pop())


def _offsets(node: Expr) -> set[float]:
    """The offsets of all selectors; NaN for what is not known."""
    found: set[float] = set()
    for each in walk(node):
        if isinstance(each, Subquery) or (isinstance(each, Timed) and (each.at or each.extension)):
            return {1.0, 2.0}
        if isinstance(each, Range | Selector):
            offset = each.offset
            if offset is not None and not isinstance(offset, Number):
                return {1.0, 2.0}
            found.add(0.0 if offset is None else offset.value)
    return found


def _still(node: Expr) -> Expr:
    def change(each: Expr) -> Expr:
        return replace(each, offset=None) if isinstance(each, Selector | Range) else each

    return rewrite(node, change)
