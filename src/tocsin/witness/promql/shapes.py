"""Which labels the series of each selector need, so that they are selected and match each other.

One pass over the tree says for every label of every part of the expression where it comes from; what is
matched with each other is joined into classes, and each class is given one value. Not what the series do.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from tocsin.query.nodes import LabelMatcher
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
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import bare, metrics, walk
from tocsin.query.regex import RegexError
from tocsin.query.regex_match import program
from tocsin.query.regex_tree import TooHard
from tocsin.witness.promql.label_classes import Classes
from tocsin.witness.promql.label_values import choose
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Labels
from tocsin.witness.telemetry import labels as as_labels

Origin: TypeAlias = int | str | None
"""Where a label's value comes from: a variable, a constant (empty: it is not there), or unknown."""
Flow: TypeAlias = dict[str, Origin]
FRESH = ("instance", "replica")
"""Labels that tell series apart which nothing in the expression tells apart."""
_NAMED_IN_TEMPLATES = re.compile(r"\$labels\.(\w+)|\.Labels\.(\w+)|index \$labels \"([^\"]+)\"")
_KEEP_SERIES = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))
_DROP_LE = frozenset(("histogram_quantile", "histogram_fraction", "histogram_quantiles"))


@dataclass(frozen=True, slots=True)
class Need:
    """A place where series are read: what they are called, and what is done with them."""

    selector: Selector
    labels: Labels
    above: tuple[Expr, ...]
    """What stands above the selector, the outermost first."""
    range: Range | None


@dataclass(frozen=True, slots=True)
class Split:
    """Where several series meet: `label` tells them apart, in the needs of these numbers."""

    at: Aggregate | Binary
    """An aggregation, or a condition on other series of the same metric."""
    label: str
    needs: frozenset[int]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """The needs of an expression, in the order of its text."""

    needs: tuple[Need, ...]
    splits: tuple[Split, ...]


