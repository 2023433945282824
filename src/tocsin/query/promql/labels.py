"""Which labels the series of a PromQL result have. Sound: what is said holds whatever the data are.

As Prometheus 3.15.0 evaluates, without delayed name removal. `__name__` is treated like any label.
"""

from collections.abc import Callable
from typing import TypeAlias

from tocsin.query import regex
from tocsin.query.label_flow import NONE, UNKNOWN, Labels, clashes, joined, matched, of_absent, selected
from tocsin.query.promql.ast import (
    COMPARISONS,
    SET_OPERATORS,
    Aggregate,
    Binary,
    Call,
    Expr,
    Paren,
    Range,
    Selector,
    String,
    Subquery,
    Unary,
)
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import bare

_KEEP_THE_NAME = frozenset(
    ("last_over_time", "first_over_time", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "info")
)
_KEEP_SERIES = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))
_DROP_LE = frozenset(("histogram_quantile", "histogram_fraction", "histogram_quantiles"))
_KEEPING = COMPARISONS | {"</", ">/"}
_NAME = ("__name__",)
Below: TypeAlias = Callable[[Expr], Labels]


def labels_of(expr: Expr) -> Labels:
    """What is known of the labels of every series of `expr`."""
    return labels_above(expr, labels_of)


def labels_above(expr: Expr, below: Below) -> Labels:
    """The same, where `below` says what is known of the parts, for those who know more of them."""
    match expr:
        case Selector():
            return _of_selector(expr)
        case Paren(expr=inner) | Subquery(expr=inner) | Range(selector=inner):
            return below(inner)
        case Unary(op=op, expr=inner):
            return below(inner).without(_NAME) if op == "-" else below(inner)
        case Binary():
            return _of_binary(expr, below)
        case Aggregate():
            return _of_aggregate(expr, below)
        case Call():
            return _of_call(expr, below)
        case _:
            return NONE


def never_matches(expr: Binary) -> tuple[str, ...]:
    """Labels because of which the two sides can never match; empty when they can, or it is not known."""
    if type_of(expr.left) != "vector" or type_of(expr.right) != "vector" or expr.op == "or":
        return ()
    return clashes(labels_of(expr.left), labels_of(expr.right), expr.matching)


def _of_selector(expr: Selector) -> Labels:
    labels = selected(expr.matchers)
    return labels.with_("__name__", expr.name) if expr.name else labels


def _of_binary(expr: Binary, below: Below) -> Labels:
    left, right = type_of(expr.left), type_of(expr.right)
    if left == right == "scalar":
        return NONE
    keeps_name = expr.op in _KEEPING and not expr.returns_bool
    if left != "vector" or right != "vector":
        labels = below(expr.left if left == "vector" else expr.right)
        return labels if keeps_name else labels.without(_NAME)
    first, second = below(expr.left), below(expr.right)
    if expr.op in SET_OPERATORS:
        if expr.op == "or":
            return first.or_(second)
        return matched(first, second, expr.matching)[0] if expr.op == "and" else first
    if expr.fill is not None:
        return joined(first.or_(second), UNKNOWN, expr.matching, keeps_name)
    return joined(first, second, expr.matching, keeps_name)


def _of_aggregate(expr: Aggregate, below: Below) -> Labels:
    inner = below(expr.expr)
    if expr.op in _KEEP_SERIES:
        return inner
    labels = inner.grouped(expr.grouping)
    param = bare(expr.param) if expr.param is not None else None
    return labels.with_(param.value) if isinstance(param, String) else labels


def _of_call(expr: Call, below: Below) -> Labels:
    vectors = [arg for arg in expr.args if type_of(arg) in ("vector", "matrix")]
    if not vectors or type_of(expr) == "scalar":
        return NONE
    if expr.name in ("absent", "absent_over_time"):
        return _of_absent(bare(vectors[0]))
    inner = below(vectors[0])
    if expr.name in ("label_replace", "label_join"):
        texts = [arg.value for arg in map(bare, expr.args[1:]) if isinstance(arg, String)]
        return _replaced(inner, texts) if expr.name == "label_replace" else _concatenated(inner, texts)
    if expr.name == "info":
        return Labels(inner.certain, inner.values)
    if expr.name in _DROP_LE:
        inner = inner.without(("le",))
    if expr.name == "histogram_quantiles" and isinstance(added := bare(expr.args[1]), String):
        inner = inner.with_(added.value)
    return inner if expr.name in _KEEP_THE_NAME else inner.without(_NAME)


def _of_absent(inner: Expr) -> Labels:
    if isinstance(inner, Range):
        inner = inner.selector
    return of_absent(inner.matchers) if isinstance(inner, Selector) else NONE


def _replaced(inner: Labels, texts: list[str]) -> Labels:
    """`label_replace`: the target is set where the expression matches, and goes when that leaves nothing."""
    target, replacement, source, pattern = texts
    constant = "$" not in replacement
    always = pattern in (".*", "(.*)") or (inner.has(source) and pattern in (".+", "(.+)"))
    try:
        always = always or ((inner.has(source) is False or not source) and regex.read(pattern).matches_empty)
    except regex.RegexError:
        return inner.unsure(target)
    if always and constant:
        return inner.with_(target, replacement) if replacement else inner.without((target,))
    if constant and replacement and inner.has(target):
        return inner.with_(target)
    return inner.unsure(target)


def _concatenated(inner: Labels, texts: list[str]) -> Labels:
    """`label_join`: the target is there when anything is joined."""
    target, separator, *sources = texts
    if any(inner.has(source) for source in sources) or (separator and len(sources) > 1):
        return inner.with_(target)
    empty = all(inner.has(source) is False for source in sources)
    return inner.without((target,)) if empty else inner.unsure(target)
