"""Traces of a service: the slow ones, the failed ones, or whatever a TraceQL query finds.

## Why

A graph shows that requests are slow; a trace shows where one of them spent its time.

## References

- https://grafana.com/docs/tempo/latest/traceql/
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import quote
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration

EXAMPLES = (
    "{show: traces, slower_than: 1s}",
    "{show: traces, errors: true, span: upload_iodd, title: Failed uploads}",
    "{show: traces, query: '{ span.db.system = \"postgresql\" && duration > 200ms }', title: Slow queries}",
)


@panel_type("traces")
@parameters
class TracesPanel:
    """A list of traces."""

    width: ClassVar[int] = 12
    height: ClassVar[int] = 9

    slower_than: Duration | None = said("only traces with a span that took longer", None, example="1s")
    errors: bool = said("true: only traces with a failed span", default=False)
    span: str = said("only traces with a span of this name", "", pattern="line")
    query: str = said("a TraceQL query instead of all that", "")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One TraceQL query."""
        if self.query:
            return self._content(self.query, "Traces", "Traces found by the query.", node)
        name = self._traced(panel, node)
        if not name:
            return None
        parts = [f"resource.service.name = {quote(name)}"]
        parts += [f"name = {quote(self.span)}"] if self.span else []
        parts += [f"duration > {self.slower_than}"] if self.slower_than else []
        parts += ["status = error"] if self.errors else []
        which = " and ".join(
            [
                *(["failed"] if self.errors else []),
                *([f"slower than {self.slower_than}"] if self.slower_than else []),
            ]
        )
        spans = f"spans `{self.span}`" if self.span else "spans"
        return self._content(
            "{ " + " && ".join(parts) + " }",
            f"Traces of {name}" + (f": {which}" if which else ""),
            f"The latest traces of {name} with {spans} that are {which or 'recorded'}.",
            node,
        )

    def _content(self, query: str, title: str, description: str, node: Node) -> PanelContent:
        return PanelContent(
            queries=(Query(expr=query, source="tempo", origin=node),), title=title, description=description
        )

    def _traced(self, panel: PanelScope, node: Node) -> str:
        own = panel.scope.service
        if own is not None and own.traces:
            return own.traces
        if node.get("service") is None:
            for service in panel.scope.services.values():
                if service.traces:
                    return service.traces
        panel.scope.sink.error(
            "panel/no-traces",
            node.at("service"),
            "no traces are declared for this panel",
            help="add `traces: {service_name: ...}` to the service",
        )
        return ""

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A table."""
        return _drawing.table(panel)
