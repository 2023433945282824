"""What series a selector can give: by its matchers, the contract, recording rules and well-known names."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.query.label_flow import Labels
from tocsin.query.promql import QueryError, parse
from tocsin.query.promql.ast import Expr, Selector
from tocsin.query.promql.labels import labels_of
from tocsin.witness.interval import ANYTHING, BIT, NOTHING, POSITIVE, Interval, only
from tocsin.witness.outcome import Reason
from tocsin.witness.presence import Presence
from tocsin.witness.promql.refute.result import NO_FACTS, Result
from tocsin.witness.rule import Known, Recording, Signal

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

BITS = frozenset(("up", "probe_success"))
OF_ALERTS = frozenset(("ALERTS", "ALERTS_FOR_STATE"))
_COUNTING = ("_total", "_bucket", "_count")
_NO_HISTOGRAM = (*_COUNTING, "_sum", "_info")


def selected(node: Selector, view: "Analysis") -> Result:
    """The series of a selector."""
    recorded = _recorded(node, view)
    if recorded is not None:
        return recorded
    name = node.metric or ""
    signal = view.known.signals.get(name)
    return Result(
        values=_values(name, signal),
        histograms=_histograms(name, signal),
        labels=_labels(node, name, signal),
        presence=Presence.WITH_DATA,
        unique=node.metric is not None,
        exact=(node, ANYTHING) if node.metric is not None else None,
    )


def _values(name: str, signal: Signal | None) -> Interval:
    if name in OF_ALERTS:
        return only(1) if name == "ALERTS" else POSITIVE
    if name in BITS or (signal is not None and signal.type == "gauge" and signal.unit == "bool"):
        return BIT
    if signal is not None and signal.type == "info":
        return only(1)
    counts = signal is not None and signal.type in ("counter", "histogram", "summary")
    if name.startswith("scrape_") or (counts and not name.endswith("_sum") and signal_counts(name, signal)):
        return POSITIVE
    gauge = signal is not None and signal.type == "gauge"
    return replace(POSITIVE, nan=True) if name.endswith(_COUNTING) and not gauge else ANYTHING


def signal_counts(name: str, signal: Signal | None) -> bool:
    """Whether series of this name are counters by contract."""
    if signal is None:
        return False
    return signal.type == "counter" or (
        signal.type in ("histogram", "summary") and name.endswith(("_bucket", "_count"))
    )


def _histograms(name: str, signal: Signal | None) -> bool:
    if signal is not None and signal.type:
        return signal.type == "histogram" and not signal.buckets
    return not (name in BITS | OF_ALERTS or name.endswith(_NO_HISTOGRAM) or name.startswith("scrape_"))


def _labels(node: Selector, name: str, signal: Signal | None) -> Labels:
    """Those that matchers ask for and the contract declares; `job` and `instance` of what is scraped.

    That there are no others is never taken from the contract: discovery may bring labels of its own.
    """
    labels = labels_of(node)
    if name in OF_ALERTS:
        return labels.with_("alertname", labels.values.get("alertname"))
    certain = {"job", "instance"} if name and ":" not in name else set()
    if signal is not None and signal.labels:  # what is pushed has no target
        certain = {label for label, values in signal.labels.items() if "" not in values}
    for label in sorted(certain):
        if labels.has(label) is not False:
            labels = labels.with_(label, labels.values.get(label))
    return labels


# -- recorded series -----------------------------------------------------------------------------------------
def _recorded(node: Selector, view: "Analysis") -> Result | None:
    """What the recording rules of this name give; None where there is none."""
    rules = [rule for rule in view.known.recordings if rule.record == node.metric]
    if not rules:
        return None
    known = replace(view.known, recordings=tuple(r for r in view.known.recordings if r not in rules))
    found = [_of_rule(rule, known, view.depth) for rule in rules]
    labels = labels_of(node)
    never = all(one.presence is Presence.NEVER for one in found)
    certain = all(one.presence >= Presence.WITH_DATA for one in found)
    values = NOTHING
    for one in found:
        values = values.join(one.values)
        for label in one.labels.certain:
            if all(other.labels.has(label) for other in found) and labels.has(label) is None:
                labels = labels.with_(label)
    return Result(
        values=values,
        histograms=any(one.histograms for one in found),
        labels=labels,
        presence=Presence.NEVER if never else Presence.WITH_DATA if certain else Presence.SOMETIMES,
        reason=_never_recorded(node, found[0]) if never else None,
        exact=(node, ANYTHING),
    )


def _of_rule(rule: Recording, known: Known, depth: int) -> Result:
    from tocsin.witness.promql.refute.analysis import (  # which needs this module
        MAX_RECORDINGS,
        Analysis,
        TooBig,
    )

    if depth >= MAX_RECORDINGS:
        return Result(histograms=True, labels=Labels())
    try:
        found = Analysis(parse(rule.expr), known, rule.expr, depth + 1).root
    except (QueryError, TooBig):
        return Result(histograms=True, labels=Labels())
    labels = found.labels.with_("__name__", rule.record)
    for name, value in rule.labels:
        labels = labels.with_(name, value) if value else labels.without((name,))
    return replace(found, labels=labels, facts=NO_FACTS, exact=None)


def _never_recorded(node: Selector, found: Result) -> Reason:
    why = found.reason.words if found.reason is not None else "its expression never gives anything"
    words = f"`{node.metric}` is never recorded: {why}"
    return Reason(kind="never-recorded", start=node.start, end=node.end, words=words)


def buckets(node: Expr, view: "Analysis") -> tuple[float, ...]:
    """The declared edges of a `_bucket` selector; none where they are not known."""
    if not isinstance(node, Selector) or not (node.metric or "").endswith("_bucket"):
        return ()
    signal = view.known.signals.get(node.metric or "")
    return tuple(edge for edge in signal.buckets if math.isfinite(edge)) if signal is not None else ()
