"""Alerting and recording rules of Prometheus and Loki, one file for each service. Not their tests."""

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.artifacts.tree import Artifact, at
from tocsin.model.alerting import Alert, RecordingRule, Variant
from tocsin.model.annotate import untemplated, words
from tocsin.model.digest import digest_rules
from tocsin.model.routing import WATCHDOG
from tocsin.model.workspace import Model
from tocsin.render.renderer import renderer
from tocsin.spec.values import Duration

TENANT = "fake"
"""Loki 3.7.8: the folder of the single tenant when `auth_enabled` is false."""


PART = "part"
"""Label of an override's rule: which part of the alert it covers."""


@renderer("rules")
def rules(model: Model) -> Iterator[Artifact]:
    """`alerts/<service>.yaml` and `loki/rules/fake/<service>.yaml`."""
    for language, folder, kind in (
        ("promql", "alerts", "rule files"),
        ("logql", f"loki/rules/{TENANT}", "Loki rule files"),
    ):
        files: dict[str, list[Alert]] = {}
        for alert in model.alerts:
            if alert.language == language:
                files.setdefault(alert.group, []).append(alert)
        if language == "promql" and (model.watchdog is not None or model.records or digest_rules(model)):
            files.setdefault(model.name, [])
        for name, alerts in sorted(files.items()):
            origin = model.services[name].origin if name in model.services else model.origin
            own = name == model.name and language == "promql"
            groups = list(_groups(name, alerts, model, own=own))
            tree = at(origin, {"groups": groups}, "rules")
            yield Artifact(
                path=f"{model.root}{folder}/{name}.yaml", format="yaml", tree=tree, origin=origin, kind=kind
            )


def _groups(name: str, alerts: list[Alert], model: Model, *, own: bool) -> Iterator[Any]:
    """One group for each interval: alerts with an interval of their own get a group of their own.

    `own`: the file is the workspace's, with the rules that belong to no alert of the spec.
    """
    by_interval: dict[Duration | None, list[Alert]] = {}
    for alert in alerts:
        by_interval.setdefault(alert.every, []).append(alert)
    records = _records(alerts, model.records if own else ())
    watchdog = [_watchdog(model)] if own and model.watchdog is not None else []
    if records or watchdog:
        # evaluated first and in order, so that an alert sees what was recorded in the same evaluation
        by_interval.setdefault(None, [])
    for interval, members in sorted(by_interval.items(), key=lambda i: i[0].ms if i[0] else 0):
        rules = [_recording(r) for r in records] if interval is None else []
        for alert in members:
            rules += [
                _alerting(alert, v, escalated)
                for v in alert.variants
                for escalated in (False, True)
                if not escalated or alert.escalate_after
            ]
        rules += watchdog if interval is None else []
        group = {"name": name if interval is None else f"{name}-{interval}"}
        if interval is not None:
            group["interval"] = str(interval)
        yield {**group, "rules": rules}
    if own:
        yield from _digests(model)


def _digests(model: Model) -> Iterator[Any]:
    """The morning digests of receivers that have hours, in one group: their names are unique in a file."""
    groups: dict[str, dict[str, Any]] = {}
    for rule in digest_rules(model):
        tree = {
            "alert": rule.name,
            "expr": rule.expr,
            "labels": dict(rule.labels),
            "annotations": dict(rule.annotations),
        }
        group = {"name": rule.group, "interval": str(rule.every), "rules": []}
        groups.setdefault(rule.group, group)["rules"].append(at(rule.origin, tree, "digest rule"))
    yield from groups.values()


def _records(alerts: list[Alert], more: tuple[RecordingRule, ...]) -> list[RecordingRule]:
    found = {
        (r.record, r.expr, tuple(sorted(r.labels.items()))): r
        for a in alerts
        for v in a.variants
        for r in v.condition.records
    }
    return [*found.values(), *more]


def _recording(rule: RecordingRule) -> Any:
    tree: dict[str, Any] = {"record": rule.record, "expr": rule.expr}
    if rule.labels:
        tree["labels"] = dict(rule.labels)
    return at(rule.origin, tree, "recording rule")


def _alerting(alert: Alert, variant: Variant, escalated: bool) -> Any:
    hold = alert.hold + alert.escalate_after if escalated and alert.escalate_after else alert.hold
    tree: dict[str, Any] = {"alert": alert.name, "expr": at(variant.origin, variant.condition.expr, "")}
    if hold.ms:
        tree["for"] = str(hold)
    if alert.keep_firing_for is not None:
        tree["keep_firing_for"] = str(alert.keep_firing_for)
    tree["labels"] = {
        **alert.labels,
        # the parts of one alert are told apart, so that two of them never make one series
        **({PART: untemplated(variant.only)} if variant.only else {}),
        **({"escalated": "true"} if escalated else {}),
    }
    tree["annotations"] = _annotations(alert, variant, escalated)
    part = f" for {variant.only}" if variant.only else ""
    return at(variant.origin, tree, f"escalation rule{part}" if escalated else f"rule{part}")


def _annotations(alert: Alert, variant: Variant, escalated: bool) -> Mapping[str, str]:
    out = {**words(alert, variant.condition), **alert.annotations}
    if escalated and alert.escalate_after:
        out["escalation"] = f"still firing after {alert.escalate_after.words}"
    return out


def _watchdog(model: Model) -> Any:
    assert model.watchdog is not None, "who calls has looked"
    labels = {**model.identity, "severity": "none"}
    text = "This alert always fires. When its receiver hears nothing any more, the alerting path is broken."
    tree: dict[str, Any] = {
        "alert": WATCHDOG,
        "expr": "vector(1)",
        "labels": labels,
        "annotations": {"summary": "The alerting path works", "description": text},
    }
    if model.links.runbooks:
        tree["annotations"]["runbook_url"] = f"{model.links.runbooks}/{WATCHDOG}.md"
    return at(model.watchdog.origin, tree, "rule")
