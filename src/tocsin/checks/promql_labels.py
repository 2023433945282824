"""Which labels the result of an expression may have, must have, and with which value. Judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tocsin.checks.contract_index import Index
from tocsin.query.promql.ast import (
    SET_OPERATORS,
    Aggregate,
    Binary,
    Call,
    Expr,
    Number,
    Paren,
    Range,
    Selector,
    String,
    Subquery,
    Unary,
)
from tocsin.query.promql.types import type_of

_NOTHING: Mapping[str, str] = MappingProxyType({})
_KEEPS_ALL = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))
_NEW_LABEL = {"label_replace": 1, "label_join": 1}
_NO_LABELS = frozenset(("vector", "time", "scalar", "pi"))


@dataclass(frozen=True, slots=True)
class Labels:
    """`may` is None where nobody knows; `fixed` are values that all series share. Without the metric name."""

    may: frozenset[str] | None
    must: frozenset[str] = frozenset()
    fixed: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def only(self, names: frozenset[str]) -> "Labels":
        """What is left of them when all others are dropped."""
        may = names if self.may is None else self.may & names
        fixed = {k: v for k, v in self.fixed.items() if k in names}
        return Labels(may, self.must & names, MappingProxyType(fixed))

    def without(self, names: frozenset[str]) -> "Labels":
        """What is left of them without these."""
        may = None if self.may is None else self.may - names
        fixed = {k: v for k, v in self.fixed.items() if k not in names}
        return Labels(may, self.must - names, MappingProxyType(fixed))

    def also(self, names: frozenset[str]) -> "Labels":
        """With further ones that may be there, with any value."""
        rest = self.without(names)
        return replace(rest, may=None if self.may is None else self.may | names, must=self.must - names)


EMPTY = Labels(frozenset())
ANY = Labels(None)


def labels(expr: Expr, index: Index) -> Labels:
    """The labels of an expression's result."""
    match expr:
        case Selector():
            return _selected(expr, index)
        case Range(selector=selector):
            return _selected(selector, index)
        case Paren(expr=inner) | Unary(expr=inner) | Subquery(expr=inner):
            return labels(inner, index)
        case Aggregate():
            return _aggregated(expr, labels(expr.expr, index))
        case Call():
            return _called(expr, index)
        case Binary():
            return _combined(expr, labels(expr.left, index), labels(expr.right, index))
        case Number() | String():
            return EMPTY


def _selected(selector: Selector, index: Index) -> Labels:
    pinned = {m.label: m.value for m in selector.matchers if m.op == "=" and m.label != "__name__"}
    gone = frozenset(label for label, value in pinned.items() if not value)
    may = index.labels(selector)
    fixed = MappingProxyType({label: value for label, value in pinned.items() if value})
    return Labels(
        may=None if may is None else (may | frozenset(fixed)) - gone,
        must=index.certain(selector),
        fixed=fixed,
    )


def _aggregated(expr: Aggregate, inner: Labels) -> Labels:
    if expr.op in _KEEPS_ALL:
        return inner
    grouping = expr.grouping
    if grouping is None:
        out = EMPTY
    elif grouping.without:
        out = inner.without(frozenset(grouping.names))
    else:
        out = inner.only(frozenset(grouping.names))
    if expr.op == "count_values" and isinstance(expr.param, String):
        out = out.also(frozenset((expr.param.value,)))
    return out


def _called(expr: Call, index: Index) -> Labels:
    if expr.name in _NO_LABELS or not expr.args:
        return EMPTY
    if expr.name in ("absent", "absent_over_time"):
        return _absent(expr.args[0], index)
    if expr.name == "info":
        return ANY
    vector = next((a for a in expr.args if type_of(a) in ("vector", "matrix")), expr.args[0])
    inner = labels(vector, index)
    if expr.name in _NEW_LABEL and isinstance(expr.args[1], String):
        return inner.also(frozenset((expr.args[1].value,)))
    return inner.without(frozenset(("le",))) if expr.name == "histogram_quantile" else inner


def _absent(arg: Expr, index: Index) -> Labels:
    """Prometheus 3.15: the labels of `absent(v{a="b"})` are those that `=` matchers of a selector fix."""
    while isinstance(arg, Paren):
        arg = arg.expr
    selector = arg.selector if isinstance(arg, Range) else arg
    if not isinstance(selector, Selector):
        return EMPTY
    fixed = _selected(selector, index).fixed
    return Labels(frozenset(fixed), frozenset(fixed), fixed)


def _combined(expr: Binary, left: Labels, right: Labels) -> Labels:
    kinds = type_of(expr.left), type_of(expr.right)
    if "scalar" in kinds:
        return left if kinds[0] == "vector" else right
    if expr.op == "or":
        return _either(left, right)
    if expr.op in SET_OPERATORS:
        return left
    matching = expr.matching
    if matching is None:
        return left
    if matching.group:
        many = left if matching.group == "left" else right
        return many.also(frozenset(name.text for name in matching.include))
    names = frozenset(matching.names)
    return left.only(names) if matching.on else left.without(names)


def _either(left: Labels, right: Labels) -> Labels:
    may = None if left.may is None or right.may is None else left.may | right.may
    fixed = {k: v for k, v in left.fixed.items() if right.fixed.get(k) == v}
    return Labels(may, left.must & right.must, MappingProxyType(fixed))
