"""Operators between two instant vectors: who meets whom, with which labels (Prometheus 3.15.0).

Elements that are not really there meet as well, but never take the place of one that is, and no error of
the engine is about them.
"""

from collections.abc import Callable
from typing import TypeAlias

from tocsin.query.nodes import Matching
from tocsin.query.promql.ast import COMPARISONS, Binary
from tocsin.witness.promql.evaluator.functions_numbers import ARITHMETIC
from tocsin.witness.promql.evaluator.margin import COMPARE, distance
from tocsin.witness.promql.evaluator.terms import (
    CERTAIN,
    METADATA,
    Element,
    EngineRefuses,
    Moment,
    VectorPlan,
    distinct,
)
from tocsin.witness.telemetry import Labels

LabelChange: TypeAlias = Callable[[Labels], Labels]
_BOUND = 10_000
_PLAIN = Matching(False, ())


def remembered(change: LabelChange) -> LabelChange:
    """The same function, with a bounded memory of what it has answered."""
    known: dict[Labels, Labels] = {}

    def asked(labels: Labels) -> Labels:
        found = known.get(labels)
        if found is None:
            if len(known) > _BOUND:
                known.clear()
            found = known[labels] = change(labels)
        return found

    return asked


def signature(matching: Matching | None) -> LabelChange:
    """The part of the labels that must be equal on both sides."""
    if matching is not None and matching.on:
        return kept(matching.names)
    return dropped(("__name__", *(matching.names if matching is not None else ())))


def kept(names: tuple[str, ...]) -> LabelChange:
    """Only these labels."""
    wanted = frozenset(names)
    if not wanted:
        return lambda labels: ()
    return remembered(lambda labels: tuple(pair for pair in labels if pair[0] in wanted))


def dropped(names: tuple[str, ...]) -> LabelChange:
    """All labels but these."""
    gone = frozenset(names)
    return remembered(lambda labels: tuple(pair for pair in labels if pair[0] not in gone))


def set_operator(node: Binary, left: VectorPlan, right: VectorPlan) -> VectorPlan:
    """`and`, `or`, `unless`."""
    key = signature(node.matching)
    combine = {"and": _and, "or": _or, "unless": _unless}[node.op]

    def run(moment: Moment) -> list[Element]:
        ours, theirs = left(moment), right(moment)
        moment.budget.spend(1 + len(ours) + len(theirs))
        best: dict[Labels, float] = {}
        for element in ours if node.op == "or" else theirs:
            at = key(element.labels)
            best[at] = max(best.get(at, element.margin), element.margin)
        found = combine(ours, theirs, best, key)
        return distinct(found if moment.hopeful else [e for e in found if e.margin > 0])

    return run


def _and(
    ours: list[Element], theirs: list[Element], best: dict[Labels, float], key: LabelChange
) -> list[Element]:
    found = []
    for element in ours:
        margin = best.get(key(element.labels))
        if margin is not None:
            found.append(element if margin >= element.margin else element._replace(margin=margin))
    return found


def _or(
    ours: list[Element], theirs: list[Element], best: dict[Labels, float], key: LabelChange
) -> list[Element]:
    return [*ours, *(element for element in theirs if not best.get(key(element.labels), 0.0) > 0)]


def _unless(
    ours: list[Element], theirs: list[Element], best: dict[Labels, float], key: LabelChange
) -> list[Element]:
    found = []
    for element in ours:
        margin = -best.get(key(element.labels), -element.margin)
        found.append(element if margin >= element.margin else element._replace(margin=margin))
    return found


def operator(node: Binary, left: VectorPlan, right: VectorPlan) -> VectorPlan:
    """Arithmetic and comparisons between two vectors."""
    matching = node.matching or _PLAIN
    key = signature(matching)
    swapped = matching.group == "right"
    combine = _combination(node)
    labelled = _result_labels(node, matching)

    def run(moment: Moment) -> list[Element]:
        ours, theirs = left(moment), right(moment)
        if not ours or not theirs:
            return []
        moment.budget.spend(1 + len(ours) + len(theirs))
        many, one = (theirs, ours) if swapped else (ours, theirs)
        partners = _by_signature(one, key)
        if len(partners) < len(one) and any(element.margin > 0 for element in many):
            _refuse_duplicates(one, key, "left" if swapped else "right")
        found: list[Element] = []
        met: set[object] = set()
        for element in many:
            at = key(element.labels)
            other = partners.get(at)
            if other is None:
                continue
            labels = labelled(element.labels, other.labels)
            margin = min(element.margin, other.margin)
            if margin > 0:
                _meet(met, (at, labels) if matching.group else at, matching)
            value, holds = (
                combine(other.value, element.value) if swapped else combine(element.value, other.value)
            )
            margin = min(margin, holds)
            if margin > 0 or moment.hopeful:
                found.append(Element(labels, value, margin))
        return distinct(found)

    return run


def _by_signature(elements: list[Element], key: LabelChange) -> dict[Labels, Element]:
    """The elements of the side that must be unique; of several the one that is there, or is next to."""
    found: dict[Labels, Element] = {}
    for element in elements:
        at = key(element.labels)
        other = found.get(at)
        if other is None or element.margin > other.margin:
            found[at] = element
    return found


def _refuse_duplicates(elements: list[Element], key: LabelChange, side: str) -> None:
    there = [key(element.labels) for element in elements if element.margin > 0]
    if len(set(there)) < len(there):
        raise EngineRefuses(
            f"found duplicate series for the match group on the {side} hand-side of the operation"
        )


def _meet(met: set[object], at: object, matching: Matching) -> None:
    if at in met:
        need = (
            "grouping labels must ensure unique matches"
            if matching.group
            else ("many-to-one matching must be explicit (group_left/group_right)")
        )
        raise EngineRefuses(f"multiple matches for labels: {need}")
    met.add(at)


def _combination(node: Binary) -> Callable[[float, float], tuple[float, float]]:
    """Value and margin that two values have together."""
    op = node.op
    if op not in COMPARISONS:
        calculate = ARITHMETIC[op]
        return lambda left, right: (calculate(left, right), CERTAIN)
    test = COMPARE[op]
    if node.returns_bool:
        return lambda left, right: (1.0 if test(left, right) else 0.0, CERTAIN)

    def compare(left: float, right: float) -> tuple[float, float]:
        return left, distance(op, test(left, right), left, right)

    return compare


def _result_labels(node: Binary, matching: Matching) -> Callable[[Labels, Labels], Labels]:
    """Of the element of the many side and its partner's."""
    drops_name = node.returns_bool or node.op not in COMPARISONS
    gone = METADATA if drops_name else frozenset()
    names, include = frozenset(matching.names), frozenset(name.text for name in matching.include)

    def of_one(labels: Labels) -> Labels:
        return tuple(p for p in labels if p[0] not in gone and (p[0] in names) == matching.on)

    def of_many(labels: Labels, other: Labels) -> Labels:
        ours = tuple(p for p in labels if p[0] not in gone and p[0] not in include)
        return tuple(sorted((*ours, *(p for p in other if p[0] in include)))) if include else ours

    if matching.group:
        return of_many
    alone = remembered(of_one)
    return lambda labels, other: alone(labels)
