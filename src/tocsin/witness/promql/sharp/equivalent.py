"""Mutants that no telemetry (of the contract) can tell from the rule, each with the reason. Strict.

What is not proven here counts, even where nobody could think of telemetry that tells it apart. Proven are
two kinds of dropped matchers: those that every series of the contract meets, and those on a label on which
the result is matched with something that has just this value. And comparisons with a number below any count.
"""

from collections.abc import Iterable

from tocsin.query.errors import QueryError
from tocsin.query.matchers import Matcher
from tocsin.query.nodes import LabelMatcher, Matching
from tocsin.query.promql.ast import (
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
from tocsin.query.promql.conditions import constant
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import bare, children, walk, walk_with_parents
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.sharp.reach import dropped, matcher_of
from tocsin.witness.rule import Known, Rule

_MIXING = frozenset(
    (
        "absent", "absent_over_time", "scalar", "vector", "label_replace", "label_join", "info",
        "histogram_quantiles",
    )
)  # fmt: skip
"""Functions whose result for one series depends on others, or whose labels are made up."""


def equivalent(rule: Rule, mutant: Mutant, known: Known) -> str:
    """Why it is the same; empty: it is not, or that is not known."""
    try:
        expr = parsed(rule.expr)
    except QueryError:
        return ""
    place = matcher_of(mutant, expr)
    if place is None or not dropped(mutant):
        return _below_any_count(expr, mutant)
    selector, matcher = place
    return (
        _always_met(selector, matcher, known)
        or _recorded(selector, matcher, known)
        or _matched_away(expr, selector, matcher)
    )


# -- counts ----------------------------------------------------------------------------------------------
def _below_any_count(expr: Expr, mutant: Mutant) -> str:
    """Whether a comparison holds for any count, in the rule and in the mutant: nothing is not counted."""
    if mutant.kind not in ("threshold", "boundary"):
        return ""
    changed = parsed(mutant.rule_changed.expr)
    for one, other in zip(walk(expr), walk(changed), strict=False):  # the same up to what was changed
        if isinstance(one, Binary) and mutant.start in (one.op_start, one.right.start):
            same = isinstance(other, Binary) and _any_count(one) and _any_count(other)
            return "a count is never less than 1" if same else ""
    return ""


def _any_count(node: Binary) -> bool:
    """Whether the comparison is one that holds for all counts."""
    counted, threshold = bare(node.left), constant(node.right)
    if threshold is None or not isinstance(counted, Aggregate) or counted.op != "count":
        return False
    return (node.op in (">", "!=") and threshold < 1) or (node.op == ">=" and threshold <= 1)


# -- the contract --------------------------------------------------------------------------------------
def _always_met(selector: Selector, matcher: LabelMatcher, known: Known) -> str:
    signal = known.signals.get(selector.metric or "")
    values = signal.labels.get(matcher.label, ()) if signal is not None and signal.only else ()
    if not values or not _all_match(matcher, values):
        return ""
    shown = ", ".join(f"`{value}`" for value in values)
    return f"`{matcher.label}` of `{selector.metric}` is never anything but {shown}, says the contract"


def _recorded(selector: Selector, matcher: LabelMatcher, known: Known) -> str:
    """Whether all rules that record the metric give it labels that the matcher wants."""
    rules = [one for one in known.recordings if one.record == selector.metric]
    values = {dict(one.labels).get(matcher.label, "") for one in rules}
    if not values or "" in values or not _all_match(matcher, values):
        return ""
    return f"`{selector.metric}` is always recorded with `{matcher.label}` {', '.join(sorted(values))}"


def _all_match(matcher: LabelMatcher, values: Iterable[str]) -> bool:
    if matcher.op in ("=", "!="):
        return all((value == matcher.value) is (matcher.op == "=") for value in values)
    return False


# -- matching ------------------------------------------------------------------------------------------
def _matched_away(expr: Expr, selector: Selector, matcher: LabelMatcher) -> str:
    """Whether what the matcher keeps out would find no partner further up.

    On the way up the label must be kept, and series with different values of it must not meet.
    """
    above = next(parents for node, parents in walk_with_parents(expr) if node is selector)
    child: Expr = selector
    for parent in reversed(above):
        if isinstance(parent, Binary) and (other := _partner(parent, child)) is not None:
            if not _matched_on(parent.matching, matcher.label):
                return ""
            if _needs(parent, child) and _always(other, matcher.plain):
                return f"the other side of `{parent.op}` has `{matcher.plain}` as well, and is matched on it"
        elif not _apart(parent, matcher.label):
            return ""
        child = parent
    return ""


def _always(expr: Expr, matcher: Matcher) -> bool:
    """Whether all elements of the expression meet the matcher."""
    match expr:
        case Selector(matchers=matchers):
            return matcher in (one.plain for one in matchers)
        case Range(selector=inner):
            return _always(inner, matcher)
        case Binary() if _both(expr):
            return _always_of_both(expr, matcher)
        case _ if _apart(expr, matcher.label):
            return any(_always(inner, matcher) for inner in children(expr))
        case _:
            return False


def _both(node: Binary) -> bool:
    return type_of(node.left) == "vector" and type_of(node.right) == "vector"


def _always_of_both(node: Binary, matcher: Matcher) -> bool:
    left, right = _always(node.left, matcher), _always(node.right, matcher)
    if node.op == "or":
        return left and right
    if node.op == "unless" or not _matched_on(node.matching, matcher.label):
        return left and node.op in SET_OPERATORS
    return node.fill is None and (left or right)


def _partner(node: Binary, child: Expr) -> Expr | None:
    """The other side, where it is a vector."""
    other = node.right if child is node.left else node.left
    return other if type_of(other) == "vector" else None


def _needs(node: Binary, child: Expr) -> bool:
    """Whether an element of this side gives nothing when it has no partner."""
    if node.fill is not None or node.op == "or":
        return False
    return node.op not in SET_OPERATORS or node.op == "and" or child is node.right


def _matched_on(matching: Matching | None, label: str) -> bool:
    return matching is None or matching.on is (label in matching.names)


def _apart(node: Expr, label: str) -> bool:
    """Whether elements with different values of the label do not meet here, and keep it."""
    match node:
        case Paren() | Unary() | Range() | Subquery() | Binary():
            return True
        case Aggregate(op="count_values", param=param) if param is not None:
            named = bare(param)
            return isinstance(named, String) and named.value != label and _groups(node, label)
        case Aggregate():
            return _groups(node, label)
        case Call(name="histogram_quantile" | "histogram_fraction"):
            return label != "le"
        case Call(name=name):
            return name not in _MIXING
        case _:
            return False


def _groups(node: Aggregate, label: str) -> bool:
    return node.grouping is not None and node.grouping.without is not (label in node.grouping.names)
