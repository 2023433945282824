"""Prometheus accepts its configuration, with and without long-term storage.

## Why

Prometheus does not start with a configuration that it refuses, and after a reload goes on with the old one.

## Fix

The finding stands at the `scrape:`, `probes:` or `stack:` that caused it.
"""

from collections.abc import Iterator
from pathlib import Path

from tocsin import engines
from tocsin.checks.check import Finding, check
from tocsin.checks.context import Context, View
from tocsin.checks.engine_findings import findings
from tocsin.engines import Missing

CODE = "engine/prometheus-config"


@check(CODE, on=Context, needs=("promtool",))
def prometheus_config(context: Context, view: View) -> Iterator[Finding]:
    """`promtool check config` on each `prometheus/*.yml`."""
    tool = engines.promtool(context.folder)
    if isinstance(tool, Missing):
        yield tool
        return
    for model in context.workspace.environments:
        for path in context.paths(model, "prometheus/", ".yml"):
            yield from findings(context, CODE, tool.check_config(Path(path)))
