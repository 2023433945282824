"""LogQL at one instant over a few streams, as Loki 3.7.8 evaluates it, and how far each element is from true.

A proposer's evaluator, not the judge. `Plan` is made once for an expression and then evaluated often.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tocsin.query.logql import parse
from tocsin.query.logql.ast import (
    COMPARISONS,
    SET_OPERATORS,
    Aggregate,
    Binary,
    Expr,
    LabelReplace,
    Number,
    Paren,
    RangeAggregate,
    Vector,
)
from tocsin.query.logql.parse import is_literal
from tocsin.query.logql.walk import bare, walk
from tocsin.query.nodes import Grouping, LabelMatcher
from tocsin.query.regex_match import program
from tocsin.query.regex_members import group_names
from tocsin.query.regex_tree import tree
from tocsin.witness.logql.aggregations import aggregated
from tocsin.witness.logql.elements import CERTAIN, Element, kept
from tocsin.witness.logql.matching import binary, calculated, compared, joined
from tocsin.witness.logql.pipeline import Extractor, extractor
from tocsin.witness.logql.ranges import aggregate
from tocsin.witness.logql.store import Store, nanoseconds
from tocsin.witness.logql.trouble import NotUnderstood, OutOfBudget
from tocsin.witness.telemetry import Labels


@dataclass(slots=True)
class Budget:
    """Steps that may still be taken: one for each node and each element."""

    left: int

    def spend(self, steps: int) -> None:
        """Take steps; raises OutOfBudget when there are none left."""
        self.left -= steps
        if self.left < 0:
            raise OutOfBudget


@dataclass(slots=True)
class Plan:
    """An expression that is ready to be evaluated."""

    expr: Expr
    budget: Budget = field(default_factory=lambda: Budget(10**9))
    extractors: dict[int, Extractor] = field(init=False)

    @classmethod
    def of(cls, text: str) -> "Plan":
        """Read and made ready; raises QueryError for what is no LogQL."""
        return cls(parse(text))

    def __post_init__(self) -> None:
        self.extractors = {}
        summed: dict[int, Grouping | None] = {}
        for node in walk(self.expr):
            if isinstance(node, Aggregate) and node.op == "sum" and isinstance(node.expr, RangeAggregate):
                summed[id(node.expr)] = node.grouping
            if isinstance(node, RangeAggregate):
                pushed = id(node) in summed
                self.extractors[id(node)] = extractor(node, summed.get(id(node)), pushed)

    def vector(self, store: Store, t: float, *, hopeful: bool = False) -> list[Element]:
        """The elements at `t` seconds. `hopeful` keeps those that are not there (margin <= 0).

        Raises NotUnderstood, EngineRefuses, OutOfBudget.
        """
        return self.part(self.expr, store, t, hopeful=hopeful)

    def part(self, node: Expr, store: Store, t: float, *, hopeful: bool = False) -> list[Element]:
        """The same for a part of the expression."""
        try:
            return self._vector(node, store, nanoseconds(t), hopeful)
        except RecursionError:
            raise NotUnderstood("an expression that is nested very deeply") from None

    def _vector(self, node: Expr, store: Store, at: int, hopeful: bool) -> list[Element]:
        if is_literal(node):
            return [Element((), literal(node), CERTAIN)]
        found = self._of(node, store, at, hopeful)
        self.budget.spend(1 + len(found))
        return found if hopeful else kept(found)

    def _of(self, node: Expr, store: Store, at: int, hopeful: bool) -> list[Element]:
        match node:
            case Paren(expr=inner):
                return self._vector(inner, store, at, hopeful)
            case RangeAggregate():
                return self._range(node, store, at)
            case Aggregate(op="approx_topk"):
                raise NotUnderstood("`approx_topk`, which does not work in rules")
            case Aggregate(expr=inner):
                return aggregated(node, self._vector(inner, store, at, hopeful))
            case Vector(value=value):
                return [Element((), value.value, CERTAIN)]
            case LabelReplace():
                inner_found = self._vector(node.expr, store, at, hopeful)
                return [replace(each, labels=_replaced(node, each.labels)) for each in inner_found]
            case Binary():
                return self._binary(node, store, at, hopeful)
            case _:
                raise NotUnderstood("`variants`, or a log query")

    def _range(self, node: RangeAggregate, store: Store, at: int) -> list[Element]:
        found = store.read(self.extractors[id(node)]).window(node.range, at)
        if node.op == "absent_over_time":
            count = sum(len(times) for times, _ in found.values())
            return [Element(_absent(node.range.logs.matchers), 1.0, -float(count) if count else CERTAIN)]
        return [
            Element(labels, aggregate(node, times, values), CERTAIN)
            for labels, (times, values) in found.items()
        ]

    def _binary(self, node: Binary, store: Store, at: int, hopeful: bool) -> list[Element]:
        if is_literal(node.left) or is_literal(node.right):
            flip = is_literal(node.left)
            number = literal(node.left if flip else node.right)
            side = self._vector(node.right if flip else node.left, store, at, hopeful)
            return [_with_number(node, each, number, flip) for each in side]
        left = self._vector(node.left, store, at, hopeful)
        right = self._vector(node.right, store, at, hopeful)
        if node.op in SET_OPERATORS:
            return joined(node, left, right)
        return binary(node, left, right)


def _with_number(node: Binary, element: Element, number: float, flip: bool) -> Element:
    first, second = (number, element.value) if flip else (element.value, number)
    if node.op not in COMPARISONS:
        return replace(element, value=calculated(node.op, first, second))
    margin = compared(node.op, first, second)
    if node.returns_bool:
        return replace(element, value=1.0 if margin > 0 else 0.0)
    return replace(element, margin=min(element.margin, margin))


def literal(node: Expr) -> float:
    """The value of an expression of numbers only."""
    match bare(node):
        case Number(value=value):
            return value
        case Binary(op=op, left=left, right=right):
            first, second = literal(left), literal(right)
            if op in COMPARISONS:
                return 1.0 if compared(op, first, second) > 0 else 0.0
            return calculated(op, first, second)
        case _:
            return math.nan


def _absent(matchers: Sequence[LabelMatcher]) -> Labels:
    found: dict[str, str] = {}
    unsure = set()
    for matcher in matchers:
        if matcher.op == "=" and matcher.label not in found:
            found[matcher.label] = matcher.value
        else:
            unsure.add(matcher.label)
    return tuple(sorted((name, value) for name, value in found.items() if name not in unsure and value))


def _replaced(node: LabelReplace, labels: Labels) -> Labels:
    found = dict(labels)
    source = found.get(node.source.value, "")
    pattern = node.regex.value
    spans = program(pattern, "s").search(source, whole=True)
    if spans is None:
        return labels
    names = {name: spans[index] for index, name in group_names(tree(pattern, "s")) if name}
    groups = {str(i): span for i, span in enumerate(spans)} | names
    value = _expanded(node.replacement.value, {k: source[s[0] : s[1]] for k, s in groups.items() if s})
    found.pop(node.target.value, None)
    if value:
        found[node.target.value] = value
    return tuple(sorted((name, text) for name, text in found.items() if text))


def _expanded(text: str, groups: dict[str, str]) -> str:
    """`$1` and `${name}` as Go's regexp expands them."""
    out, at = "", 0
    while at < len(text):
        if text[at] != "$":
            out += text[at]
            at += 1
            continue
        if text[at + 1 : at + 2] == "$":
            out += "$"
            at += 2
            continue
        braced = text[at + 1 : at + 2] == "{"
        start = at + 1 + braced
        end = start
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        if end == start or (braced and text[end : end + 1] != "}"):
            out += "$"
            at += 1
            continue
        out += groups.get(text[start:end], "")
        at = end + braced
    return out
