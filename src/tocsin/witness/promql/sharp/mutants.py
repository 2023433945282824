"""The mutants of a PromQL alert: every small mistake that could have been made in its expression.

Pure changes of the tree; nothing is run here. Vector matching labels are left alone: whether a match is
meant to be on one label more or less, the data decide.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain, islice
from typing import TypeAlias

from tocsin.query.errors import QueryError
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql import parse, print_
from tocsin.query.promql.ast import (
    COMPARISONS,
    SET_OPERATORS,
    Aggregate,
    Binary,
    Expr,
    Number,
    Range,
    Selector,
    Subquery,
)
from tocsin.query.promql.conditions import constant
from tocsin.query.promql.print import print_duration, print_matcher
from tocsin.query.promql.walk import rewrite, walk
from tocsin.witness.mutant import (
    MOST,
    Change,
    Mutant,
    of_expression,
    of_times,
    span,
)
from tocsin.witness.mutant_parts import branches, comparators, groupings, thresholds
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.sharp.whole import counted, whole
from tocsin.witness.rule import Rule

Changes: TypeAlias = Iterator[Change[Expr]]


def mutants(rule: Rule) -> tuple[Mutant, ...]:
    """All mutants of the rule, none if it does not parse. Those of the expression come first."""
    try:
        return (*(mutant for mutant, _ in _trees(rule)), *of_times(rule))
    except QueryError:
        return ()


@lru_cache(maxsize=64)
def trees(rule: Rule) -> tuple[tuple[Mutant, Expr], ...]:
    """The mutants of the expression, each with its tree. What is not changed is that of `parsed`."""
    try:
        return tuple(_trees(rule))
    except QueryError:
        return ()


def _trees(rule: Rule) -> Iterator[tuple[Mutant, Expr]]:
    expr = parsed(rule.expr)
    changes = chain.from_iterable(_changes(rule.expr, expr, node) for node in walk(expr))
    return islice(of_expression(rule, changes, print_, parse), MOST)


def _changes(text: str, expr: Expr, node: Expr) -> Iterable[Change[Expr]]:
    match node:
        case Binary(op=op) if op in COMPARISONS:
            both = whole(node.left) and whole(node.right)
            turned = comparators(node, lambda op: _with(expr, node, replace(node, op=op)), whole=both)
            return chain(_thresholds(expr, node), turned)
        case Binary(op=op) if op in SET_OPERATORS:
            return branches(text, node, lambda kept: _with(expr, node, kept), risky=False)
        case Aggregate(grouping=grouping) if grouping is not None:
            return groupings(grouping, lambda less: _with(expr, node, replace(node, grouping=less)))
        case Selector():
            return _matchers(expr, node)
        case Range() | Subquery():
            return _windows(expr, node)
        case _:
            return ()


def _with(expr: Expr, at: Expr, new: Expr) -> Expr:
    """The tree with `new` in the place of `at`. A kind of node stands only once at a place."""
    place = type(at), at.start, at.end
    return rewrite(expr, lambda node: new if (type(node), node.start, node.end) == place else node)


def _thresholds(expr: Expr, node: Binary) -> Changes:
    left, right = constant(node.left), constant(node.right)
    if left is not None and right is not None:
        return
    if left is None and right is None:
        yield from _relative_thresholds(expr, node)
        return
    value = left if right is None else right
    side = node.left if right is None else node.right
    assert value is not None, "one of both is a number"
    count = counted(node.right if right is None else node.left)
    yield from thresholds(
        value, side, lambda new: _with(expr, node, _other_side(node, side, Number(new))), whole=count
    )


def _relative_thresholds(expr: Expr, node: Binary) -> Changes:
    """A signal is compared with another: that one times 1.1 and 0.9."""
    for verb, factor in (("raising", 1.1), ("lowering", 0.9)):
        scaled = replace(node, right=Binary("*", node.right, Number(factor)))
        yield Change(
            kind="threshold",
            name=f"threshold * {factor}",
            words=f"{verb} what is compared with by 10 %",
            start=node.right.start,
            end=node.right.end,
            expr=_with(expr, node, scaled),
        )


def _other_side(node: Binary, side: Expr, number: Number) -> Binary:
    return replace(node, left=number) if side is node.left else replace(node, right=number)


def _matchers(expr: Expr, node: Selector) -> Changes:
    for matcher in node.matchers:
        if matcher.label == "__name__":
            continue
        shown = print_matcher(matcher)
        negated = LabelMatcher(matcher.label, matcher.plain.negated.op, matcher.value)
        for name, words, new in (
            ("drop", f"dropping `{shown}`", ()),
            ("negate", f"`{print_matcher(negated)}` in place of `{shown}`", (negated,)),
        ):
            kept = _replaced(node.matchers, matcher, new)
            yield Change(
                kind="matcher",
                name=f"{name} {matcher.label}",
                words=words,
                start=matcher.start,
                end=matcher.end,
                expr=_with(expr, node, replace(node, matchers=kept)),
                risky=True,
            )


def _replaced(
    matchers: tuple[LabelMatcher, ...], old: LabelMatcher, new: tuple[LabelMatcher, ...]
) -> tuple[LabelMatcher, ...]:
    return tuple(chain.from_iterable(new if each is old else (each,) for each in matchers))


def _windows(expr: Expr, node: Range | Subquery) -> Changes:
    window = node.range
    if not isinstance(window, Number) or window.value <= 0:
        return
    for verb, factor in (("halving", 0.5), ("doubling", 2.0)):
        seconds = round(window.value * factor, 3)
        yield Change(
            kind="window",
            name=f"window {span(seconds)}",
            words=f"{verb} the window [{print_duration(window)}]",
            start=window.start,
            end=window.end,
            expr=_with(expr, node, replace(node, range=Number(seconds, duration=True))),
        )
