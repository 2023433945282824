"""The roles that a severity tells exist in some team.

## Why

A role that no team has leads to nobody. It is usually a slip of the pen: `pager` for `page`.

## Fix

Write the role as the teams have it, or give a team that role.

## Exceptions

A team that has alerts of the severity and lacks the role is reported when the spec is read (`spec/role`).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, nearest
from tocsin.model.alerting import Severity

CODE = "severity/no-role"
EXAMPLES = (
    Example(
        title="a slip of the pen", finds=("pager",), spec="severities: {urgent: {notify: [pager, chat]}}"
    ),
    Example(title="a role that a team has", spec="severities: {urgent: {notify: [page, chat]}}"),
)


@check(CODE, on=Severity, severity="warning")
def no_role(severity: Severity, view: View) -> Iterator[Diagnostic]:
    """Compare with the roles of all teams."""
    known = sorted({role for team in view.model.teams.values() for role in team.roles})
    items = severity.origin.at("notify").items
    for index, role in enumerate(severity.notify):
        if role not in known:
            near = nearest(role, known)
            yield view.finding(
                CODE,
                items[index] if items else severity.origin.at("notify"),
                f"no team has the role `{role}`",
                label=f"did you mean `{near}`?" if near else "",
                help=f"write `{near}`" if near else f"known: {', '.join(f'`{k}`' for k in known)}",
            )
