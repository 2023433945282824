"""Prediction against what an engine saw: the same alerts, at the same instants, or why not in words. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tocsin.query.durations import show_duration
from tocsin.query.quoting import quote
from tocsin.witness.case import Alerting
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Labels

_OWN = frozenset(("__name__", "alertname", "alertstate"))
"""Labels that an engine sets itself."""
_FAILED = "<error expanding template"
_NO_DATA = ("no elements", "out of range")
"""What `first` and `index` say of a query that gave nothing."""
_FIELDS = ("pending", "firing", "resolved")


def difference(
    rule: Rule, predicted: Iterable[Alerting], seen: Iterable[Alerting], judge: str = "promtool"
) -> str:
    """Why they are not the same; empty: they are. What is `seen` carries the rule's own labels as well.

    A label of the rule that is a template may have any value here: only the engine knows what comes of it.
    """
    expected = [replace(one, labels=_predicted_labels(rule, one.labels)) for one in predicted]
    got = [replace(one, labels=_seen_labels(rule, one.labels)) for one in seen]
    if Counter(expected) == Counter(got):
        return ""
    missing, more = Counter(expected) - Counter(got), Counter(got) - Counter(expected)
    return _words(sorted(missing.elements(), key=_order), sorted(more.elements(), key=_order), judge)


def instant(seconds: float | None) -> str:
    """`5m`, or `never`."""
    if seconds is None:
        return "never"
    return show_duration(seconds) or f"{seconds:g}s"


def shown(labels: Labels) -> str:
    """`{a="b"}`."""
    return "{" + ", ".join(f"{name}={quote(value)}" for name, value in labels) + "}"


def is_template(text: str) -> bool:
    """Whether an engine would expand it to something else."""
    return "{{" in text


def failed(text: str) -> bool:
    """Whether this is what Prometheus 3.15.0 puts in the place of a template that it cannot expand."""
    return text.startswith(_FAILED)


def lacks_data(template: str, text: str) -> bool:
    """Whether it failed only because it queries other telemetry than the alert's, and there is none."""
    return failed(text) and "query" in template and any(words in text for words in _NO_DATA)


def _predicted_labels(rule: Rule, labels: Labels) -> Labels:
    own = dict(rule.labels)
    kept = [(name, value) for name, value in labels if name not in _OWN and name not in own]
    fixed = [(n, v) for n, v in own.items() if v and n not in _OWN and not is_template(v)]
    return tuple(sorted((*kept, *fixed)))


def _seen_labels(rule: Rule, labels: Labels) -> Labels:
    templated = {name for name, value in rule.labels if is_template(value)}
    return tuple(sorted((n, v) for n, v in labels if n not in _OWN and n not in templated))


def _order(one: Alerting) -> tuple[Labels, float]:
    return one.labels, one.pending


def _words(missing: Sequence[Alerting], more: Sequence[Alerting], judge: str) -> str:
    """The first thing that differs; of an alert that both have, only the instants that differ."""
    if not missing:
        return f"not predicted, but {judge} has {_story(more[0])}"
    first = missing[0]
    same = [one for one in more if one.labels == first.labels]
    if not same:
        other = f"; {judge} has {_story(more[0])}" if more else f", {judge} has no alert"
        return f"predicted {_story(first)}{other}"
    nearest = min(same, key=lambda one: abs(one.pending - first.pending))
    parts = [
        f"predicted {field} {_at(getattr(first, field))}, {judge}: {_at(getattr(nearest, field))}"
        for field in _FIELDS
        if getattr(first, field) != getattr(nearest, field)
    ]
    return f"{shown(first.labels)}: " * bool(first.labels) + "; ".join(parts)


def _at(seconds: float | None) -> str:
    return "never" if seconds is None else f"at {instant(seconds)}"


def _story(one: Alerting) -> str:
    steps = [f"{field} {_at(getattr(one, field))}" for field in _FIELDS if getattr(one, field) is not None]
    return f"{shown(one.labels)} {', '.join(steps)}" if one.labels else ", ".join(steps)
