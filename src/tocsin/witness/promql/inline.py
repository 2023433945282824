"""Recorded metrics as what records them, so that raw series can be found for them. For searching only."""

from collections.abc import Mapping
from dataclasses import replace

from tocsin.query.nodes import Number, String
from tocsin.query.promql import QueryError, parse
from tocsin.query.promql.ast import Call, Expr, Paren, Range, Selector, Subquery
from tocsin.query.promql.walk import rewrite, walk
from tocsin.witness.rule import Recording

MOST_NODES = 2000
_MOST_ROUNDS = 5
NOWHERE = -1


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


def _parsed(recordings: tuple[Recording, ...]) -> dict[str, tuple[Recording, Expr]]:
    found: dict[str, tuple[Recording, Expr]] = {}
    for one in recordings:
        try:
            found.setdefault(one.record, (one, _nowhere(parse(one.expr))))
        except QueryError:
            continue
    return found


def _nowhere(expr: Expr) -> Expr:
    return rewrite(expr, lambda node: replace(node, start=NOWHERE, end=NOWHERE))


def _replaced(node: Expr, known: Mapping[str, tuple[Recording, Expr]]) -> Expr:
    match node:
        case Range(selector=selector) if (found := known.get(selector.metric or "")) is not None:
            return Subquery(
                _labelled(selector, *found),
                node.range,
                Number(found[0].every, duration=True),
                offset=node.offset,
                at=node.at,
                start=node.start,
                end=node.end,
            )
        case Selector(offset=None, at=None) if (found := known.get(node.metric or "")) is not None:
            return Paren(_labelled(node, *found), start=node.start, end=node.end)
        case Selector() if (found := known.get(node.metric or "")) is not None:
            every = Number(found[0].every, duration=True)
            inner = Subquery(_labelled(node, *found), every, every, offset=node.offset, at=node.at)
            return Call("last_over_time", (inner,), start=node.start, end=node.end)
        case _:
            return node


def _labelled(selector: Selector, recording: Recording, expr: Expr) -> Expr:
    """The rule's own labels on the result. What the selector asks of other labels is left to the shapes."""
    for name, value in recording.labels:
        expr = Call("label_replace", (expr, String(name), String(value), String(""), String("")))
    return expr
