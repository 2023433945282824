"""Loki accepts its configuration."""

from collections.abc import Iterator

from tocsin import engines
from tocsin.checks.check import Context, Finding, check
from tocsin.checks.engine_findings import findings
from tocsin.engines import Missing

CODE = "engine/loki-config"


@check(CODE)
def loki_config(context: Context) -> Iterator[Finding]:
    """`loki -verify-config` for each environment."""
    server = engines.loki()
    if isinstance(server, Missing):
        yield server
        return
    for model in context.workspace.environments:
        for path in context.paths(model, "loki/loki.yaml"):
            yield from findings(context, CODE, server.verify_config(context.folder / path))
