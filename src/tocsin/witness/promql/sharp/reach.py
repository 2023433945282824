"""Where a mutant cannot make any difference: what it changes selects nothing there, or the same. Sound."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.ast import Binary, Call, Expr, Number, Range, Selector, Subquery
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.evaluator.select import asked
from tocsin.witness.promql.evaluator.store import Matchers, Store
from tocsin.witness.rule import Rule

_MADE_UP = frozenset(("absent", "absent_over_time", "vector", "scalar", "time"))
"""Functions that give something where nothing is selected."""


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What has to be there for a mutant to matter."""

    any_of: tuple[Matchers, ...]
    """One of these has to find a series."""
    but: Matchers | None = None
    """And it has to be others than this one finds."""

    def matters(self, store: Store) -> bool:
        """Whether the mutant may give anything else than the rule."""
        found = {i for one in self.any_of for i in store.find(one)}
        return bool(found) and (self.but is None or found != set(store.find(self.but)))


@lru_cache(maxsize=1024)
def reach(rule: Rule, mutant: Mutant) -> Reach | None:
    """None: it may matter anywhere. Raises NotUnderstood."""
    expr = parsed(rule.expr)
    if (place := matcher_of(mutant, expr)) is not None:
        selector, matcher = place
        rest = replace(selector, matchers=tuple(one for one in selector.matchers if one is not matcher))
        return Reach((asked(rest),), asked(selector) if dropped(mutant) else None)
    changed = _emptied(mutant, expr)
    if changed is None or any(_makes_up(node) for node in walk(changed)):
        return None
    return Reach(tuple(asked(one) for one in selectors(changed)))


def _makes_up(node: Expr) -> bool:
    return isinstance(node, Call) and node.name in _MADE_UP


def _emptied(mutant: Mutant, expr: Expr) -> Expr | None:
    """The part that gives nothing, both in the rule and in the mutant, when nothing in it is selected."""
    return next(_parts(mutant, expr), None)


def _parts(mutant: Mutant, expr: Expr) -> Iterator[Expr]:
    for node in walk(expr):
        match node:
            case Range(range=Number() as window) | Subquery(range=Number() as window):
                if (window.start, window.end) == (mutant.start, mutant.end):
                    yield node
            case Binary(op="or" | "unless") if mutant.kind == "branch":
                if (mutant.start, mutant.end) == (node.op_start, node.right.end):
                    yield node.right
                elif node.op == "or" and (mutant.start, mutant.end) == (node.left.start, node.op_end):
                    yield node.left
            case _:
                pass


def matcher_of(mutant: Mutant, original: Expr) -> tuple[Selector, LabelMatcher] | None:
    """The matcher that the mutant lacks or negates, and where it stood; None for all other mutants."""
    if mutant.kind != "matcher":
        return None
    for selector in selectors(original):
        for matcher in selector.matchers:
            if (matcher.start, matcher.end) == (mutant.start, mutant.end):
                return selector, matcher
    return None


def dropped(mutant: Mutant) -> bool:
    """Whether it lacks a matcher."""
    return mutant.kind == "matcher" and mutant.words.startswith("dropping")
