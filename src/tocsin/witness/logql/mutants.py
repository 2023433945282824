"""The mutants of a LogQL alert: every small mistake that could have been made in its expression.

As for PromQL, and in the pipeline each stage that finds or leaves out lines is dropped or negated. Stages
that only dress up what was found (`line_format`, `label_format`, `drop`, `keep`, ...) are left alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import TypeAlias

from tocsin.query.errors import QueryError
from tocsin.query.logql import parse, print_
from tocsin.query.logql.ast import (
    COMPARISONS,
    SET_OPERATORS,
    Aggregate,
    Binary,
    Compare,
    Condition,
    Expr,
    IpFilter,
    Json,
    Junction,
    LabelFilter,
    LabelMatcher,
    LineFilter,
    LineOp,
    Logfmt,
    Logs,
    Number,
    Pattern,
    RangeAggregate,
    Regexp,
    Stage,
    Unpack,
)
from tocsin.query.logql.conditions import constant
from tocsin.query.logql.print import print_condition, print_stage
from tocsin.query.logql.quantities import show_log_duration
from tocsin.query.logql.walk import rewrite, walk
from tocsin.witness.logql.whole import whole
from tocsin.witness.mutant import (
    COMPLEMENT,
    MOST,
    Change,
    Mutant,
    excerpt,
    of_expression,
    of_times,
)
from tocsin.witness.mutant_parts import branches, comparators, groupings, thresholds
from tocsin.witness.rule import Rule

Changes: TypeAlias = Iterator[Change[Expr]]
_NEGATED_LINE: dict[LineOp, LineOp] = {"|=": "!=", "!=": "|=", "|~": "!~", "!~": "|~", "|>": "!>", "!>": "|>"}


def mutants(rule: Rule) -> tuple[Mutant, ...]:
    """All mutants of the rule, none if it does not parse. Those of the expression come first."""
    try:
        parse(rule.expr)
    except QueryError:
        return ()
    return (*(mutant for mutant, _ in trees(rule)), *of_times(rule))


def trees(rule: Rule) -> tuple[tuple[Mutant, Expr], ...]:
    """The mutants of the expression, each with its tree."""
    try:
        expr = parse(rule.expr)
    except QueryError:
        return ()
    changes = chain.from_iterable(_changes(rule.expr, expr, node) for node in walk(expr))
    return tuple(islice(of_expression(rule, changes, print_, parse), MOST))


def _changes(text: str, expr: Expr, node: Expr) -> Iterable[Change[Expr]]:
    match node:
        case Binary(op=op) if op in COMPARISONS:
            both = whole(node.left) and whole(node.right)
            turned = comparators(node, lambda op: _with(expr, node, replace(node, op=op)), whole=both)
            return chain(_thresholds(expr, node), turned)
        case Binary(op=op) if op in SET_OPERATORS:
            return branches(text, node, lambda kept: _with(expr, node, kept), risky=True)
        case Aggregate():
            return _groupings(expr, node)
        case RangeAggregate():
            return chain(_groupings(expr, node), _windows(expr, node), _unwrap_filters(expr, node))
        case Logs():
            return chain(_matchers(expr, node), _stages(expr, node))
        case _:
            return ()


def _with(expr: Expr, at: Expr, new: Expr) -> Expr:
    """The tree with `new` in the place of `at`. A kind of node stands only once at a place."""
    place = type(at), at.start, at.end
    return rewrite(expr, lambda node: new if (type(node), node.start, node.end) == place else node)


# -- what is compared, grouped and joined --------------------------------------------------------------------
def _thresholds(expr: Expr, node: Binary) -> Changes:
    left, right = constant(node.left), constant(node.right)
    if (left is None) == (right is None):
        return
    value = left if right is None else right
    assert value is not None, "one of both is a number"
    side, signal = (node.left, node.right) if right is None else (node.right, node.left)
    yield from thresholds(
        value, side, lambda new: _with(expr, node, _other_side(node, side, Number(new))), whole=whole(signal)
    )


def _other_side(node: Binary, side: Expr, number: Number) -> Binary:
    return replace(node, left=number) if side is node.left else replace(node, right=number)


def _groupings(expr: Expr, node: Aggregate | RangeAggregate) -> Changes:
    if node.grouping is not None:
        yield from groupings(node.grouping, lambda less: _with(expr, node, replace(node, grouping=less)))


def _windows(expr: Expr, node: RangeAggregate) -> Changes:
    window = node.range.range
    if window.value <= 0:
        return
    for verb, factor in (("halving", 0.5), ("doubling", 2.0)):
        seconds = round(window.value * factor, 3)
        span = replace(node.range, range=Number(seconds, duration=True))
        yield Change(
            kind="window",
            name=f"window {show_log_duration(seconds)}",
            words=f"{verb} the window [{show_log_duration(window.value)}]",
            start=window.start,
            end=window.end,
            expr=_with(expr, node, replace(node, range=span)),
        )


# -- which lines ---------------------------------------------------------------------------------------------
def _matchers(expr: Expr, node: Logs) -> Changes:
    for i, matcher in enumerate(node.matchers):
        shown = print_condition(matcher)
        negated = _negated(matcher)
        assert isinstance(negated, LabelMatcher), "a matcher's opposite is one"
        for name, words, new in (
            ("drop", f"dropping `{shown}`", ()),
            ("negate", f"`{print_condition(negated)}` in place of `{shown}`", (negated,)),
        ):
            kept = (*node.matchers[:i], *new, *node.matchers[i + 1 :])
            yield Change(
                kind="matcher",
                name=f"{name} {matcher.label}",
                words=words,
                start=matcher.start,
                end=matcher.end,
                expr=_with(expr, node, replace(node, matchers=kept)),
                risky=True,
            )


def _stages(expr: Expr, node: Logs) -> Changes:
    for i, stage in enumerate(node.stages):
        for name, words, place, new in _of_stage(stage):
            stages = (*node.stages[:i], *new, *node.stages[i + 1 :])
            yield Change(
                kind="stage",
                name=name,
                words=words,
                start=place.start,
                end=place.end,
                expr=_with(expr, node, replace(node, stages=stages)),
                risky=True,
            )


_StageChange: TypeAlias = tuple[str, str, Stage | Condition, tuple[Stage, ...]]
"""Name, words, where it stands, and what stands in the stage's place."""


