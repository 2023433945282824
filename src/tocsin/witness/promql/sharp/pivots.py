"""Where one comparison decides by itself whether there is an alert: which cases, at which evaluation.

There a small mistake in that comparison, or in what it compares, can be seen. All other clauses are as they
have to be for that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tocsin.query.promql.ast import COMPARISONS, Binary, Expr
from tocsin.query.promql.walk import rewrite, walk
from tocsin.witness.case import Case
from tocsin.witness.mutant import COMPLEMENT
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.sharp.noticed import Scene

_MOST_INSTANTS = 6


@dataclass(frozen=True, slots=True)
class Pivot:
    """An evaluation of a case that the comparison decides; `fires`: as it is, there is an alert."""

    case: Case
    evaluation: int
    fires: bool


def innermost(expr: Expr, start: int, end: int) -> Binary | None:
    """The comparison that the characters [start, end) are in."""
    found = None
    for node in walk(expr):
        if isinstance(node, Binary) and node.op in COMPARISONS and node.start <= start and end <= node.end:
            found = node
    return found


def pivots(scenes: Sequence[Scene], comparison: Binary) -> Iterator[Pivot]:
    """Up to two of each case, one that fires: where turning the comparator round turns the outcome."""
    firing = {(scene.case.every, i) for scene in scenes for i in _firing(scene.case)}
    for scene in scenes:
        there = [i for every, i in firing if every == scene.case.every and i < scene.evaluations]
        expr = parsed(scene.rule.expr)
        flipped = replace(comparison, op=COMPLEMENT[comparison.op])
        other = rewrite(expr, lambda node: flipped if node is comparison else node)  # noqa: B023
        found = set[bool]()
        for i in dict.fromkeys((*scene.decisive()[:_MOST_INSTANTS], *sorted(there))):
            before, after = scene.result(expr, i), scene.result(other, i)
            if bool(before) != bool(after) and bool(before) not in found:
                found.add(bool(before))
                yield Pivot(scene.case, i, bool(before))


def _firing(case: Case) -> Iterator[int]:
    """When alerts begin to fire. In a quiet case it is then that one does not."""
    for one in case.expected:
        if one.firing is not None:
            yield round(one.firing / case.every)
