"""The values of a metric query, whether it has a result, and why not: from the leaves of its tree up.

Loki 3.7.8: no lines, no result: never a 0.
"""

from collections.abc import Iterator
from dataclasses import replace

from tocsin.query.logql.ast import Aggregate, Binary, Expr, LabelReplace, Logs, Number, RangeAggregate, Vector
from tocsin.query.logql.walk import bare, children, rewrite
from tocsin.witness.interval import ANYTHING, Interval, only, total
from tocsin.witness.logql.refute.lines import no_line
from tocsin.witness.logql.refute.operators import Operator
from tocsin.witness.logql.refute.result import NO_FACTS, Result
from tocsin.witness.presence import Presence

MAX_NODES = 1000
_KEEPING = frozenset(("topk", "bottomk", "approx_topk", "sort", "sort_desc"))


class TooBig(Exception):
    """The query has more nodes than are looked at."""


class Analysis:
    """What is known of all nodes of one metric query. `tree` has no parentheses."""

    def __init__(self, tree: Expr, text: str = "") -> None:
        self.tree = rewrite(tree, bare)
        self.text = text
        self._results: dict[int, Result] = {}
        for node in _from_the_leaves(self.tree):
            found = self._understood(node)
            own = found.facts.get(node, ANYTHING).meet(found.values)
            self._results[id(node)] = replace(found, facts={**found.facts, node: own})

    def __getitem__(self, node: Expr) -> Result:
        """What is known of a node of the tree."""
        return self._results[id(node)]

    @property
    def root(self) -> Result:
        """What is known of the whole."""
        return self[self.tree]

    def words(self, node: Expr, most: int = 60) -> str:
        """The node as it is written, in backquotes; in short where it is long."""
        said = " ".join(self.text[node.start : node.end].split())
        return f"`{said if len(said) <= most else said[: most - 3] + '...'}`"

    def _understood(self, node: Expr) -> Result:
        match node:
            case Number(value=value):
                return Result(values=only(value), presence=Presence.ALWAYS)
            case Vector(value=number):
                return Result(values=only(number.value), presence=Presence.ALWAYS)
            case Logs():
                reason = no_line(node)
                return Result(
                    presence=Presence.SOMETIMES if reason is None else Presence.NEVER, reason=reason
                )
            case RangeAggregate():
                return self._ranged(node)
            case Aggregate():
                return self._aggregated(node)
            case LabelReplace(expr=inner):
                return replace(self[inner], facts=NO_FACTS)
            case Binary():
                return Operator(node, self).result()
            case _:
                return Result()

    def _ranged(self, node: RangeAggregate) -> Result:
        inner = self[node.range.logs]
        if node.op == "absent_over_time":
            if inner.presence is Presence.NEVER:
                return Result(values=only(1), presence=Presence.ALWAYS, vacuous=inner.reason)
            return Result(values=only(1))
        if inner.presence is Presence.NEVER:
            return Result(presence=Presence.NEVER, reason=inner.reason)
        plain = not node.range.logs.stages and node.range.unwrap is None
        presence = Presence.WITH_DATA if plain else Presence.SOMETIMES
        return Result(values=_of_range(node), presence=presence)

    def _aggregated(self, node: Aggregate) -> Result:
        inner = self[node.expr]
        if node.op in _KEEPING:
            none = node.param is not None and node.param.value < 1
            presence = min(inner.presence, Presence.SOMETIMES) if none else inner.presence
            return replace(inner, presence=presence)
        return replace(inner, values=_of_aggregation(node.op, inner.values), facts=NO_FACTS)


def _from_the_leaves(tree: Expr) -> Iterator[Expr]:
    order, stack = [], [tree]
    while stack:
        node = stack.pop()
        order.append(node)
        if len(order) > MAX_NODES:
            raise TooBig
        stack.extend(children(node))
    return reversed(order)


# -- values --------------------------------------------------------------------------------------------------
def _of_range(node: RangeAggregate) -> Interval:
    """Without lines there is no result, so that a count is 1 at least."""
    unwrapped, seconds = node.range.unwrap is not None, node.range.range.value
    match node.op:
        case "count_over_time":
            return Interval(1, whole=True)
        case "rate" if not unwrapped and seconds > 0:
            return Interval(1 / seconds)
        case "bytes_over_time":
            return Interval(0, whole=True)
        case "bytes_rate":
            return Interval(0)
        case "stddev_over_time" | "stdvar_over_time":
            return Interval(0, nan=True)
        case _:
            return ANYTHING


def _of_aggregation(op: str, inner: Interval) -> Interval:
    match op:
        case "count":
            return Interval(1, whole=True)
        case "sum":
            return total(inner)
        case "min" | "max":
            return inner
        case "avg":
            return replace(inner.blurred, nan=inner.nan or not inner.finite)
        case "stddev" | "stdvar":
            return Interval(0, nan=True)
        case _:
            return ANYTHING
