"""Alertmanager accepts its configuration and its notification templates.

## Why

An Alertmanager that is given a configuration or a template that it refuses goes on with the old one, or does
not start. New routes are then not there, and nobody notices before the first page.

## Fix

The finding stands where the spec caused it: mostly a receiver, a name, or a text that a template cannot hold.
Where the spec looks right, the renderer has a bug: report it with the line in the note.
"""

from collections.abc import Iterator
from pathlib import Path

from tocsin import engines
from tocsin.checks.check import Finding, check
from tocsin.checks.context import Context, View
from tocsin.checks.engine_findings import findings
from tocsin.engines import Missing

CODE = "engine/alertmanager-config"


@check(CODE, on=Context, needs=("amtool",))
def alertmanager_config(context: Context, view: View) -> Iterator[Finding]:
    """`amtool check-config` for each environment."""
    tool = engines.amtool(context.folder)
    if isinstance(tool, Missing):
        yield tool
        return
    for model in context.workspace.environments:
        for path in context.paths(model, "alertmanager/", ".yml"):
            yield from findings(context, CODE, tool.check_config(Path(path)))
