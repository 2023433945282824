"""Whether one expression is never more than another because it counts some of what the other counts."""

from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.query.nodes import Matching
from tocsin.query.promql.ast import COMPARISONS, Aggregate, Binary, Call, Expr, Range, Selector
from tocsin.query.promql.types import type_of
from tocsin.query.regex_language import implied
from tocsin.witness.grouping import EVERYTHING, Kept, finer, kept
from tocsin.witness.promql.refute.matched import same_series

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

_ELEMENTWISE = frozenset(
    ("rate", "irate", "increase", "resets", "changes", "sum_over_time", "count_over_time", "max_over_time",
     "min_over_time", "avg_over_time", "last_over_time", "first_over_time", "present_over_time")
)  # fmt: skip
_NEWEST = frozenset(("min_over_time", "last_over_time", "max_over_time"))


def at_most(part: Expr, whole: Expr, node: Binary, view: "Analysis") -> bool:
    """Whether elements of `part` are at most those of `whole` that `node`, between them, pairs them with."""
    if isinstance(whole, Binary) and whole.op == "+" and same_series(whole, view):
        pairs = ((whole.left, whole.right), (whole.right, whole.left))
        if any(view[rest].values.low >= 0 and at_most(part, one, node, view) for one, rest in pairs):
            return True
    if (inner := _at_least(whole)) is not None and at_most(part, inner, node, view):
        return True
    match part:
        case Binary(op="-", left=left, right=right) if same_series(part, view):
            return view[right].values.low >= 0 and at_most(left, whole, node, view)
        case Binary(op=op) if op in COMPARISONS and (kept := _filtered(part)) is not None:
            return at_most(kept, whole, node, view)
    if isinstance(part, Aggregate) or isinstance(whole, Aggregate):
        return _grouped(part, whole, node.matching, view)
    return same_series(node, view) and (part == whole or _of_window(part, whole))


def _at_least(whole: Expr) -> Expr | None:
    """What is never more than `whole`, element by element."""
    if isinstance(whole, Call) and whole.name == "clamp_min":
        return whole.args[0]
    if isinstance(whole, Binary) and whole.op in ("and", "unless"):
        return whole.left
    return _filtered(whole)


def _filtered(node: Expr) -> Expr | None:
    """Whose elements a comparison lets through; None for anything else."""
    if not isinstance(node, Binary) or node.op not in COMPARISONS or node.returns_bool:
        return None
    if type_of(node.left) == "scalar":
        return node.right
    return node.left if type_of(node.right) == "scalar" else None


# -- windows -------------------------------------------------------------------------------------------------
def _of_window(part: Expr, whole: Expr) -> bool:
    """The newest sample is in every window that holds any: it is between the least and the greatest."""
    lesser, greater = _window(part), _window(whole)
    if lesser is None or greater is None or lesser[1:] != greater[1:]:
        return False
    ranges = {each.args for each in (part, whole) if isinstance(each, Call)}
    order = ("min_over_time", "last_over_time", "max_over_time")
    return len(ranges) == 1 and order.index(lesser[0]) <= order.index(greater[0])


def _window(node: Expr) -> tuple[str, Selector, object, object] | None:
    """What is taken of which samples, and from when."""
    if isinstance(node, Selector):
        return "last_over_time", replace(node, offset=None, at=None), node.offset, node.at
    if isinstance(node, Call) and node.name in _NEWEST and isinstance(over := node.args[0], Range):
        return node.name, over.selector, over.offset, over.at
    return None


# -- groups --------------------------------------------------------------------------------------------------
def _grouped(part: Expr, whole: Expr, matching: Matching | None, view: "Analysis") -> bool:
    """Aggregations of some of the elements, in groups as fine or finer, against all of them."""
    small, inner = _aggregation(part)
    big, outer = _aggregation(whole)
    if big == "min" or (small == "min" and big in ("", "max")):
        return _least(part, whole, matching)
    if not finer(_kept(part), _kept(whole), matching) or not is_part(inner, outer):
        return False
    match small, big:
        case ("sum", "sum") | ("", "sum"):
            return view[outer].values.low >= 0
        case ("count", "count") | ("max" | "", "max"):
            return True
        case "sum", "count":
            return view[inner].values.high <= 1
        case _:
            return False


def _least(part: Expr, whole: Expr, matching: Matching | None) -> bool:
    """The least of all is at most the least, the greatest, and any one, of some."""
    small, inner = _aggregation(part)
    big, outer = _aggregation(whole)
    known = small == "min" and big in ("", "min", "max")
    return known and finer(_kept(whole), _kept(part), matching) and is_part(outer, inner)


def _aggregation(node: Expr) -> tuple[str, Expr]:
    return (node.op, node.expr) if isinstance(node, Aggregate) else ("", node)


def _kept(node: Expr) -> Kept:
    return kept(node.grouping) if isinstance(node, Aggregate) else EVERYTHING


# -- elements ------------------------------------------------------------------------------------------------
def is_part(part: Expr, whole: Expr) -> bool:
    """Whether every element of `part` is one of `whole` as well, with the same value."""
    if part == whole:
        return True
    if (kept := _filtered(part)) is not None:
        return is_part(kept, whole)
    match part, whole:
        case Binary(op="and" | "unless", left=left), _:
            return is_part(left, whole)
        case Selector(), Selector():
            return (part.offset, part.at) == (whole.offset, whole.at) and _selects_part(part, whole)
        case Range(), Range():
            timed = (part.range, part.offset, part.at) == (whole.range, whole.offset, whole.at)
            return timed and _selects_part(part.selector, whole.selector)
        case Call(), Call() if part.name == whole.name and part.name in _ELEMENTWISE:
            return is_part(part.args[0], whole.args[0])
        case _:
            return False


def _selects_part(part: Selector, whole: Selector) -> bool:
    """The same metric with more matchers; or a bucket, of which the count has more."""
    if part.extension is not None or whole.extension is not None or part.metric is None:
        return False
    first, second = part.metric, whole.metric or ""
    if first != second and not _bucket(part, second):
        return False
    conditions = {
        m.label: [(o.op, o.value) for o in part.matchers if o.label == m.label] for m in whole.matchers
    }
    return all(m.label == "__name__" or implied(conditions[m.label], (m.op, m.value)) for m in whole.matchers)


def _bucket(part: Selector, count: str) -> bool:
    """Whether it is one bucket of the histogram whose count this is."""
    name = part.metric or ""
    edges = [m for m in part.matchers if m.label == "le" and m.op == "="]
    return bool(edges) and count.endswith("_count") and name == count.removesuffix("_count") + "_bucket"
