"""A rule as a Prometheus rule file of its own, with the recording rules it reads. Data; writes nothing."""

from collections.abc import Sequence
from typing import Any

from tocsin.query.durations import show_duration
from tocsin.witness.rule import Recording, Rule

JUDGED = "judged"
"""The name of the only group."""


def rule_file(
    rule: Rule, recordings: Sequence[Recording] = (), *, annotated: bool = True, beside: Sequence[Rule] = ()
) -> dict[str, Any]:
    """The file, with the rules `beside` it; without annotations it is cheaper, and fires no differently."""
    group: dict[str, Any] = {"name": JUDGED}
    if rule.limit:
        group["limit"] = rule.limit
    if rule.query_offset:
        group["query_offset"] = duration(rule.query_offset)
    group["rules"] = [*map(_recording, recordings), *(_alerting(one, annotated) for one in (rule, *beside))]
    return {"groups": [group]}


def duration(seconds: float) -> str:
    """As promtool reads it, to the millisecond."""
    text = show_duration(round(seconds, 3))
    if text is None or seconds < 0:
        raise ValueError(f"{seconds:g} s are no whole milliseconds")
    return text


def _recording(recording: Recording) -> dict[str, Any]:
    out: dict[str, Any] = {"record": recording.record, "expr": recording.expr}
    return {**out, "labels": dict(recording.labels)} if recording.labels else out


def _alerting(rule: Rule, annotated: bool) -> dict[str, Any]:
    out: dict[str, Any] = {"alert": rule.name, "expr": rule.expr}
    if rule.hold:
        out["for"] = duration(rule.hold)
    if rule.keep:
        out["keep_firing_for"] = duration(rule.keep)
    if rule.labels:
        out["labels"] = dict(rule.labels)
    if annotated and rule.annotations:
        out["annotations"] = dict(rule.annotations)
    return out
