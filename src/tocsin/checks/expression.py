"""Every expression of an environment with its tree and, for each part of it, the place in the spec.

An expression that somebody wrote has its characters in the spec; one that a template made does not: then the
place is the key of the alert or panel that uses the template, and the expanded text is a second source.
"""

import re
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
        found = (self.origin, *(self.origin.get(key) for key in _WRITTEN))
        text = self.text.strip()
        return next((n for n in found if n is not None and n.text.strip() == text and text), None)

    def has_variable(self, start: int, end: int) -> bool:
        """Whether one of Grafana's variables stands between these characters: nobody knows its value."""
        return self.role == "panel" and ("$" in self.text[start:end] or "[[" in self.text[start:end])

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
        if self.language == "promql":
            from tocsin.query.promql import parse
        else:
            from tocsin.query.logql import parse  # type: ignore[assignment]
        first: QueryError | None = None
        for text in readings(self.text) if self.role == "panel" else (self.text,):
            try:
                return parse(text)
            except QueryError as error:
                first = first or error
        return first

    def place(self, start: int, end: int) -> tuple[Span, tuple[Label, ...]]:
        """Where the characters start..end stand: (primary span, further labels)."""
        if self.node is not None:
            shift = self.node.text.index(self.text.strip()) - (len(self.text) - len(self.text.lstrip()))
            return inside(self.node, start + shift, max(1, end - start)), ()
        name = self.origin.get("template") or self.origin.get("show")
        title = f"the expression made by `{name.text if name else 'a template'}`"
        source = Source(title, self.text, is_file=False)
        line = self.text.count("\n", 0, start) + 1
        column = start - (self.text.rfind("\n", 0, start) + 1) + 1
        there = Span(source, line, column, line, column + max(1, end - start))
        return self.origin.key_place().span, (Label(there, "here"),)


class Written(Expression):
    """For `@check(on=Written)`: expressions that somebody wrote, of either language."""


class Promql(Expression):
    """For `@check(on=Promql)`: expressions that somebody wrote in PromQL and that parse."""


class Logql(Expression):
    """For `@check(on=Logql)`: expressions that somebody wrote in LogQL and that parse."""


_VARIABLE = re.compile(r"\$\{[^}]*\}|\$__\w+|\$[A-Za-z_]\w*|\[\[\w+(?::\w+)?\]\]")
_DURATION = re.compile(r"interval|range|auto")
_WANTS_NUMBER = re.compile(
    r"\b(?:topk|bottomk|limitk|limit_ratio|(?:histogram_)?quantile(?:_over_time)?|vector)"
    r"\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\(\s*$"
)
_STAND_INS = ("name", "number", "duration")


def readings(text: str) -> Iterator[str]:
    """The text with Grafana's variables replaced by something of the same length: by names, where those make
    no sense by numbers, then by durations."""
    if "$" not in text and "[[" not in text:
        yield text
        return
    for kind in _STAND_INS:
        yield _VARIABLE.sub(lambda found, kind=kind: _stand_in(found, kind), text)  # type: ignore[misc]


def _stand_in(found: re.Match[str], kind: str) -> str:
    size = len(found[0])
    known = found[0].startswith(("$__", "${__"))
    before = found.string[max(0, found.start() - 200) : found.start()]
    ranged = before.rstrip().endswith(("[", "offset"))
    if _WANTS_NUMBER.search(before):
        kind = "number"
    if ranged or (known and _DURATION.search(found[0])):
        return "1m".rjust(size, "0")
    return {"name": "x" * size, "number": "1".rjust(size, "0"), "duration": "1m".rjust(size, "0")}[kind]


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
