"""Recorded metrics as what records them, so that raw series can be found for them. For searching only."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from tocsin.query.nodes import LabelMatcher, Number, String
from tocsin.query.promql import QueryError, parse
from tocsin.query.promql.ast import Aggregate, Binary, Call, Expr, Paren, Range, Selector, Subquery, Unary
from tocsin.query.promql.walk import rewrite, walk
from tocsin.witness.promql.label_values import allows
from tocsin.witness.rule import Recording

MOST_NODES = 2000
MOST_OF_A_NAME = 20
"""So many rules that record under one name are told apart."""
_MOST_ROUNDS = 5
NOWHERE = -1
Recorded: TypeAlias = Mapping[str, Sequence[tuple[Recording, Expr]]]
"""The rules that record under each name, and their expressions."""


def inlined(expr: Expr, recordings: tuple[Recording, ...]) -> Expr:
    """The expression with what is recorded in place of the recorded metrics, as deep as need be.

    What comes from a recording rule stands at no place of the rule's own text.
    """
    known = _parsed(recordings)
    for _ in range(_MOST_ROUNDS if known else 0):
        following = rewrite(expr, lambda node: _replaced(node, known))
        if following == expr or sum(1 for _ in walk(following)) > MOST_NODES:
            break
        expr = following
    return expr


def _parsed(recordings: tuple[Recording, ...]) -> Recorded:
    found: dict[str, list[tuple[Recording, Expr]]] = {}
    for one in recordings:
        try:
            found.setdefault(one.record, []).append((one, _nowhere(parse(one.expr))))
        except QueryError:
            continue
    return found


def _nowhere(expr: Expr) -> Expr:
    return rewrite(expr, lambda node: replace(node, start=NOWHERE, end=NOWHERE))


def _replaced(node: Expr, known: Recorded) -> Expr:
    match node:
        case Range(selector=selector) if (found := known.get(selector.metric or "")) is not None:
            return Subquery(
                _together(selector, found),
                node.range,
                Number(found[0][0].every, duration=True),
                offset=node.offset,
                at=node.at,
                start=node.start,
                end=node.end,
            )
        case Selector(offset=None, at=None) if (found := known.get(node.metric or "")) is not None:
            return Paren(_together(node, found), start=node.start, end=node.end)
        case Selector() if (found := known.get(node.metric or "")) is not None:
            every = Number(found[0][0].every, duration=True)
            inner = Subquery(_together(node, found), every, every, offset=node.offset, at=node.at)
            return Call("last_over_time", (inner,), start=node.start, end=node.end)
        case _:
            return node


def _together(selector: Selector, found: Sequence[tuple[Recording, Expr]]) -> Expr:
    """What all rules record under one name, but those whose own labels are not asked for."""
    asked = [(one, expr) for one, expr in found if _may_be_asked(selector, one)] or found[:1]
    first, *others = (_labelled(selector, one, expr) for one, expr in asked[:MOST_OF_A_NAME])
    for other in others:
        first = Binary("or", first, other, start=NOWHERE, end=NOWHERE)
    return first


def _may_be_asked(selector: Selector, recording: Recording) -> bool:
    own = dict(recording.labels)
    return all(allows(m, own[m.label]) for m in selector.matchers if m.label in own)


def _labelled(selector: Selector, recording: Recording, expr: Expr) -> Expr:
    """What the selector asks of labels is asked of the raw series; then the rule's own labels are set."""
    own = {name for name, _ in recording.labels}
    for matcher in selector.matchers:
        if matcher.label not in own and matcher.label != "__name__":
            expr = _asked(expr, matcher)
    for name, value in recording.labels:
        texts = (String(name), String(value), String(""), String(""))
        expr = Call("label_replace", (expr, *texts), start=NOWHERE, end=NOWHERE)
    return expr


def _asked(expr: Expr, matcher: LabelMatcher) -> Expr:
    """The matcher on all selectors below from which the label comes."""
    match expr:
        case Selector():
            return replace(expr, matchers=(*expr.matchers, matcher))
        case Range(selector=selector):
            return replace(expr, selector=replace(selector, matchers=(*selector.matchers, matcher)))
        case Paren(expr=inner) | Unary(expr=inner) | Subquery(expr=inner):
            return replace(expr, expr=_asked(inner, matcher))
        case Aggregate(grouping=grouping, expr=inner):
            kept = grouping is not None and (matcher.label in grouping.names) != grouping.without
            return replace(expr, expr=_asked(inner, matcher)) if kept else expr
        case Binary(left=left, right=right):
            return replace(expr, left=_asked(left, matcher), right=_asked(right, matcher))
        case Call(name=name, args=args) if name not in ("label_replace", "label_join", "absent"):
            return replace(expr, args=tuple(_asked(arg, matcher) for arg in args))
        case _:
            return expr
