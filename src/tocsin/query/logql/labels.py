"""Which labels lines and series of a LogQL query have. Sound: what is said holds whatever the lines are.

As of Loki 3.7.8.
"""

from tocsin.query.label_flow import NONE, Labels, clashes, joined, matched, of_absent, selected
from tocsin.query.logql.ast import (
    SET_OPERATORS,
    Aggregate,
    Binary,
    Compare,
    Condition,
    Drop,
    Expr,
    IpFilter,
    Json,
    Junction,
    Keep,
    LabelFilter,
    LabelFormat,
    LabelReplace,
    Logfmt,
    Logs,
    Name,
    Paren,
    Pattern,
    RangeAggregate,
    Regexp,
    Stage,
    String,
    Unpack,
)
from tocsin.query.logql.parse import is_literal
from tocsin.query.nodes import LabelMatcher

_KEEP_SERIES = frozenset(("topk", "bottomk", "approx_topk", "sort", "sort_desc"))
_SPECIAL = frozenset(("__error__", "__error_details__", "__preserve_error__"))


def labels_of(expr: Expr) -> Labels:
    """What is known of the labels of every line or series of `expr`."""
    match expr:
        case Logs():
            return after_stages(selected(expr.matchers), expr.stages)
        case RangeAggregate():
            return _of_range_aggregate(expr)
        case Aggregate(op=op, expr=inner, grouping=grouping):
            return labels_of(inner) if op in _KEEP_SERIES else labels_of(inner).grouped(grouping)
        case Binary():
            return _of_binary(expr)
        case Paren(expr=inner):
            return labels_of(inner)
        case LabelReplace(expr=inner, target=target):
            return labels_of(inner).unsure(target.value)
        case _:
            return NONE


def never_matches(expr: Binary) -> tuple[str, ...]:
    """Labels because of which the two sides can never match; empty when they can, or it is not known."""
    if is_literal(expr.left) or is_literal(expr.right) or expr.op == "or":
        return ()
    return clashes(labels_of(expr.left), labels_of(expr.right), expr.matching)


def after_stages(labels: Labels, stages: tuple[Stage, ...]) -> Labels:
    """What is known behind these stages of lines that had `labels`.

    Where a filter compares a number, lines whose label is none pass too, with an `__error__`; they make a
    metric query fail and are not thought of here.
    """
    stream = labels.certain
    for stage in stages:
        labels = _after(labels, stage, stream)
    return labels


def _after(labels: Labels, stage: Stage, stream: frozenset[str]) -> Labels:
    match stage:
        case LabelFilter(condition=condition):
            return _filtered(labels, condition)
        case Json() | Logfmt() | Unpack() | Regexp() | Pattern():
            return _parsed(labels, stream)
        case LabelFormat():
            return _formatted(labels, stage)
        case Drop(labels=dropped):
            for label in dropped:
                labels = (
                    labels.without((label.text,)) if isinstance(label, Name) else labels.unsure(label.label)
                )
            return labels
        case Keep(labels=kept):
            return _kept(labels, kept)
        case _:
            return labels


def _parsed(labels: Labels, stream: frozenset[str]) -> Labels:
    """A parser adds labels; those of the stream it never overwrites, those of another parser it may."""
    kept = labels.certain & stream
    return Labels(kept, {name: value for name, value in labels.values.items() if name in kept})


def _formatted(labels: Labels, stage: LabelFormat) -> Labels:
    for assignment in stage.assignments:
        value = assignment.value
        if isinstance(value, String):
            fixed = value.value if value.value and "{{" not in value.value else None
            labels = (
                labels.unsure(assignment.label) if fixed is None else labels.with_(assignment.label, fixed)
            )
        elif labels.has(value.text):
            labels = labels.with_(assignment.label, labels.values.get(value.text)).without((value.text,))
        elif labels.has(value.text) is None:
            labels = labels.unsure(assignment.label).without((value.text,))
    return labels


def _kept(labels: Labels, kept: tuple[Name | LabelMatcher, ...]) -> Labels:
    names = {label.text if isinstance(label, Name) else label.label for label in kept}
    found = labels.only(names | _SPECIAL)
    for label in kept:
        if isinstance(label, LabelMatcher) and label.label not in {
            n.text for n in kept if isinstance(n, Name)
        }:
            found = found.unsure(label.label)
    return found


def _filtered(labels: Labels, condition: Condition) -> Labels:
    match condition:
        case LabelMatcher():
            return selected((condition,), labels)
        case Compare(label=label):
            return labels.with_(label, labels.values.get(label))
        case IpFilter():
            return labels  # lines with an error pass, label or not
        case Junction(op="and", left=left, right=right):
            return _filtered(_filtered(labels, left), right)
        case Junction(left=left, right=right):
            return _filtered(labels, left).or_(_filtered(labels, right))


def _of_range_aggregate(expr: RangeAggregate) -> Labels:
    span = expr.range
    if expr.op == "absent_over_time":
        return of_absent(span.logs.matchers)
    labels = labels_of(span.logs)
    if span.unwrap is None:
        return labels.grouped(expr.grouping) if expr.grouping else labels
    unwrapped = span.unwrap.label.text
    for condition in span.unwrap.filters:
        labels = _filtered(labels, condition)
    if expr.grouping is None:
        return labels.without((unwrapped,))
    grouped = labels.grouped(expr.grouping)
    return grouped.without((unwrapped,)) if expr.grouping.without else grouped


def _of_binary(expr: Binary) -> Labels:
    left, right = is_literal(expr.left), is_literal(expr.right)
    if left or right:
        return NONE if left and right else labels_of(expr.right if left else expr.left)
    first, second = labels_of(expr.left), labels_of(expr.right)
    if expr.op in SET_OPERATORS:
        if expr.op == "or":
            return first.or_(second)
        return matched(first, second, expr.matching)[0] if expr.op == "and" else first
    return joined(first, second, expr.matching, keeps_name=True)
