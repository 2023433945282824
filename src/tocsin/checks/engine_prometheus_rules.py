"""Prometheus accepts every rule file: expressions parse, labels and annotation templates are valid.

## Why

Prometheus loads no rule of a file in which one is wrong. Its own parser and linter are asked.

## Fix

Correct the expression where the caret stands; in an expression that a template made, the parameter that
is named below it. In a `summary` or `description`, look for a `{{` that is never closed or a function
that does not exist.
"""

from collections.abc import Iterator
from pathlib import Path

from tocsin import engines
from tocsin.checks.check import Finding, check
from tocsin.checks.context import Context, View
from tocsin.checks.engine_findings import findings
from tocsin.engines import Missing

CODE = "engine/prometheus-rules"


@check(CODE, on=Context, needs=("promtool",))
def prometheus_rules(context: Context, view: View) -> Iterator[Finding]:
    """`promtool check rules` with its linter, over all environments in one process."""
    tool = engines.promtool(context.folder)
    if isinstance(tool, Missing):
        yield tool
        return
    files = [Path(p) for m in context.workspace.environments for p in context.paths(m, "alerts/", ".yaml")]
    if files:
        yield from findings(context, CODE, tool.check_rules(files))
