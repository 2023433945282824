"""A selector that no series can satisfy: its matchers, or the contract, contradict each other."""

import math

from tocsin.query.nodes import LabelMatcher
from tocsin.query.numbers import bucket_edge
from tocsin.query.promql.ast import Selector
from tocsin.query.regex_language import satisfiable
from tocsin.witness.outcome import Reason
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.promql.refute.reason import never
from tocsin.witness.promql.refute.values_of_selectors import OF_ALERTS
from tocsin.witness.rule import Signal

_OF_TARGETS = frozenset(("job", "instance"))
"""Discovery may bring others than the contract lists."""


@never(Selector)
def empty_selector(node: Selector, view: Analysis) -> Reason | None:
    """Look at each label that is asked for."""
    by_label: dict[str, list[LabelMatcher]] = {}
    for matcher in node.matchers:
        by_label.setdefault(matcher.label, []).append(matcher)
    for label, matchers in by_label.items():
        reason = _contradiction(label, matchers) or _against_contract(node, label, matchers, view)
        if reason is not None:
            return reason
    return None


def _contradiction(label: str, matchers: list[LabelMatcher]) -> Reason | None:
    if len(matchers) == 1 and matchers[0].op in ("=", "!="):
        return None
    if satisfiable((m.op, m.value) for m in matchers) is not False:
        return None
    start, end = min(m.start for m in matchers), max(m.end for m in matchers)
    alone = next((m for m in matchers if satisfiable(((m.op, m.value),)) is False), None)
    if alone is not None:
        words = (
            f'no value of `{label}` passes `{label}{alone.op}"{alone.value[:60]}"`: it excludes every value'
        )
        return Reason(
            kind="empty-matcher", start=alone.start, end=alone.end, words=words, help="leave it out"
        )
    told = " and ".join(f'`{label}{m.op}"{m.value[:60]}"`' for m in matchers[:4])
    words = f"no value of `{label}` passes {told}"
    return Reason(kind="contradicting-matchers", start=start, end=end, words=words)


def _against_contract(
    node: Selector, label: str, matchers: list[LabelMatcher], view: Analysis
) -> Reason | None:
    name = node.metric or ""
    signal = view.known.signals.get(name)
    values = _all_values(name, label, signal)
    if not values or label == "__name__":
        return None
    if any(all(_passes(m, value) for m in matchers) for value in values):
        return None
    wrong = next((m for m in matchers if not any(_passes(m, value) for value in values)), matchers[0])
    listed = ", ".join(f"`{value}`" for value in values[:8]) + (" ..." if len(values) > 8 else "")
    words = f"`{label}` of `{name}` is only ever {listed}"
    return Reason(kind="no-such-value", start=wrong.start, end=wrong.end, words=words)


def _all_values(name: str, label: str, signal: Signal | None) -> tuple[str, ...]:
    """All values that the label can have; none where they are not known."""
    if name in OF_ALERTS and label == "alertstate":
        return ("pending", "firing")
    if signal is None:
        return ()
    if label == "le" and name.endswith("_bucket") and signal.buckets:
        return tuple(bucket_edge(edge) for edge in dict.fromkeys((*signal.buckets, math.inf)))
    return signal.labels.get(label, ()) if signal.only and label not in _OF_TARGETS else ()


def _passes(matcher: LabelMatcher, value: str) -> bool:
    """Where it is too hard to say, it may."""
    return satisfiable((("=", value), (matcher.op, matcher.value))) is not False