@dataclass(slots=True)
class _Pass:
    universe: tuple[str, ...]
    known: Known
    classes: Classes = field(default_factory=Classes)
    needs: list[tuple[Selector, tuple[Expr, ...], Range | None, dict[str, int]]] = field(default_factory=list)
    splits: list[tuple[Aggregate | Binary, str, int]] = field(default_factory=list)

    def of(self, expr: Expr, above: tuple[Expr, ...] = ()) -> Flow:
        """Where each label of the result comes from."""
        inside = (*above, expr)
        match expr:
            case Selector():
                return self.selector(expr, above, None)
            case Range(selector=selector):
                return self.selector(selector, inside, expr)
            case Paren(expr=inner) | Subquery(expr=inner) | Unary(expr=inner):
                return self.of(inner, inside)
            case Binary():
                return self.binary(expr, inside)
            case Aggregate():
                return self.aggregate(expr, inside)
            case Call():
                return self.call(expr, inside)
            case _:
                return {}

    def selector(self, selector: Selector, above: tuple[Expr, ...], range_: Range | None) -> Flow:
        metric = selector.metric or ""
        matchers = list(selector.matchers)
        if selector.name:
            matchers.append(LabelMatcher("__name__", "=", selector.name))
        number = len(self.needs)
        found: dict[str, int] = {}
        for label in self.universe:
            found[label] = self.classes.new(label, number, metric)
            self.classes.of(found[label]).matchers += [m for m in matchers if m.label == label]
        self.needs.append((selector, above, range_, found))
        return {**found}

    def aggregate(self, expr: Aggregate, inside: tuple[Expr, ...]) -> Flow:
        if expr.param is not None:
            self.of(expr.param, inside)
        below = self.of(expr.expr, inside)
        names = expr.grouping.names if expr.grouping is not None else ()
        for name in names:
            self.want(below.get(name, ""))
        without = expr.grouping is not None and expr.grouping.without
        result = {k: v for k, v in below.items() if (k in names) != without and k != "__name__"}
        for label in (*sorted(below.keys() - {*FRESH, "__name__", "le"}), *FRESH):
            origin = below.get(label, "")
            if isinstance(origin, int) and label not in result:
                self.splits.append((expr, label, origin))
        if expr.op in _KEEP_SERIES:
            return below
        if expr.op == "count_values" and isinstance(param := bare(expr.param or expr), String):
            result[param.value] = None
        return result

    def want(self, origin: Origin) -> None:
        """Somebody names this label."""
        if isinstance(origin, int):
            self.classes.of(origin).wanted = True

    def agree(self, left: Origin, right: Origin) -> None:
        """Both are the same value."""
        if isinstance(left, int) and isinstance(right, int):
            self.classes.join(left, right)
        elif isinstance(left, int) and isinstance(right, str):
            self.classes.fix(left, right)
        elif isinstance(right, int) and isinstance(left, str):
            self.classes.fix(right, left)

    def binary(self, expr: Binary, inside: tuple[Expr, ...]) -> Flow:
        left, right = self.of(expr.left, inside), self.of(expr.right, inside)
        vectors = type_of(expr.left), type_of(expr.right)
        if vectors != ("vector", "vector"):
            return left if vectors[0] == "vector" else right if vectors[1] == "vector" else {}
        matching = expr.matching
        names = matching.names if matching is not None else ()
        on = matching is not None and matching.on
        compared = names if on else tuple(n for n in self.universe if n not in names and n != "__name__")
        for name in names:
            self.want(left.get(name, ""))
            self.want(right.get(name, "") if on else "")
        for name in compared:
            self.agree(left.get(name, ""), right.get(name, ""))
        if expr.op == "and" and set(metrics(expr.left)) & set(metrics(expr.right)):
            told_apart = ((label, left.get(label)) for label in FRESH if label not in compared)
            self.splits += [(expr, label, origin) for label, origin in told_apart if isinstance(origin, int)]
        return self.matched(expr, left, right)

    def matched(self, expr: Binary, left: Flow, right: Flow) -> Flow:
        """The labels of what an operator gives between vectors."""
        matching = expr.matching
        if expr.op in SET_OPERATORS:
            return {**right, **left} if expr.op == "or" else left
        if matching is None:
            return left
        if not matching.group:
            return {k: v for k, v in left.items() if (k in matching.names) == matching.on}
        many, one = (left, right) if matching.group == "left" else (right, left)
        for included in matching.include:
            self.want(one.get(included.text, ""))
        return {**many, **{n.text: one.get(n.text, "") for n in matching.include}}

    def call(self, expr: Call, inside: tuple[Expr, ...]) -> Flow:
        flows = [self.of(arg, inside) for arg in expr.args]
        found = next((f for f, arg in zip(flows, expr.args, strict=True) if type_of(arg) in _SERIES), {})
        match expr.name:
            case "absent" | "absent_over_time":
                return _of_absent(bare(expr.args[0])) if expr.args else {}
            case "scalar" | "vector":
                return {}
            case "label_replace":
                return self.replaced(found, [a.value for a in map(bare, expr.args) if isinstance(a, String)])
            case "label_join":
                texts = [a.value for a in map(bare, expr.args) if isinstance(a, String)]
                return {**found, **dict.fromkeys(texts[:1])}
            case name if name in _DROP_LE:
                return {k: v for k, v in found.items() if k != "le"}
            case _:
                return found

    def replaced(self, flow: Flow, texts: list[str]) -> Flow:
        """`label_replace`: the target is the source itself, a constant, or what the pattern cuts out."""
        if len(texts) != 4:
            return flow
        target, replacement, source, pattern = texts
        origin = flow.get(source, "")
        if "$" not in replacement:
            return {**flow, target: replacement}
        if not isinstance(origin, int):
            return {**flow, target: None}
        self.want(origin)
        if source == target:
            self.classes.of(origin).matchers.append(LabelMatcher(source, "=~", pattern))
            return flow
        if pattern in ("(.*)", "(.+)") and replacement in ("$1", "${1}"):
            return {**flow, target: origin}
        return {**flow, target: self.cut_out(origin, source, replacement, pattern)}

    def cut_out(self, origin: int, label: str, replacement: str, pattern: str) -> Origin:
        """A value for the source that the pattern fits; what then becomes of the target."""
        found = self.classes.of(origin)
        if found.absent:
            return None
        matchers = [*found.matchers, LabelMatcher(label, "=~", pattern)]
        values = choose(label, matchers, examples=self.examples(found.label, found.metrics))
        try:
            spans = program(pattern, "s").search(values[0], whole=True) if values else None
        except (TooHard, RegexError):
            return None
        if spans is None or not self.classes.fix(origin, values[0]):
            return None
        groups = [values[0][span[0] : span[1]] if span else "" for span in spans]
        for number in range(len(groups) - 1, 0, -1):
            replacement = replacement.replace(f"${{{number}}}", groups[number])
            replacement = replacement.replace(f"${number}", groups[number])
        return replacement if "$" not in replacement else None

    def examples(self, label: str, metrics: Iterable[str]) -> tuple[str, ...]:
        """The contract's values."""
        signals = (self.known.signals.get(metric) for metric in metrics)
        return tuple(value for signal in signals if signal for value in signal.labels.get(label, ()))


