"""Through a tree from the leaves up; what is known of each node. How a node is understood: `values_*`."""

from collections.abc import Iterator
from dataclasses import replace

from tocsin.query.label_flow import Labels
from tocsin.query.promql.ast import (
    Aggregate,
    Binary,
    Call,
    Expr,
    Number,
    Range,
    Selector,
    Subquery,
    Unary,
)
from tocsin.query.promql.labels import labels_above
from tocsin.query.promql.walk import bare, children, rewrite
from tocsin.witness.interval import only
from tocsin.witness.outcome import Reason
from tocsin.witness.presence import Presence
from tocsin.witness.promql.refute import values_of_aggregations, values_of_calls, values_of_operators
from tocsin.witness.promql.refute.reason import reasons
from tocsin.witness.promql.refute.result import NO_FACTS, Facts, Result
from tocsin.witness.promql.refute.same_value import key_of
from tocsin.witness.promql.refute.values_of_selectors import selected
from tocsin.witness.rule import Known

MAX_NODES = 3000
MAX_RECORDINGS = 5
"""How many recording rules on top of each other are looked into."""


class TooBig(Exception):
    """The expression has more nodes than are looked at."""


class Analysis:
    """What is known of all nodes of one expression. `tree` has no parentheses."""

    def __init__(self, tree: Expr, known: Known, text: str = "", depth: int = 0) -> None:
        self.tree = rewrite(tree, bare)
        self.known = known
        self.text = text
        self.depth = depth
        self._results: dict[int, Result] = {}
        for node in _from_the_leaves(self.tree):
            self._results[id(node)] = self._understood(node)

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
        found = self._values(node)
        key = key_of(node, self)
        matrix = isinstance(node, Range | Subquery)
        facts = NO_FACTS if matrix else _with_itself(node, key, found)
        found = replace(found, key=key, facts=facts, labels=self._labels(node, found))
        self._results[id(node)] = found
        if found.presence is Presence.NEVER:
            return found
        reason = self._reason(node)
        return found if reason is None else replace(found, presence=Presence.NEVER, reason=reason)

    def _values(self, node: Expr) -> Result:
        match node:
            case Number(value=value):
                return Result(values=only(value), presence=Presence.ALWAYS)
            case Selector():
                return selected(node, self)
            case Range(selector=inner) | Subquery(expr=inner):
                return replace(self[inner], facts=NO_FACTS, exact=None, lag=None)
            case Unary():
                return values_of_operators.unary(node, self)
            case Binary():
                return values_of_operators.binary(node, self)
            case Aggregate():
                return values_of_aggregations.aggregated(node, self)
            case Call():
                return values_of_calls.called(node, self)
            case _:
                return Result(presence=Presence.ALWAYS)

    def _labels(self, node: Expr, found: Result) -> Labels:
        return (
            found.labels if isinstance(node, Selector) else labels_above(node, lambda part: self[part].labels)
        )

    def _reason(self, node: Expr) -> Reason | None:
        return next((why for find in reasons(type(node)) if (why := find(node, self)) is not None), None)


def _with_itself(node: Expr, key: Expr, found: Result) -> Facts:
    if not found.unique:
        return NO_FACTS
    own = found.values
    for each in (node,) if key is node else (node, key):
        own = own.meet(found.facts[each]) if each in found.facts else own
    return {**found.facts, node: own, key: own}


def _from_the_leaves(tree: Expr) -> Iterator[Expr]:
    """All nodes, each behind those below it."""
    order, stack = [], [tree]
    while stack:
        node = stack.pop()
        order.append(node)
        if len(order) > MAX_NODES:
            raise TooBig
        stack.extend(children(node))
    return reversed(order)
