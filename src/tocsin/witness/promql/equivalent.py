"""Mutants that no telemetry of the contract can tell from the rule, each with the reason. Strict.

What is not proven here counts, even where nobody could think of telemetry that tells it apart.
"""

from collections.abc import Iterable

from tocsin.query.errors import QueryError
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql import parse
from tocsin.query.promql.ast import Selector
from tocsin.witness.mutant import Mutant
from tocsin.witness.promql.noticed import dropped_matcher
from tocsin.witness.rule import Known, Rule


def equivalent(rule: Rule, mutant: Mutant, known: Known) -> str:
    """Why it is the same; empty: it is not, or that is not known."""
    try:
        dropped = dropped_matcher(mutant, parse(rule.expr))
    except QueryError:
        return ""
    return "" if dropped is None else _always_met(*dropped, known)


def _always_met(selector: Selector, matcher: LabelMatcher, known: Known) -> str:
    signal = known.signals.get(selector.metric or "")
    values = signal.labels.get(matcher.label, ()) if signal is not None and signal.only else ()
    if not values or not _all_match(matcher, values):
        return ""
    shown = ", ".join(f"`{value}`" for value in values)
    return f"`{matcher.label}` of `{selector.metric}` is never anything but {shown}, says the contract"


def _all_match(matcher: LabelMatcher, values: Iterable[str]) -> bool:
    if matcher.op in ("=", "!="):
        return all((value == matcher.value) is (matcher.op == "=") for value in values)
    return False
