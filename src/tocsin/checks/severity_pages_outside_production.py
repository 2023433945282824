"""Other environments than production wake nobody, unless they say so.

## Why

An environment inherits everything that it does not say otherwise, pagers too. A page from a test system at
night is the surest way to have pages ignored.

## Fix

In the environment: `severities: {critical: {notify: [chat]}}`. If it should page, say that there as well:
`notify: [page, chat]`, or a pager of its own.

## Exceptions

An environment with the same `environment` label as the root, or one that begins with `prod`: another region
of production.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.told import told
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert
from tocsin.model.routing import ESCALATE
from tocsin.model.workspace import Model

CODE = "severity/pages-outside-production"
EXAMPLES = (
    Example(
        title="inherited",
        finds=("staging",),
        spec="environments: {staging: {identity: {environment: staging}}}",
    ),
    Example(
        title="told to the chat",
        spec="""
environments:
  staging: {identity: {environment: staging}, severities: {critical: {notify: [chat]}}}
""",
    ),
    Example(
        title="meant",
        spec="""
environments:
  staging: {identity: {environment: staging}, severities: {critical: {notify: [page, chat]}}}
""",
    ),
    Example(
        title="another region",
        spec="environments: {us1: {identity: {cluster: us1, environment: production}}}",
    ),
)


@check(CODE, on=Model, severity="warning")
def pages_outside_production(model: Model, view: View) -> Iterator[Diagnostic]:
    """Once for each severity that reaches a pager without the environment's own word."""
    main = view.context.models()[0]
    if not model.root or model.environment == main.environment or model.environment.startswith("prod"):
        return
    name = model.root.split("/")[1]
    environment = view.context.loaded.root.at("environments").key_node(name)
    seen: set[str] = set()
    for alert in model.alerts:
        pager = "" if alert.severity in seen else _pager(alert, view)
        if pager:
            seen.add(alert.severity)
            yield view.finding(
                CODE,
                environment,
                f"`{name}` wakes people: its `{alert.severity}` alerts go to the pager `{pager}`",
                others=(Label(model.severities[alert.severity].origin.at("notify").span, "inherited"),),
                help=f"in `{name}`, say `severities: {{{alert.severity}: {{notify: [...]}}}}`",
            )


def _pager(alert: Alert, view: View) -> str:
    model = view.model
    for name in told(view).all_of(alert):
        receiver = model.receivers.get(name)
        if receiver is not None and receiver.pager and not _meant(alert, model, name):
            return name
    return ""


def _meant(alert: Alert, model: Model, receiver: str) -> bool:
    """Whether anything on the way to the pager was said in the environment."""
    severity, team = model.severities[alert.severity], model.teams.get(alert.team)
    roles = (*severity.notify, ESCALATE)
    way = [severity.origin.at("notify"), model.receivers[receiver].origin, alert.origin.at("to")]
    way += [team.origin.at(role) for role in roles if team is not None and team.roles.get(role) == receiver]
    return any(_said_here(node) for node in way)


def _said_here(node: Node) -> bool:
    return node.path[:1] == ("environments",)
