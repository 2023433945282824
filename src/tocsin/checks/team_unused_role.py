"""Every role of a team is told by some severity.

## Why

A role that no severity names leads nowhere: its receiver is told of nothing. It is usually a slip of the pen.

## Fix

Name the role under `notify:` of a severity, or delete it. `escalate` needs an `escalate_after`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.told import everywhere
from tocsin.diag.diagnostic import Diagnostic, nearest
from tocsin.model.routing import ESCALATE

CODE = "team/unused-role"
EXAMPLES = (
    Example(title="a slip of the pen", finds=("esclate",), spec="teams: {web: {esclate: pager}}"),
    Example(title="nothing escalates", finds=("escalate",), spec="teams: {web: {escalate: pager}}"),
    Example(
        title="it escalates",
        spec="teams: {web: {escalate: pager}}\nseverities: {critical: {escalate_after: 15m}}",
    ),
)


@check(CODE, on=Context, severity="warning")
def unused_role(context: Context, view: View) -> Iterator[Diagnostic]:
    """What is unused in one environment may be used in another."""
    told = {role for m in context.models() for s in m.severities.values() for role in s.notify}
    if any(alert.escalate_after for alert in everywhere(context)):
        told.add(ESCALATE)  # a team whose alerts do not escalate yet may have it ready
    for model in context.models():
        for team in model.teams.values():
            for role in team.roles:
                if role in told:
                    continue
                near = "" if role == ESCALATE else nearest(role, {*told, ESCALATE})
                why = "nothing escalates" if role == ESCALATE else f"no severity tells the role `{role}`"
                yield view.finding(
                    CODE,
                    team.origin.key_node(role),
                    why,
                    label=f"did you mean `{near}`?" if near else "",
                    help=f"write `{near}`"
                    if near
                    else "say `escalate_after` or `notify`, or delete the role",
                )
