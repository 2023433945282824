"""Every alert reaches exactly the receivers that the spec means, by Alertmanager's own reading of the routes.

## Why

A page that goes to the wrong team, or to the fallback, is found out at night. The tree of routes is made from
teams and severities; amtool is asked where each alert really ends.

## Fix

Compare the receivers that the message names with the team, the severity and the `to:` of the alert.

## Exceptions

Labels only: amtool knows nothing of hours, inhibition and grouping (amtool 0.34.2).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tocsin import engines
from tocsin.checks.check import Finding, check
from tocsin.checks.context import Context, View
from tocsin.checks.engine_findings import located
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.engines import Missing, NotRun
from tocsin.engines.problem import Problem
from tocsin.engines.tools.amtool import Amtool
from tocsin.model.alerting import Alert
from tocsin.model.routing import NOBODY, labels_of, told
from tocsin.model.workspace import Model

CODE = "engine/alertmanager-routes"
_AT_ONCE = 4


@check(CODE, on=Context, needs=("amtool",))
def alertmanager_routes(context: Context, view: View) -> Iterator[Finding]:
    """`amtool config routes test` with each alert's labels, escalated twins included."""
    tool = engines.amtool(context.folder)
    if isinstance(tool, Missing):
        yield tool
        return
    for model in context.workspace.environments:
        config = Path(f"{model.root}alertmanager/alertmanager.yml")
        cases = [(a, e) for a in model.alerts for e in (False, True) if not e or a.escalate_after]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            reached = pool.map(partial(_receivers, tool, config), cases)
            for (alert, escalated), got in zip(cases, reached, strict=True):
                yield from _compared(context, model, alert, escalated, got)


def _receivers(tool: Amtool, config: Path, case: tuple[Alert, bool]) -> tuple[str, ...] | Problem | NotRun:
    return tool.receivers(config, labels_of(*case))


def _compared(
    context: Context, model: Model, alert: Alert, escalated: bool, got: tuple[str, ...] | Problem | NotRun
) -> Iterator[Finding]:
    if isinstance(got, NotRun):
        yield got
    elif isinstance(got, Problem):
        yield located(context, CODE, got)
    else:
        meant = {d.receiver for d in told(model, alert, escalated)} or {NOBODY}
        if set(got) != meant:
            twin = "escalated " if escalated else ""
            text = f"{twin}{alert.id} reaches {', '.join(got)}, not {', '.join(sorted(meant))}"
            yield Diagnostic(CODE, "error", text, Label(alert.origin.key_place().span))
