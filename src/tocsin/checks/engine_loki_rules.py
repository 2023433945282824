"""Loki accepts every rule: LogQL parses.

## Why

Loki loads no rule of a file in which one is wrong. Its own parser is asked, because nobody else's is the
same.

## Fix

Correct the expression where the caret stands; in an expression that a template made, the parameter that
is named below it.
"""

from collections.abc import Iterator
from pathlib import Path

from tocsin import engines
from tocsin.checks.check import Finding, check
from tocsin.checks.context import Context, View
from tocsin.checks.engine_findings import findings
from tocsin.engines import Missing

CODE = "engine/loki-rules"


@check(CODE, on=Context, needs=("lokitool",))
def loki_rules(context: Context, view: View) -> Iterator[Finding]:
    """`lokitool rules check` for each environment."""
    tool = engines.lokitool(context.folder)
    if isinstance(tool, Missing):
        yield tool
        return
    for model in context.workspace.environments:  # lokitool 3.7.8 takes a file's name for its namespace
        files = [Path(p) for p in context.paths(model, "loki/rules/", ".yaml")]
        if files:
            yield from findings(context, CODE, tool.check_rules(files))
