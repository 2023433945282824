"""Docker Compose accepts the stack, whole and small.

## Why

`docker compose up` would stop at the first mistake, on a colleague's machine.

## Fix

The finding stands at the part of `stack:` or the receiver (its secret file) that caused it.
"""

from collections.abc import Iterator
from pathlib import Path

from tocsin import engines
from tocsin.checks.check import Finding, check
from tocsin.checks.context import Context, View
from tocsin.checks.engine_findings import findings
from tocsin.engines import Missing

CODE = "engine/compose-config"


@check(CODE, on=Context, needs=("docker-compose",))
def compose_config(context: Context, view: View) -> Iterator[Finding]:
    """`docker compose config`, also with the small file on top."""
    tool = engines.compose(context.folder)
    if isinstance(tool, Missing):
        yield tool
        return
    for model in context.workspace.environments:
        files = [Path(p) for p in sorted(context.paths(model, "docker-compose"), key=len)]
        for count in range(1, len(files) + 1):
            yield from findings(context, CODE, tool.check_config(*files[:count]))
