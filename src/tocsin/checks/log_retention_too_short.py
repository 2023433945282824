"""Logs are kept for a day at least.

## Why

Loki's index has a table for each day and removes what is old table by table. It refuses a shorter period for
a stream; Tocsin then writes 24 hours, which is not what the spec says.

## Fix

Write `24h` or more.

## References

- Loki 3.7.8: `retention period must be >= 24h` for `retention_stream`; the general `retention_period` may be
  shorter, without the effect (tried).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.nodes import Node
from tocsin.model.workspace import Model
from tocsin.render.loki_config import SHORTEST_RETENTION
from tocsin.spec.values import Duration

CODE = "log/retention-too-short"
EXAMPLES = (
    Example(title="of a service", finds=("12h",), spec="services: {shop: {logs: {retention: 12h}}}"),
    Example(title="of the stack", finds=("6h",), spec="stack: {logs_retention: 6h}"),
    Example(
        title="a day",
        spec="{stack: {logs_retention: 1d}, services: {shop: {logs: {retention: 24h}}}}",
    ),
)


@check(CODE, on=Model, severity="warning")
def retention_too_short(model: Model, view: View) -> Iterator[Diagnostic]:
    """The stack's, then each service's own."""
    said: list[tuple[Node, str, Duration]] = [
        (model.stack.origin, "logs_retention", model.stack.logs_retention)
    ]
    said += [
        (s.logs.origin, "retention", s.logs.retention)
        for s in model.services.values()
        if s.logs is not None and s.logs.retention is not None
    ]
    for node, key, kept in said:
        if kept < SHORTEST_RETENTION:
            yield view.finding(
                CODE,
                node.at(key),
                f"Loki keeps logs for {SHORTEST_RETENTION} at least, not for {kept}",
                help=f"write `{key}: 24h` or more",
            )
