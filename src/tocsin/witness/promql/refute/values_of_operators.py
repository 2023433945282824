"""What operators make of what stands left and right of them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.query.promql.ast import COMPARISONS, SET_OPERATORS, Binary, Expr, Unary
from tocsin.query.promql.types import type_of
from tocsin.witness.interval import (
    BIT,
    SWAPPED,
    Interval,
    arithmetic,
    certain,
    negative,
    passing,
)
from tocsin.witness.outcome import Reason
from tocsin.witness.presence import Presence
from tocsin.witness.promql.refute import existence
from tocsin.witness.promql.refute.cancelled import cancelled
from tocsin.witness.promql.refute.facts import compared, either, merged
from tocsin.witness.promql.refute.lag import lag
from tocsin.witness.promql.refute.matched import label_less, same_series
from tocsin.witness.promql.refute.parts import at_most
from tocsin.witness.promql.refute.result import NO_FACTS, Facts, Result

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis


def unary(node: Unary, view: "Analysis") -> Result:
    """A sign."""
    inner = view[node.expr]
    values = negative(inner.values)
    if node.op == "+":
        return inner
    return replace(inner, values=values, exact=None, lag=None)


def binary(node: Binary, view: "Analysis") -> Result:
    """An operator between numbers, between a vector and a number, or between vectors."""
    if node.fill is not None or node.op not in SET_OPERATORS | COMPARISONS | _ARITHMETIC:
        return Result(histograms=True)
    vectors = type_of(node.left) == type_of(node.right) == "vector"
    below = [view[side] for side in (node.left, node.right)]
    empty = next((one for one in below if one.presence is Presence.NEVER), None)
    if node.op in ("or", "unless"):
        return _or(node, view) if node.op == "or" else _unless(node, view)
    if empty is not None:
        return replace(empty, facts=NO_FACTS, exact=None)
    if node.op == "and":
        return _and(node, view)
    return _between_vectors(node, view) if vectors else _with_number(node, view)


_ARITHMETIC = frozenset(("+", "-", "*", "/", "%", "^", "atan2"))


# -- set operators -------------------------------------------------------------------------------------------
def _and(node: Binary, view: "Analysis") -> Result:
    left, right = view[node.left], view[node.right]
    same = same_series(node, view)
    facts = merged(left.facts, right.facts) if same else left.facts
    meets = label_less(node, view) or (
        node.matching is not None and node.matching.on and not node.matching.names
    )
    presence = min(left.presence, right.presence) if meets else Presence.SOMETIMES
    values = left.values.meet(facts[node.left]) if node.left in facts else left.values
    return replace(
        left, values=values, facts=facts, exact=None, presence=presence, vacuous=left.vacuous or right.vacuous
    )


def _or(node: Binary, view: "Analysis") -> Result:
    left, right = view[node.left], view[node.right]
    if Presence.NEVER in (left.presence, right.presence) and left.presence != right.presence:
        there = right if left.presence is Presence.NEVER else left
        return replace(there, exact=None)
    first, second = (left, right) if left.presence >= right.presence else (right, left)
    reason = left.reason
    if left.reason is not None and right.reason is not None:
        words = f"{left.reason.words}; nor right of `or`: {right.reason.words}"
        reason = replace(left.reason, words=words)
    return Result(
        values=left.values.join(right.values),
        histograms=left.histograms or right.histograms,
        presence=first.presence,
        reason=reason if first.presence is Presence.NEVER else None,
        vacuous=first.vacuous or (second.vacuous if second.presence == first.presence else None),
        unique=left.unique and right.unique,
        facts=either(left.facts, right.facts),
    )


def _unless(node: Binary, view: "Analysis") -> Result:
    left, right = view[node.left], view[node.right]
    if left.presence is Presence.NEVER or right.presence is Presence.NEVER:
        return replace(left, exact=None)
    return replace(left, presence=Presence.SOMETIMES, exact=None)


# -- with a number -------------------------------------------------------------------------------------------
def _with_number(node: Binary, view: "Analysis") -> Result:
    left, right = view[node.left], view[node.right]
    scalars = type_of(node) == "scalar"
    flip = type_of(node.left) == "scalar" and not scalars
    vector, number = (right, left) if flip else (left, right)
    if node.op not in COMPARISONS:
        values = cancelled(node, view) or arithmetic(node.op, left.values, right.values)
        return replace(vector, values=_by_time(node, values, view), exact=None, lag=lag(node, view))
    op = SWAPPED[node.op] if flip else node.op
    if node.returns_bool:
        return _bool(node, view, vector)
    side, other = (node.right, node.left) if flip else (node.left, node.right)
    always = certain(op, vector.values, number.values)
    return replace(
        vector,
        values=passing(op, vector.values, number.values),
        histograms=False,
        facts=compared(vector.facts, side, op, number.values, other, view),
        exact=_narrower(vector.exact, op, number.values),
        presence=vector.presence if always else min(vector.presence, Presence.SOMETIMES),
        vacuous=vector.vacuous
        or (existence.vacuous(node, side, op, number.values, view) if always else None),
    )


def _bool(node: Binary, view: "Analysis", found: Result) -> Result:
    words = f"`{node.op} bool` gives 0 where it does not hold, and an alert fires for every element"
    why = Reason(
        kind="bool",
        start=node.op_start,
        end=view.text.find("bool", node.op_end) + 4,
        words=words,
        help=f"write `{node.op}` without `bool`",
    )
    return replace(found, values=BIT, histograms=False, vacuous=found.vacuous or why, exact=None, lag=None)


def _narrower(exact: tuple[Expr, Interval] | None, op: str, number: Interval) -> tuple[Expr, Interval] | None:
    if exact is None or op == "!=" or number.constant is None:
        return None
    return exact[0], passing(op, exact[1], number)


# -- between vectors -----------------------------------------------------------------------------------------
def _between_vectors(node: Binary, view: "Analysis") -> Result:
    left, right = view[node.left], view[node.right]
    same = same_series(node, view)
    facts = merged(left.facts, right.facts) if same else _of_many_side(node, left, right)
    meets = label_less(node, view) or (same and node.left == node.right)
    presence = min(left.presence, right.presence) if meets else Presence.SOMETIMES
    found = Result(
        histograms=left.histograms or right.histograms,
        presence=presence,
        vacuous=left.vacuous or right.vacuous,
        facts=facts,
        lag=lag(node, view),
    )
    if node.op in COMPARISONS:
        return _compared_vectors(node, view, found, same)
    return replace(found, values=_calculated(node, view, found))


def _of_many_side(node: Binary, left: Result, right: Result) -> Facts:
    matching = node.matching
    if matching is None or not matching.group or matching.include:
        return NO_FACTS
    return left.facts if matching.group == "left" else right.facts


def _compared_vectors(node: Binary, view: "Analysis", found: Result, same: bool) -> Result:
    left, right = view[node.left], view[node.right]
    if node.returns_bool:
        return _bool(node, view, found)
    always = certain(node.op, left.values, right.values)
    facts = found.facts
    if same:
        facts = compared(facts, node.left, node.op, right.values, node.right, view)
        facts = merged(facts, compared(facts, node.right, SWAPPED[node.op], left.values, node.left, view))
    grouped_right = node.matching is not None and node.matching.group == "right"
    values = passing(node.op, left.values, right.values)
    return replace(
        found,
        values=values,
        facts=facts,
        unique=left.unique if not grouped_right else right.unique,
        presence=found.presence if always else Presence.SOMETIMES,
    )


def _calculated(node: Binary, view: "Analysis", found: Result) -> Interval:
    """By the bounds of both sides, as far as they are there together; and by what they have in common."""
    left, right = (_there(side, found.facts, view) for side in (node.left, node.right))
    same = same_series(node, view)
    if same and (known := cancelled(node, view)) is not None:
        return known
    values = _by_time(node, arithmetic(node.op, left, right), view)
    if node.op == "-":
        return _difference(node, view, values)
    if node.op == "/" and left.low >= 0 and right.low >= 0 and at_most(node.left, node.right, node, view):
        return values.meet(Interval(0, 1, nan=True))
    if node.op == "/" and left.low >= 0 and right.low >= 0 and (factor := _percent(node, view)):
        return values.meet(Interval(0, factor, nan=True))
    return values


def _there(side: Expr, facts: Facts, view: "Analysis") -> Interval:
    """The values of a side where the other one is there too."""
    values = view[side].values
    for key in (side, view[side].key or side):
        values = values.meet(facts[key]) if key in facts else values
    return values


def _by_time(node: Binary, values: Interval, view: "Analysis") -> Interval:
    """The difference of two that follow the time."""
    left, right = view[node.left].lag, view[node.right].lag
    if node.op != "-" or left is None or right is None:
        return values
    return values.meet(replace(arithmetic("-", left, right), nan=values.nan))


def _percent(node: Binary, view: "Analysis") -> float:
    """The factor of `100 * part / whole`; 0 when it is no such quotient."""
    left = node.left
    if not isinstance(left, Binary) or left.op != "*":
        return 0.0
    for number, part in ((left.left, left.right), (left.right, left.left)):
        factor = view[number].values.constant if type_of(number) == "scalar" else None
        if factor is not None and factor > 0 and at_most(part, node.right, node, view):
            return factor
    return 0.0


def _difference(node: Binary, view: "Analysis", values: Interval) -> Interval:
    if at_most(node.left, node.right, node, view):
        values = values.meet(Interval(high=0, nan=True))
    if at_most(node.right, node.left, node, view):
        values = values.meet(Interval(low=0, nan=True))
    return values
