"""Which labels of the alert the texts of a rule print. Both rulers have the same templates."""

import re
from collections.abc import Iterator

from tocsin.witness.rule import Rule

_ACTION = re.compile(r"\{\{[^{}]{0,2000}\}\}")
_INNER = re.compile(r"\{\{-?\s*(?:range|with|template|define|block)\b")
_USED = re.compile(r"(?<![\w)])(?:\$labels|\.Labels)\.(\w+)|\bindex\s+(?:\$labels|\.Labels)\s+\"(\w+)\"")


def labels_used(rule: Rule) -> Iterator[tuple[str, str]]:
    """The name of the annotation or label, and the label that it prints; each label once.

    Texts with blocks are left out: in those `.Labels` may belong to the result of another query.
    """
    told: set[str] = set()
    for name, text in (*rule.annotations, *rule.labels):
        if _INNER.search(text):
            continue
        for action in _ACTION.finditer(text):
            for found in _USED.finditer(action[0]):
                label = found[1] or found[2]
                if label not in told:
                    told.add(label)
                    yield name, label
