"""Every receiver is told of something.

## Why

A receiver that no route leads to looks like a safety net and is none. Often its name is spelt differently
where it is meant.

## Fix

Name it in a team's role, in an alert's `to:`, as `fallback` or in `watchdog`, or delete it.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.told import routes
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.workspace import Model

CODE = "receiver/unused"
EXAMPLES = (
    Example(
        title="nobody uses it",
        finds=("backup",),
        spec="receivers: {backup: {webhook: {url_file: /run/secrets/backup}}}",
    ),
    Example(
        title="used by one alert",
        spec="""
receivers: {backup: {webhook: {url_file: /run/secrets/backup}}}
services:
  shop:
    alerts: {HighErrorRate: {to: [pager, backup]}}
""",
    ),
    Example(
        title="used in one environment",
        spec="""
receivers: {backup: {webhook: {url_file: /run/secrets/backup}}}
environments: {staging: {identity: {environment: staging}, fallback: backup}}
""",
    ),
)


@check(CODE, on=Context, severity="warning")
def receiver_unused(context: Context, view: View) -> Iterator[Diagnostic]:
    """What is unused in one environment may be used in another."""
    used = {name for model in context.models() for name in _used(model)}
    for model in context.models():
        for receiver in model.receivers.values():
            if receiver.name not in used:
                yield view.finding(
                    CODE,
                    receiver.origin.key_place(),
                    f"nothing is ever told to `{receiver.name}`",
                    help="name it in a team's role or in an alert's `to`, or delete it",
                )


def _used(model: Model) -> Iterator[str]:
    for route in routes(model):
        yield from route.receivers
    for team in model.teams.values():
        yield from team.roles.values()
