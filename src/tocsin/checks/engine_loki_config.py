"""Loki accepts its configuration.

## Why

Loki does not start with a configuration that it refuses, and some limits only fail when they are read.

## Fix

The finding stands at the setting of `stack:` or `logs:` that caused it.
"""

from collections.abc import Iterator

from tocsin import engines
from tocsin.checks.check import Finding, check
from tocsin.checks.context import Context, View
from tocsin.checks.engine_findings import findings
from tocsin.engines import Missing

CODE = "engine/loki-config"


@check(CODE, on=Context, needs=("loki",))
def loki_config(context: Context, view: View) -> Iterator[Finding]:
    """`loki -verify-config` for each environment."""
    server = engines.loki()
    if isinstance(server, Missing):
        yield server
        return
    for model in context.workspace.environments:
        for path in context.paths(model, "loki/loki.yaml"):
            yield from findings(context, CODE, server.verify_config(context.folder / path))
