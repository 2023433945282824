"""Whether one query counts some of the lines that another counts."""

from tocsin.query.logql.ast import (
    Aggregate,
    Binary,
    Expr,
    LabelFilter,
    LineFilter,
    Logs,
    RangeAggregate,
    Stage,
)
from tocsin.query.nodes import LabelMatcher
from tocsin.query.regex_language import implied
from tocsin.witness.grouping import EVERYTHING, Kept, finer, kept

_COUNTING = frozenset(("count_over_time", "rate", "bytes_over_time", "bytes_rate"))


def at_most(part: Expr, whole: Expr, node: Binary) -> bool:
    """Whether elements of `part` are at most those of `whole` that `node`, between them, pairs them with."""
    if part == whole:
        return node.matching is None
    if not finer(_kept(part), _kept(whole), node.matching):
        return False
    match part, whole:
        case Aggregate(op="sum"), Aggregate(op="sum"):
            return _is_part(part.expr, whole.expr)
        case RangeAggregate(), Aggregate(op="sum"):
            return _is_part(part, whole.expr)
        case _:
            return False


def _kept(node: Expr) -> Kept:
    return kept(node.grouping) if isinstance(node, Aggregate) else EVERYTHING


def _is_part(part: Expr, whole: Expr) -> bool:
    """Whether it counts, of the same lines, those that more filters let through."""
    if not isinstance(part, RangeAggregate) or not isinstance(whole, RangeAggregate):
        return False
    one, other = part.range, whole.range
    same = part.op == whole.op and (one.range, one.offset) == (other.range, other.offset)
    plain = part.op in _COUNTING and one.unwrap is None and other.unwrap is None
    grouped = part.grouping is not None or whole.grouping is not None
    return same and plain and not grouped and _selects_part(one.logs, other.logs)


def _selects_part(part: Logs, whole: Logs) -> bool:
    return _implied(part.matchers, whole.matchers) and _more_filters(part.stages, whole.stages)


def _implied(part: tuple[LabelMatcher, ...], whole: tuple[LabelMatcher, ...]) -> bool:
    for matcher in whole:
        conditions = [(m.op, m.value) for m in part if m.label == matcher.label]
        if not implied(conditions, (matcher.op, matcher.value)):
            return False
    return True


def _more_filters(part: tuple[Stage, ...], whole: tuple[Stage, ...]) -> bool:
    """Whether `part` is `whole` with further filters in between, which only take lines away."""
    left = list(whole)
    for stage in part:
        if left and stage == left[0]:
            left.pop(0)
        elif not isinstance(stage, LineFilter | LabelFilter):
            return False
    return not left
