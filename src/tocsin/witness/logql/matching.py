"""Binary operators between two vectors, as Loki 3.7.8 (logql/evaluator.go); the margins of comparisons."""

import math
from dataclasses import replace

from tocsin.query.arithmetic import calculate
from tocsin.query.logql.ast import COMPARISONS, Binary
from tocsin.query.nodes import Matching
from tocsin.witness.logql.elements import Element, kept
from tocsin.witness.logql.trouble import EngineRefuses, NotUnderstood
from tocsin.witness.telemetry import Labels

_FLOOR, _TINY, _APART = 1e-3, 1e-12, 1.0


def calculated(op: str, left: float, right: float) -> float:
    """`left op right`. Loki 3.7.8: whatever is divided by 0 is no number."""
    if op in ("/", "%") and right == 0:
        return math.nan
    found = calculate(op, left, right)
    if found is None:
        raise NotUnderstood(f"the operator `{op}`")
    return found


def compared(op: str, left: float, right: float) -> float:
    """Positive if `left op right`: how far it is from not being so, relative to `right`."""
    if math.isnan(left) or math.isnan(right):
        return _APART if op == "!=" else -_APART
    distance = (left - right) / max(abs(right), _FLOOR) if not math.isinf(left - right) else left - right
    if left == right:
        distance = 0.0
    match op:
        case ">" | ">=":
            return distance if distance else (_TINY if op == ">=" else -_TINY)
        case "<" | "<=":
            return -distance if distance else (_TINY if op == "<=" else -_TINY)
        case "==":
            return -abs(distance) if distance else _APART
        case _:
            return abs(distance) if distance else -_APART


def signature(labels: Labels, matching: Matching | None) -> Labels:
    """The labels that must be alike on both sides; one with an empty value is as good as none."""
    if matching is None:
        return tuple(pair for pair in labels if pair[1])
    names = set(matching.names)
    return tuple(pair for pair in labels if (pair[0] in names) == matching.on and pair[1])


def joined(node: Binary, left: list[Element], right: list[Element]) -> list[Element]:
    """`and`, `or`, `unless`."""
    best: dict[Labels, float] = {}
    for each in left if node.op == "or" else right:
        key = signature(each.labels, node.matching)
        best[key] = max(best.get(key, -math.inf), each.margin)
    if node.op == "or":
        beside = [(each, best.get(signature(each.labels, node.matching), -math.inf)) for each in right]
        return [*left, *(replace(each, margin=min(each.margin, -other)) for each, other in beside)]
    found = []
    for each in left:
        other = best.get(signature(each.labels, node.matching))
        if node.op == "and":
            margin = min(each.margin, -_APART if other is None else other)
        else:
            margin = each.margin if other is None else min(each.margin, -other)
        found.append(replace(each, margin=margin))
    return found


def binary(node: Binary, left: list[Element], right: list[Element]) -> list[Element]:
    """Arithmetic and comparisons between two vectors."""
    matching = node.matching
    group = matching.group if matching else ""
    many, one = (right, left) if group == "right" else (left, right)
    partners = _partners(one, matching)
    seen: dict[Labels, set[Labels]] = {}
    found = []
    for each in many:
        key = signature(each.labels, matching)
        other = partners.get(key)
        if other is None:
            continue
        labels = _result(each.labels, other.labels, matching)
        if each.margin > 0 and other.margin > 0:
            _only_once(seen, key, labels, group)
        first, second = (other, each) if group == "right" else (each, other)
        found.append(_merged(node, first, second, labels))
    return found


def _partners(one: list[Element], matching: Matching | None) -> dict[Labels, Element]:
    partners: dict[Labels, Element] = {}
    for each in [*kept(one), *(other for other in one if other.margin <= 0)]:
        key = signature(each.labels, matching)
        if key not in partners:
            partners[key] = each
        elif each.margin > 0:
            raise EngineRefuses("found duplicate series on one side: matching labels must be unique there")
    return partners


def _only_once(seen: dict[Labels, set[Labels]], key: Labels, labels: Labels, group: str) -> None:
    before = seen.setdefault(key, set())
    if (before and not group) or labels in before:
        raise EngineRefuses("multiple matches for labels")
    before.add(labels)


def _result(labels: Labels, other: Labels, matching: Matching | None) -> Labels:
    if matching is None or not matching.group:
        return signature(labels, matching)
    found, theirs = {name: value for name, value in labels if value}, dict(other)
    for name in matching.include:
        found.pop(name.text, None)
        if theirs.get(name.text):
            found[name.text] = theirs[name.text]
    return tuple(sorted(found.items()))


def _merged(node: Binary, left: Element, right: Element, labels: Labels) -> Element:
    margin = min(left.margin, right.margin)
    if node.op not in COMPARISONS:
        return Element(labels, calculated(node.op, left.value, right.value), margin)
    distance = compared(node.op, left.value, right.value)
    if node.returns_bool:
        return Element(labels, 1.0 if distance > 0 else 0.0, margin)
    return Element(labels, left.value, min(margin, distance))
