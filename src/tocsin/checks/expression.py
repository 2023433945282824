"""Every expression of an environment with its tree and, for each part of it, the place in the spec.

An expression that somebody wrote has its characters in the spec; one that a template made does not: then the
place is the key of the alert or panel that uses the template, and the expanded text is a second source.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from tocsin.diag.diagnostic import Label
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.diag.text import Source, Span
from tocsin.model.alerting import Alert, Variant
from tocsin.model.dashboards import Panel
from tocsin.model.workspace import Model
from tocsin.query.errors import QueryError

_WRITTEN = ("expr", "logql", "query")


@dataclass(frozen=True, kw_only=True)
class Expression:
    """One PromQL or LogQL expression. `alert` or `panel` says whose it is (a record belongs to its alert)."""

    text: str
    language: Literal["promql", "logql"]
    role: Literal["alert", "record", "panel"]
    origin: Node
    """The alert's, record's or panel's node."""
    service: str
    alert: Alert | None = None
    variant: Variant | None = None
    panel: Panel | None = None

    @cached_property
    def node(self) -> Node | None:
        """The scalar in which somebody wrote it; None when a template made it."""
        found = (self.origin.get(key) for key in _WRITTEN)
        return next((n for n in found if n is not None and n.text.strip() == self.text.strip()), None)

    @cached_property
    def tree(self) -> Any:
        """The parsed expression, or None when it does not parse (see `error`)."""
        parsed = self._parsed
        return None if isinstance(parsed, QueryError) else parsed

    @cached_property
    def error(self) -> QueryError | None:
        """Why it does not parse."""
        parsed = self._parsed
        return parsed if isinstance(parsed, QueryError) else None

    @cached_property
    def _parsed(self) -> Any:
        # Grafana's variables stand for durations and values: put something in that parses, of the same length
        text = self.text if self.role != "panel" else without_variables(self.text)
        try:
            if self.language == "promql":
                from tocsin.query import promql

                return promql.parse(text)
            from tocsin.query import logql

            return logql.parse(text)
        except QueryError as error:
            return error

    def place(self, start: int, end: int) -> tuple[Span, tuple[Label, ...]]:
        """Where the characters start..end stand: (primary span, further labels)."""
        if self.node is not None:
            shift = self.node.text.index(self.text.strip()) - (len(self.text) - len(self.text.lstrip()))
            return inside(self.node, start + shift, max(1, end - start)), ()
        name = self.origin.get("template") or self.origin.get("show")
        source = Source(f"the expression made by `{name.text if name else 'a template'}`", self.text)
        line = self.text.count("\n", 0, start) + 1
        column = start - (self.text.rfind("\n", 0, start) + 1) + 1
        there = Span(source, line, column, line, column + max(1, end - start))
        return self.origin.key_place().span, (Label(there, "here"),)


def without_variables(text: str) -> str:
    """The text with Grafana's variables replaced by something of the same length that parses."""
    import re

    def stand_in(found: re.Match[str]) -> str:
        size = len(found[0])
        interval = "interval" in found[0] or "range" in found[0]
        return "1m".rjust(size, "0") if interval else "x" * size

    return re.sub(r"\$\{[^}]*\}|\$__\w+|\$[A-Za-z_]\w*", stand_in, text)


def expressions(model: Model) -> Iterator[Expression]:
    """All expressions of one environment."""
    for alert in model.alerts:
        for variant in alert.variants:
            yield Expression(
                text=str(variant.condition.expr),
                language=alert.language,
                role="alert",
                origin=variant.origin,
                service=alert.service,
                alert=alert,
                variant=variant,
            )
            for record in variant.condition.records:
                yield Expression(
                    text=record.expr,
                    language="promql",
                    role="record",
                    origin=record.origin,
                    service=alert.service,
                    alert=alert,
                    variant=variant,
                )
    for dashboard in model.dashboards:
        for row in dashboard.rows:
            for panel in row.panels:
                yield from _of_panel(panel)


def _of_panel(panel: Panel) -> Iterator[Expression]:
    for query in panel.queries:
        if query.source in ("prometheus", "loki"):
            language: Literal["promql", "logql"] = "promql" if query.source == "prometheus" else "logql"
            yield Expression(
                text=query.expr, language=language, role="panel", origin=query.origin, service="", panel=panel
            )
