"""Where an alert escalates, somebody else is told.

## Why

Without a receiver for the role `escalate` the alert that still fires goes to the fallback, whoever that is.

## Fix

Add `escalate: <receiver>` to the team, or `escalate_after: 0s` to the alert.

## Exceptions

A severity with `escalate_after` whose team has no such role is reported when the spec is read (`spec/role`);
here it is about alerts that say `escalate_after` or `to` themselves.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Alert
from tocsin.model.routing import ESCALATE

CODE = "alert/no-escalation"
EXAMPLES = (
    Example(
        title="nobody to escalate to",
        finds=("15m",),
        spec="""
services:
  shop:
    alerts:
      QueueLong:
        {severity: warning, template: threshold, of: queue_length, above: 100, escalate_after: 15m}
""",
    ),
    Example(
        title="a team that has somebody",
        spec="""
teams: {web: {escalate: pager}}
services:
  shop:
    alerts:
      QueueLong:
        {severity: warning, template: threshold, of: queue_length, above: 100, escalate_after: 15m}
""",
    ),
)


@check(CODE, on=Alert)
def no_escalation(alert: Alert, view: View) -> Iterator[Diagnostic]:
    """Ask the team for its role."""
    team = view.model.teams.get(alert.team)
    if alert.escalate_after is None or team is None or team.roles.get(ESCALATE):
        return
    after = alert.escalate_after
    yield view.finding(
        CODE,
        alert.origin.get("escalate_after") or alert.origin.key_place(),
        f"`{alert.name}` escalates after {after}, but the team `{team.name}` has no role `escalate`",
        others=(Label(team.origin.key_place().span, "the team"),),
        notes=(f"the fallback `{view.model.fallback}` would be told",),
        help="add `escalate: <receiver>` to the team, or `escalate_after: 0s` to the alert",
    )
