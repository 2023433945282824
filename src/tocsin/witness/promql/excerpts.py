"""Parts of an expression as they are shown to people, and what a comparison comes to, in words.

Not what happens to the series: that is `story`.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from tocsin.query.numbers import show_number
from tocsin.query.promql import parse
from tocsin.query.promql.ast import Paren, Selector
from tocsin.query.promql.print import print_expr
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.excerpt import Piece
from tocsin.witness.excerpt import excerpt as shown
from tocsin.witness.promql.clauses import Deciding
from tocsin.witness.promql.evaluator.margin import COMPARE

_MANY, _TOO_MANY = 10_000, 1e15
_MISSES = {">": "not above", ">=": "below", "<": "not below", "<=": "above", "==": "not", "!=": "exactly"}
_MEETS = {">": "above", ">=": "at least", "<": "below", "<=": "at most", "==": "exactly", "!=": "not"}


def excerpt(text: str, start: int, end: int) -> str:
    """A part of the expression `text`: where it is long, without the matchers that all selectors have."""
    inner = _inside(text).get((start, end), (start, end))
    return shown(text, *inner, _own_matchers)


@lru_cache(maxsize=16)
def _inside(text: str) -> dict[tuple[int, int], tuple[int, int]]:
    """What stands inside of parentheses."""
    nodes = (node for node in walk(parse(text)) if isinstance(node, Paren))
    return {(node.start, node.end): (node.expr.start, node.expr.end) for node in nodes}


@lru_cache(maxsize=16)
def _own_matchers(text: str) -> tuple[Piece, ...]:
    """Each selector with what tells it from the others."""
    found = selectors(parse(text))
    own = [{(m.label, m.op, m.value) for m in one.matchers} for one in found]
    shared = set.intersection(*own) if own else set()
    return tuple((one.start, one.end, print_expr(_without(one, shared))) for one in found)


def _without(one: Selector, shared: set[tuple[str, str, str]]) -> Selector:
    """One without a name keeps what it has."""
    kept = tuple(m for m in one.matchers if (m.label, m.op, m.value) not in shared or not one.name)
    return replace(one, matchers=kept)


def number(value: float) -> str:
    """Five digits are enough for a person; those of a large number are grouped."""
    short = float(f"{value:.5g}")
    return f"{short:,.0f}" if short.is_integer() and _MANY <= abs(short) < _TOO_MANY else show_number(short)


def missed(text: str, part: Deciding, left: float | None, right: float | None) -> str:
    """A comparison that does not hold, with both values."""
    if left is None or right is None or (part.positive and COMPARE[part.node.op](left, right)):
        return f"`{excerpt(text, part.start, part.end)}` does not hold"
    if not part.positive:
        return f"`{excerpt(text, part.start, part.end)}` holds: it is {number(left)}"
    return _compared(text, part, left, f"{_MISSES[part.node.op]} {number(right)}")


def met(text: str, part: Deciding, left: float | None, right: float | None) -> Iterator[str]:
    """A comparison that holds as the alert needs it, with both values; else nothing."""
    if part.positive and left is not None and right is not None and COMPARE[part.node.op](left, right):
        yield _compared(text, part, left, f"{_MEETS[part.node.op]} {number(right)}")


def _compared(text: str, part: Deciding, left: float, how: str) -> str:
    node = part.node
    return f"`{excerpt(text, node.left.start, node.left.end)}` is {number(left)}, {how}"
