"""Every team owns something.

## Why

A team without services and alerts is told of nothing, whatever its roles say. Often a service names another
team by mistake.

## Fix

Name it in `team:` of a service or an alert, or delete it.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.told import everywhere
from tocsin.diag.diagnostic import Diagnostic

CODE = "team/unused"
EXAMPLES = (
    Example(title="no service, no alert", finds=("db",), spec="teams: {db: {page: pager, chat: chat}}"),
    Example(
        title="one alert is enough",
        spec="""
teams: {db: {page: pager, chat: chat}}
services: {shop: {alerts: {HighErrorRate: {team: db}}}}
""",
    ),
)


@check(CODE, on=Context, severity="warning")
def team_unused(context: Context, view: View) -> Iterator[Diagnostic]:
    """What is unused in one environment may be used in another."""
    used = {alert.team for alert in everywhere(context)}
    used |= {service.team for model in context.models() for service in model.services.values()}
    for model in context.models():
        for team in model.teams.values():
            if team.name not in used:
                yield view.finding(
                    CODE,
                    team.origin.key_place(),
                    f"the team `{team.name}` owns nothing",
                    help="name it in `team:` of a service or an alert, or delete it",
                )
