"""From alerts that fire to people who are woken: by routes and inhibitions, as Alertmanager has them.

An alert that fires is told once its group has waited, unless one that inhibits it fires at that moment; when
that one ends first, it is told then. Hours of receivers are left out: a pager has none.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.model.alerting import Inhibition
from tocsin.model.routing import Routing, muted
from tocsin.model.workspace import Model


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fires, from its first to its last evaluation, in seconds."""

    labels: Mapping[str, str]
    first: float
    last: float

    @property
    def name(self) -> str:
        """What Prometheus calls it."""
        return self.labels.get("alertname", "")

    def forever(self) -> "Firing":
        """The same, without an end."""
        return replace(self, last=math.inf)

    def is_called(self, name: str) -> bool:
        """Whether a person means this one by `Alert` or `service/Alert`."""
        return name in (self.name, f"{self.labels.get('service', '')}/{self.name}")


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody is woken by an alert, `after` seconds."""

    alert: str
    """`service/Alert`."""
    after: float

    def is_called(self, name: str) -> bool:
        """Whether a person means this one by `Alert` or `service/Alert`."""
        return name in (self.alert, self.alert.rpartition("/")[2])

    def since(self, instant: float) -> "Page":
        """The same, counted from then."""
        return replace(self, after=self.after - instant)


def wakes(model: Model, routing: Routing, labels: Mapping[str, str]) -> bool:
    """Whether an alert with these labels goes to a pager."""
    names = routing.leaf(labels).receivers
    return any(name in model.receivers and model.receivers[name].pager for name in names)


def pages(model: Model, routing: Routing, fired: Sequence[Firing]) -> list[Page]:
    """Who is woken, and when."""
    found = []
    for one in fired:
        wait = routing.leaf(one.labels).timing.wait.seconds
        at = _told(model, one, fired, one.first + wait) if wakes(model, routing, one.labels) else None
        if at is not None:
            service = one.labels.get("service", "")
            found.append(Page(f"{service}/{one.name}" if service else one.name, at))
    return found


def _told(model: Model, one: Firing, fired: Iterable[Firing], at: float) -> float | None:
    """The first instant from `at` on at which nothing inhibits it; None: it is over before."""
    sources = sorted(
        (other for rule in model.inhibitions for other in fired if _mutes(rule, other, one)),
        key=lambda other: other.first,
    )
    when = at
    for source in sources:
        if source.first <= when <= source.last:
            when = source.last + 1
    return when if when == at or when <= one.last else None


def _mutes(rule: Inhibition, source: Firing, target: Firing) -> bool:
    """A label that both lack counts as equal."""
    if source.name != rule.when or target.name not in muted(rule):
        return False
    if rule.service not in ("", target.labels.get("service", "")):
        return False
    return all(source.labels.get(label, "") == target.labels.get(label, "") for label in rule.equal)
