"""Which alert mutes which, service by service. Judges nothing.

An inhibition names alerts, and holds within one service: of alerts that several services have, each mutes
only its own service's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.checks.context import View
from tocsin.checks.promql_labels import labels
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert, Inhibition
from tocsin.model.routing import muted


@dataclass(frozen=True, slots=True)
class Pair:
    """`source` mutes `target`; `place` is where the spec names the target."""

    rule: Inhibition
    source: Alert
    target: Alert
    place: Node


def pairs(view: View) -> tuple[Pair, ...]:
    """All pairs of an environment that meet in a service."""
    return view.context.once(
        ("inhibited", view.model.root),
        lambda: tuple(pair for rule in view.model.inhibitions for pair in _of(rule, view)),
    )


def named(rule: Inhibition) -> Iterator[tuple[Node, str, str]]:
    """What the rule mutes: (place, service as it was said or "", name)."""
    home = rule.origin.at("when").text.rpartition("/")[0]
    place = rule.origin.at("mute")
    for node in place.items or [place]:
        service, _, name = node.text.rpartition("/")
        if (home or service) == rule.service:
            yield node, service, name


def by_service(view: View, name: str) -> dict[str, Alert]:
    """Service -> its alert of this name."""

    def find() -> dict[str, dict[str, Alert]]:
        out: dict[str, dict[str, Alert]] = {}
        for alert in view.model.alerts:
            out.setdefault(alert.name, {})[alert.service] = alert
        return out

    return view.context.once(("by name", view.model.root), find).get(name, {})


def may_have(alert: Alert, label: str, view: View) -> bool:
    """Whether the alert may fire with the label; true where nobody knows.

    A template says in `by` what it keeps; what it does not aggregate has further labels.
    """
    if alert.language == "logql" or label in ("alertname", *alert.labels):
        return True
    if any(label in variant.condition.by for variant in alert.variants):
        return True
    unknown = alert.template == "expr"
    return any(_comes(label, variant.condition.expr, view, unknown) for variant in alert.variants)


def _comes(label: str, text: str, view: View, unknown: bool) -> bool:
    """Whether the expression's result may have it; `unknown` where nobody knows."""
    from tocsin.query.errors import QueryError
    from tocsin.query.promql import parse

    try:
        known = labels(parse(text), view.index).may
    except QueryError:
        return unknown
    return unknown if known is None else label in known


def _of(rule: Inhibition, view: View) -> Iterator[Pair]:
    sources = by_service(view, rule.when)
    for place, _, name in named(rule):
        if name not in muted(rule):
            continue
        targets = by_service(view, name)
        for service in sources.keys() & targets.keys():
            if rule.service in ("", service) and not sources[service].shadow:
                yield Pair(rule, sources[service], targets[service], place)
