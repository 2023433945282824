"""The OpenTelemetry Collector accepts its pipelines.

## Why

A collector that refuses its configuration ships nothing: no logs, no traces, and no secret is redacted.

## Fix

The finding stands at the setting that caused it: mostly a pattern under `redact:`, a path under `files:`,
or a name of a field.
"""

from collections.abc import Iterator

from tocsin import engines
from tocsin.checks.check import Finding, check
from tocsin.checks.context import Context, View
from tocsin.checks.engine_findings import findings
from tocsin.engines import Missing

CODE = "engine/collector-config"


@check(CODE, on=Context, needs=("otelcol",))
def collector_config(context: Context, view: View) -> Iterator[Finding]:
    """`otelcol validate` for each environment."""
    server = engines.otelcol()
    if isinstance(server, Missing):
        yield server
        return
    for model in context.workspace.environments:
        for path in context.paths(model, "collector/", ".yaml"):
            yield from findings(context, CODE, server.validate(context.folder / path))
