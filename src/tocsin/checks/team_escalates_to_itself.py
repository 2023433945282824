"""Escalation reaches somebody who was not told before.

## Why

Whoever did not react to the first message does not react to the second. Escalation means other people.

## Fix

Another receiver for the team's role `escalate`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Team
from tocsin.model.routing import ESCALATE

CODE = "team/escalates-to-itself"
_AFTER = "severities: {critical: {escalate_after: 15m}}"
EXAMPLES = (
    Example(title="the same pager", finds=("pager",), spec=f"teams: {{web: {{escalate: pager}}}}\n{_AFTER}"),
    Example(
        title="another pager",
        spec=f"""
receivers: {{senior: {{pagerduty: {{routing_key_file: /run/secrets/senior}}}}}}
teams: {{web: {{escalate: senior}}}}
{_AFTER}
""",
    ),
)


@check(CODE, on=Team, severity="warning")
def escalates_to_itself(team: Team, view: View) -> Iterator[Diagnostic]:
    """Only severities that this team's alerts have and that escalate."""
    receiver = team.roles.get(ESCALATE)
    for name in _escalating(view).get(team.name, ()) if receiver else ():
        severity = view.model.severities[name]
        role = next((r for r in severity.notify if team.roles.get(r) == receiver), None)
        if role is not None:
            yield view.finding(
                CODE,
                team.origin.at(ESCALATE),
                f"`{name}` alerts escalate to `{receiver}`, which was told already",
                others=(Label(team.origin.at(role).span, f"told first, as `{role}`"),),
                help="name somebody else",
            )


def _escalating(view: View) -> dict[str, dict[str, None]]:
    """Team -> the severities of those of its alerts that escalate to the role."""

    def find() -> dict[str, dict[str, None]]:
        out: dict[str, dict[str, None]] = {}
        for alert in view.model.alerts:
            if alert.escalate_after and not alert.to:
                out.setdefault(alert.team, {})[alert.severity] = None
        return out

    return view.context.once(("escalating", view.model.root), find)
