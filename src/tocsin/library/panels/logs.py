"""Log lines of a service, newest first.

## Why

A graph says that something is wrong; the lines say what. Fields are filtered after parsing, so `where` may
name any field of the line.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _logs
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: logs, title: Errors, where: 'level=~\"ERROR|CRITICAL\"'}",
    "{show: logs, service: shop, contains: timeout}",
)


@panel_type("logs")
@parameters
class LogsPanel:
    """Log lines."""

    width: ClassVar[int] = 24
    height: ClassVar[int] = 10

    where: tuple[Matcher, ...] = said(
        "only lines whose labels and fields match", (), example="'level=\"ERROR\"'"
    )
    contains: str = said("only lines that contain this text", "", pattern="line")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One Loki query."""
        service = _logs.logging_service(panel, node)
        if service is None:
            return None
        expr = _logs.lines(panel, service, self.where, self.contains)
        which = _logs.which(self.where, self.contains)
        return PanelContent(
            queries=(Query(expr=expr, source="loki", origin=node),),
            title=f"Logs of {service.title or service.name}{which}",
            description=f"Log lines of {service.title or service.name}{which}, newest first.",
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A logs panel."""
        import grafanalib.core as g

        return g.Logs(
            showTime=True,
            wrapLogMessages=True,
            enableLogDetails=True,
            sortOrder="Descending",
            dedupStrategy="none",
            prettifyLogMessage=False,
            showLabels=False,
            showCommonLabels=False,
        )
