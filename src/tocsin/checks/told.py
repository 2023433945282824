"""Who is told of alerts, for checks: the routes of an environment and their answers, each found once."""

from collections.abc import Iterable, Iterator

from tocsin.checks.context import Context, View
from tocsin.model.alerting import Alert
from tocsin.model.digest import DIGEST
from tocsin.model.routing import WATCHDOG, Delivery, Route, Routing, tree
from tocsin.model.workspace import Model

RESERVED = (WATCHDOG, DIGEST)
"""Names of the alerts that Tocsin makes itself."""


class Told:
    """The deliveries of one environment's alerts; the same for all of a team and severity."""

    def __init__(self, model: Model) -> None:
        self._routing = Routing(model)
        self._known: dict[object, tuple[Delivery, ...]] = {}

    def of(self, alert: Alert, escalated: bool = False) -> tuple[Delivery, ...]:
        """Who is told of the alert, or of its twin that still fires."""
        own = alert.id if alert.to or alert.shadow or alert.name in RESERVED else ""
        key = (alert.team, alert.severity, escalated, own)
        if key not in self._known:
            self._known[key] = self._routing.told(alert, escalated)
        return self._known[key]

    def all_of(self, alert: Alert) -> dict[str, Delivery]:
        """Receiver -> its first delivery, the escalation's included and last."""
        out = {d.receiver: d for d in self.of(alert)}
        for later in self.of(alert, escalated=True) if alert.escalate_after else ():
            out.setdefault(later.receiver, later)
        return out


def told(view: View) -> Told:
    """The one of this environment."""
    return view.context.once(("told", view.model.root), lambda: Told(view.model))


def routes(model: Model) -> Iterator[Route]:
    """Every route of the tree, the root included."""
    stack = [tree(model)]
    while stack:
        route = stack.pop()
        yield route
        stack.extend(route.children)


def everywhere(context: Context) -> Iterable[Alert]:
    """The alerts of all environments: what is unused here may be used there."""
    return (alert for model in context.models() for alert in model.alerts)
