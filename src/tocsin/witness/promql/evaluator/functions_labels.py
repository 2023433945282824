"""`label_replace` and `label_join` (Prometheus 3.15.0): labels made out of labels."""

import re
from collections.abc import Callable

from tocsin.query.promql.ast import Call, Expr, String
from tocsin.query.promql.walk import bare
from tocsin.query.regex import RegexError
from tocsin.query.regex_match import program
from tocsin.query.regex_members import group_names
from tocsin.query.regex_tree import TooHard, tree
from tocsin.witness.promql.evaluator.matching import LabelChange, remembered
from tocsin.witness.promql.evaluator.terms import (
    Element,
    EngineRefuses,
    Moment,
    NotUnderstood,
    VectorPlan,
    distinct,
)
from tocsin.witness.telemetry import Labels

_LONGEST = 10_000
"""Characters: calls inside each other could double a value each time."""
_REFERENCE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")


def relabelled(change: LabelChange, inner: VectorPlan) -> VectorPlan:
    """Every element with other labels."""

    def run(moment: Moment) -> list[Element]:
        elements = inner(moment)
        moment.budget.spend(1 + len(elements))
        return distinct([Element(change(e.labels), e.value, e.margin) for e in elements])

    return run


def label_replace(node: Call, inner: VectorPlan) -> VectorPlan:
    """`label_replace(v, target, replacement, source, pattern)`: where the pattern fits the whole source."""
    target, replacement, source, pattern = _texts(node)
    if not target:
        raise EngineRefuses("invalid destination label name in label_replace()")
    expand = _expansion(node, pattern, replacement)

    def change(labels: Labels) -> Labels:
        text = expand(dict(labels).get(source, ""))
        return labels if text is None else _with(node, labels, target, text)

    return relabelled(remembered(change), inner)


def label_join(node: Call, inner: VectorPlan) -> VectorPlan:
    """`label_join(v, target, separator, source...)`."""
    target, separator, *sources = _texts(node)
    if not target or not all(sources):
        raise EngineRefuses("invalid label name in label_join()")

    def change(labels: Labels) -> Labels:
        values = dict(labels)
        text = separator.join(values.get(source, "") for source in sources)
        return _with(node, labels, target, text)

    return relabelled(remembered(change), inner)


def _texts(node: Call) -> list[str]:
    return [arg.value for arg in map(bare, node.args[1:]) if isinstance(arg, String)]


def _with(node: Call, labels: Labels, name: str, value: str) -> Labels:
    if len(value) > _LONGEST:
        raise NotUnderstood("label values so long are not looked into here", node)
    others = [pair for pair in labels if pair[0] != name]
    return tuple(sorted((*others, (name, value)))) if value else tuple(others)


def _expansion(node: Expr, pattern: str, replacement: str) -> Callable[[str], str | None]:
    """From a text to the replacement with its groups filled in; None when the pattern does not fit."""
    try:
        compiled = program(pattern, "s")
        names = {name: index for index, name in reversed(group_names(tree(pattern, "s"))) if name}
    except RegexError:
        raise EngineRefuses(f"invalid regular expression in label_replace(): {pattern}") from None
    except TooHard as error:
        raise NotUnderstood(str(error), node) from None

    def expand(text: str) -> str | None:
        try:
            spans = compiled.search(text, whole=True)
        except TooHard as error:
            raise NotUnderstood(str(error), node) from None
        if spans is None:
            return None

        def fill(found: re.Match[str]) -> str:
            if found[1]:
                return "$"
            name = found[2] or found[3]
            index = int(name) if name.isdecimal() and name.isascii() else names.get(name, -1)
            span = spans[index] if 0 <= index < len(spans) else None
            return text[span[0] : span[1]] if span else ""

        return _REFERENCE.sub(fill, replacement)

    return expand