_SERIES = ("vector", "matrix")


def _of_absent(inner: Expr) -> Flow:
    selector = inner.selector if isinstance(inner, Range) else inner
    if not isinstance(selector, Selector):
        return {}
    asked = [m.label for m in selector.matchers]
    return {m.label: m.value for m in selector.matchers if m.op == "=" and asked.count(m.label) == 1}


def named_in_templates(rule: Rule) -> tuple[str, ...]:
    """The labels that labels and annotations of the rule show."""
    texts = [value for _, value in (*rule.labels, *rule.annotations)]
    found = (name for text in texts for names in _NAMED_IN_TEMPLATES.findall(text) for name in names if name)
    return tuple(dict.fromkeys(found))


def _universe(expr: Expr, also: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(("__name__", *also))
    for node in walk(expr):
        match node:
            case Selector(matchers=matchers):
                found |= dict.fromkeys(m.label for m in matchers)
            case Aggregate(grouping=grouping) if grouping is not None:
                found |= dict.fromkeys(grouping.names)
            case Binary(matching=matching) if matching is not None:
                found |= dict.fromkeys((*matching.names, *(n.text for n in matching.include)))
            case Call(name=("label_replace" | "label_join"), args=args):
                found |= dict.fromkeys(a.value for a in map(bare, args) if isinstance(a, String) and a.value)
    return (*found, *(name for name in FRESH if name not in found))


def shape(expr: Expr, rule: Rule, known: Known) -> Shape:
    """What the selectors of `expr` need."""
    templates = named_in_templates(rule)
    work = _Pass(_universe(expr, templates), known)
    result = work.of(expr)
    for name in templates:
        work.want(result.get(name, ""))
    values = {root: _value(work, root) for root in range(len(work.classes.parent))}
    needs = []
    for selector, above, range_, variables in work.needs:
        pairs = [(label, values[work.classes.root(variable)]) for label, variable in variables.items()]
        needs.append(Need(selector, as_labels(pairs), above, range_))
    splits = [_split(work, *split) for split in work.splits]
    return Shape(tuple(needs), tuple(split for split in splits if len(split.values) > 1))


def _value(work: _Pass, root: int) -> str:
    if work.classes.root(root) != root:
        return ""
    found = work.classes.classes[root]
    if found.absent and not found.must:
        return ""
    if not (found.must or found.wanted or found.matchers) or (found.label == "le" and not found.must):
        return ""
    examples = work.examples(found.label, found.metrics)
    return next(iter(choose(found.label, found.matchers, examples=examples)), "")


def _split(work: _Pass, at: Aggregate | Binary, label: str, variable: int) -> Split:
    found = work.classes.of(variable)
    if found.absent or found.fixed is not None:
        return Split(at, label, frozenset(), ())
    values = choose(label, found.matchers, examples=work.examples(label, found.metrics), count=_MOST)
    return Split(at, label, frozenset(found.members), values)


_MOST = 150
"""The most series of one kind."""
