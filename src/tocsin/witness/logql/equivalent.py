"""Mutants that no log lines can tell from the rule, each with the reason. Strict.

What is not proven here counts, even where nobody could think of lines that tell it apart. Proven are changed
comparisons that hold for just the values that there can be (without lines a count is nothing, never 0), and
dropped line filters that every line meets, or that stand there twice.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from tocsin.query.errors import QueryError
from tocsin.query.logql import Expr, parse
from tocsin.query.logql.ast import (
    COMPARISONS,
    Binary,
    Decolorize,
    LineFilter,
    LineFormat,
    Logs,
    Stage,
    Unpack,
)
from tocsin.query.logql.conditions import constant
from tocsin.query.logql.print import print_stage
from tocsin.query.logql.walk import log_queries, walk
from tocsin.witness.interval import Interval
from tocsin.witness.logql.refute.analysis import Analysis, TooBig
from tocsin.witness.logql.refute.in_words import bounds
from tocsin.witness.mutant import Mutant, excerpt
from tocsin.witness.rule import Rule

_COMPARED = frozenset(("threshold", "comparator", "boundary"))
_ALL = frozenset(("|=", "|~"))
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_OTHER_LINES = (LineFormat, Unpack, Decolorize)
"""Stages behind which the line is another one."""


def equivalent(rule: Rule, mutant: Mutant, changed: Expr) -> str:
    """Why it is the same; empty: it is not, or that is not known. `changed` is the mutant's tree."""
    try:
        expr = parse(rule.expr)
        if mutant.kind in _COMPARED:
            return _same_values(Analysis(expr, rule.expr), Analysis(changed))
    except (QueryError, TooBig):
        return ""
    return _same_lines(expr, mutant) if mutant.kind == "stage" else ""


# -- comparisons ---------------------------------------------------------------------------------------------
def _same_values(view: Analysis, changed: Analysis) -> str:
    """Whether the one comparison that was changed still holds for the same values."""
    for one, other in zip(_comparisons(view.tree), _comparisons(changed.tree), strict=True):
        if _asked(one) == _asked(other):
            continue
        left, right = constant(one.left), constant(one.right)
        numbers = (left, right, constant(other.left), constant(other.right))
        signal = one.left if left is None else one.right
        points = [*_points(view[signal].values, [n for n in numbers if n is not None])]
        alike = all(_holds(one, at) == _holds(other, at) for at in points)
        fixed = (left is None) is not (right is None) and not view[signal].values.nan
        return bounds(signal, view) if fixed and points and alike else ""
    return ""


def _asked(node: Binary) -> tuple[str, float | None, float | None]:
    return node.op, constant(node.left), constant(node.right)


def _comparisons(tree: Expr) -> Iterator[Binary]:
    return (one for one in walk(tree) if isinstance(one, Binary) and one.op in COMPARISONS)


def _points(values: Interval, thresholds: list[float]) -> Iterator[float]:
    """Values between which no comparison with these thresholds changes; all that the signal can have."""
    ends = [end for end in (values.low, values.high) if math.isfinite(end)]
    known = sorted({*thresholds, *ends})
    if not known or not all(map(math.isfinite, known)):
        return
    between = [(low + high) / 2 for low, high in pairwise(known)]
    near = [round(n) + step for n in known for step in (-1.0, 0.0, 1.0)] if values.whole else []
    for at in (known[0] - 1, *known, *between, *near, known[-1] + 1):
        if values.has(at):
            yield at


def _holds(node: Binary, value: float) -> bool:
    left, right = constant(node.left), constant(node.right)
    return _COMPARE[node.op](value if left is None else left, value if right is None else right)


# -- lines ---------------------------------------------------------------------------------------------------
def _same_lines(expr: Expr, mutant: Mutant) -> str:
    """Whether a line filter that was dropped has left out nothing."""
    for query in log_queries(expr):
        for i, stage in enumerate(query.stages):
            place = (stage.start, stage.end) == (mutant.start, mutant.end)
            if place and isinstance(stage, LineFilter) and mutant.name.startswith("drop at "):
                return _met_by_all(stage) or _said_again(query, i, stage)
    return ""


def _met_by_all(stage: LineFilter) -> str:
    empty = any(one.value == "" and not one.ip for one in stage.alternatives)
    return "every line has the empty text in it" if empty and stage.op in _ALL else ""


def _said_again(query: Logs, i: int, stage: LineFilter) -> str:
    again = any(one == stage for one in (*_until_changed(query.stages[i + 1 :]), *_before(query.stages[:i])))
    return f"{excerpt(print_stage(stage))} stands there twice" if again else ""


def _before(stages: tuple[Stage, ...]) -> Iterator[Stage]:
    return _until_changed(tuple(reversed(stages)))


def _until_changed(stages: tuple[Stage, ...]) -> Iterator[Stage]:
    """Those that see the same line."""
    for stage in stages:
        if isinstance(stage, _OTHER_LINES):
            return
        yield stage