def _of_stage(stage: Stage) -> Iterator[_StageChange]:
    match stage:
        case LineFilter():
            opposite = replace(stage, op=_NEGATED_LINE[stage.op])
            yield "drop", f"dropping {excerpt(print_stage(stage))}", stage, ()
            yield "negate", f"negating {excerpt(print_stage(stage))}", stage, (opposite,)
            yield from _alternatives(stage)
        case LabelFilter(condition=condition):
            yield "drop", f"dropping {excerpt(print_stage(stage))}", stage, ()
            for part, words, changed in _of_condition(condition):
                yield "change", words, part, (replace(stage, condition=changed),)
        case Json() | Logfmt() | Regexp() | Pattern() | Unpack():
            yield "drop", f"dropping {excerpt(print_stage(stage))}", stage, ()
        case _:
            return


def _alternatives(stage: LineFilter) -> Iterator[_StageChange]:
    if len(stage.alternatives) == 1:
        return
    for i, alternative in enumerate(stage.alternatives):
        rest = replace(stage, alternatives=(*stage.alternatives[:i], *stage.alternatives[i + 1 :]))
        yield f"drop {i + 1}", f"dropping {excerpt(alternative.value)} of the alternatives", stage, (rest,)


def _of_condition(condition: Condition) -> Iterator[tuple[Condition, str, Condition]]:
    """The part that is changed, the words, and the whole condition with the change."""
    if not isinstance(condition, Junction):
        opposite = _negated(condition)
        words = f"`{print_condition(opposite)}` in place of `{print_condition(condition)}`"
        yield condition, words, opposite
        return
    for kept, lost in ((condition.left, condition.right), (condition.right, condition.left)):
        yield lost, f"dropping {excerpt(f'{condition.op} {print_condition(lost)}')}", kept
    for part, words, changed in _of_condition(condition.left):
        yield part, words, replace(condition, left=changed)
    for part, words, changed in _of_condition(condition.right):
        yield part, words, replace(condition, right=changed)


def _negated(condition: LabelMatcher | Compare | IpFilter) -> Condition:
    match condition:
        case LabelMatcher():
            return replace(condition, op=condition.plain.negated.op)
        case Compare():
            return replace(condition, op=COMPLEMENT[condition.op])
        case IpFilter():
            return replace(condition, op="!=" if condition.op == "=" else "=")


def _unwrap_filters(expr: Expr, node: RangeAggregate) -> Changes:
    unwrap = node.range.unwrap
    if unwrap is None:
        return
    for i, condition in enumerate(unwrap.filters):
        before, after = unwrap.filters[:i], unwrap.filters[i + 1 :]
        dropped = (condition, f"dropping {excerpt('| ' + print_condition(condition))}", None)
        for part, words, changed in chain((dropped,), _of_condition(condition)):
            kept = (*before, *(() if changed is None else (changed,)), *after)
            span = replace(node.range, unwrap=replace(unwrap, filters=kept))
            yield Change(
                kind="stage",
                name="drop" if changed is None else "change",
                words=words,
                start=part.start,
                end=part.end,
                expr=_with(expr, node, replace(node, range=span)),
                risky=True,
            )
