"""What operators make of what stands left and right of them, and when that is nothing.

Loki 3.7.8: dividing by zero, and the remainder of it, gives NaN.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.query.label_flow import clashes
from tocsin.query.logql.ast import COMPARISONS, Binary, Expr, Number, RangeAggregate
from tocsin.query.logql.labels import labels_of
from tocsin.query.logql.parse import is_literal
from tocsin.witness.interval import (
    BIT,
    NUMBERS,
    SWAPPED,
    Interval,
    arithmetic,
    certain,
    passing,
    possible,
    span,
)
from tocsin.witness.logql.refute.in_words import bounds, of_labels, sources
from tocsin.witness.logql.refute.parts import at_most
from tocsin.witness.logql.refute.result import NO_FACTS, Facts, Result
from tocsin.witness.outcome import Reason
from tocsin.witness.presence import Presence

if TYPE_CHECKING:
    from tocsin.witness.logql.refute.analysis import Analysis


class Operator:
    """One operator, with what is known of both sides."""

    def __init__(self, node: Binary, view: "Analysis") -> None:
        self.node, self.view = node, view
        self.left, self.right = view[node.left], view[node.right]
        self.literal = is_literal(node.left) or is_literal(node.right)
        self.same = node.matching is None or (not node.matching.on and not node.matching.names)

    def result(self) -> Result:
        node = self.node
        if node.op == "or":
            return self._or()
        if node.op == "unless":
            return self._unless()
        empty = next((one for one in (self.left, self.right) if one.presence is Presence.NEVER), None)
        if empty is not None:
            return replace(empty, facts=NO_FACTS)
        reason = self._clash()
        if reason is not None:
            return Result(presence=Presence.NEVER, reason=reason)
        found = self._and() if node.op == "and" else self._calculated()
        reason = found.reason or self._contradiction(found)
        return found if reason is None else replace(found, presence=Presence.NEVER, reason=reason)

    # -- sets ------------------------------------------------------------------------------------------------
    def _or(self) -> Result:
        left, right = self.left, self.right
        if Presence.NEVER in (left.presence, right.presence) and left.presence != right.presence:
            return right if left.presence is Presence.NEVER else left
        values = left.values.join(right.values)
        if left.reason is not None and right.reason is not None:
            words = f"{left.reason.words}; nor right of `or`: {right.reason.words}"
            return Result(values=values, presence=Presence.NEVER, reason=replace(left.reason, words=words))
        presence = max(left.presence, right.presence)
        vacuous = (left if left.presence == presence else right).vacuous
        return Result(values=values, presence=presence, vacuous=vacuous)

    def _unless(self) -> Result:
        left, right = self.left, self.right
        if Presence.NEVER in (left.presence, right.presence):
            return left
        if self.same and self.node.right in left.facts:
            words = "whatever is on the left is on the right as well, so `unless` takes everything away"
            reason = Reason(kind="unless-takes-all", start=self.node.op_start, end=self.node.end, words=words)
            return Result(presence=Presence.NEVER, reason=reason)
        return replace(left, presence=Presence.SOMETIMES)

    def _and(self) -> Result:
        facts = _merged(self.left.facts, self.right.facts) if self.same else self.left.facts
        return replace(self.left, facts=facts, presence=Presence.SOMETIMES, vacuous=None)

    def _clash(self) -> Reason | None:
        node = self.node
        if self.literal:
            return None
        sides = labels_of(node.left), labels_of(node.right)
        found = clashes(*sides, node.matching)
        if not found:
            return None
        end = node.op_end if node.matching is None else max(node.op_end, node.matching.end)
        words = of_labels(found[0], *sides, node)
        return Reason(kind="labels-never-match", start=node.op_start, end=end, words=words)

    def _contradiction(self, found: Result) -> Reason | None:
        if self.literal:
            return None
        key = next((k for k, values in found.facts.items() if values.empty and not values.nan), None)
        if key is None:
            return None
        left, right = self.left.facts.get(key), self.right.facts.get(key)
        words = f"{self.view.words(key)} would have to be two things at once"
        if left is not None and right is not None:
            words = (
                f"of the same series, {self.view.words(key)} is "
                f"{span(left)} on the left and {span(right)} on the right"
            )
        return Reason(kind="contradiction", start=self.node.start, end=self.node.end, words=words)

    # -- numbers ---------------------------------------------------------------------------------------------
    def _calculated(self) -> Result:
        node, left, right = self.node, self.left, self.right
        facts = _merged(left.facts, right.facts) if self.same else NO_FACTS
        together = self.literal or (_label_less(node.left) and _label_less(node.right))
        presence = min(left.presence, right.presence) if together else Presence.SOMETIMES
        vacuous = left.vacuous or right.vacuous
        found = Result(values=self._values(), presence=presence, vacuous=vacuous, facts=facts)
        return self._compared(found) if node.op in COMPARISONS else found

    def _values(self) -> Interval:
        node, left, right = self.node, self.left.values, self.right.values
        values = arithmetic(node.op, left, right)
        if node.op in "/%" and right.has(0):
            values = replace(values, nan=True)
        if self.literal:
            return values
        part, factor = _without_factor(node.left)
        if node.op == "/" and left.low >= 0 and right.low >= 0 and at_most(part, node.right, node):
            return values.meet(Interval(0, factor, nan=True))
        if node.op == "-" and at_most(node.left, node.right, node):
            return values.meet(Interval(high=0, nan=True))
        return values

    def _compared(self, found: Result) -> Result:
        node = self.node
        if node.returns_bool:
            words = f"`{node.op} bool` gives 0 where it does not hold, and an alert fires for every element"
            end = self.view.text.find("bool", node.op_end) + 4
            help = f"write `{node.op}` without `bool`"
            why = Reason(kind="bool", start=node.op_start, end=end, words=words, help=help)
            return replace(found, values=BIT, vacuous=found.vacuous or why)
        flip = is_literal(node.left) and not is_literal(node.right)
        side, other = (node.right, node.left) if flip else (node.left, node.right)
        op = SWAPPED[node.op] if flip else node.op
        values, limit = self.view[side].values, self.view[other].values
        if not possible(op, values, limit):
            return replace(found, reason=self._never_holds(side, other, op))
        if (
            not self.literal
            and op in "<>"
            and at_most(*((side, other) if op == ">" else (other, side)), node)
        ):
            words = (
                f"{self.view.words(side)} and {self.view.words(other)} count the same lines, or some of them"
            )
            return replace(found, reason=_reason("never-holds", node, words))
        facts = found.facts
        if op != "!=" and (self.literal or self.same):
            facts = _merged(facts, {side: passing(op, NUMBERS, limit)})
        always = certain(op, values, limit)
        if not always:
            found = replace(found, presence=min(found.presence, Presence.SOMETIMES))
        elif not self._asks_whether_there_is(op, limit.constant):
            words = f"this always holds: {bounds(side, self.view)}"
            found = replace(found, vacuous=found.vacuous or _reason("always-true", node, words))
        return replace(found, values=passing(op, values, limit), facts=facts)

    def _asks_whether_there_is(self, op: str, number: float | None) -> bool:
        """`count_over_time(...) > 0`, the usual way to ask whether there are lines."""
        return (op, number) in ((">", 0), (">=", 1), ("!=", 0))

    def _never_holds(self, side: Expr, other: Expr, op: str) -> Reason:
        words = bounds(side, self.view)
        if self.view[other].values.empty:
            words = "NaN is equal to nothing, and neither above nor below a number"
        counted = [n for n in sources(side) if isinstance(n, RangeAggregate)]
        number = self.view[other].values.constant
        help = ""
        if counted and number in (0, 1) and op in ("==", "<", "<="):
            span_text = self.view.text[counted[0].range.start : counted[0].range.end]
            help = f"absent_over_time({span_text})"
        return Reason(kind="never-holds", start=self.node.start, end=self.node.end, words=words, help=help)


def _reason(kind: str, node: Binary, words: str) -> Reason:
    return Reason(kind=kind, start=node.start, end=node.end, words=words)


def _without_factor(node: Expr) -> tuple[Expr, float]:
    """`100 * x` as x and 100."""
    if isinstance(node, Binary) and node.op == "*":
        for number, rest in ((node.left, node.right), (node.right, node.left)):
            if isinstance(number, Number) and number.value > 0:
                return rest, number.value
    return node, 1.0


def _merged(left: Facts, right: Facts) -> Facts:
    found = dict(left)
    for key, values in right.items():
        found[key] = values.meet(found[key]) if key in found else values
    return found


def _label_less(node: Expr) -> bool:
    labels = labels_of(node)
    return labels.closed and not any(labels.has(name) is not False for name in labels.possible)
