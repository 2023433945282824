"""The N most frequent values of a log field: error types, reasons, callers.

## Why

Error tracking without an error tracker: the lines know why it failed, and ten reasons cover most failures.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _logs, _rows, _signals
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: log-top, by: [error_type], where: 'level=\"ERROR\"', title: Top error types}",
    "{show: log-top, by: error, where: 'event=\"upload_failed\"', limit: 5}",
)


@panel_type("log-top")
@parameters
class LogTopPanel:
    """The most frequent values of a log field."""

    width: ClassVar[int] = 12
    height: ClassVar[int] = 8

    by: tuple[str, ...] = said(
        "the labels or fields that are counted", one_or_many=True, pattern="label", example="[error_type]"
    )
    where: tuple[Matcher, ...] = said("only lines whose labels and fields match", ())
    contains: str = said("only lines that contain this text", "", pattern="line")
    limit: int = said("how many", 10)

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One instant Loki query over the chosen time."""
        service = _logs.logging_service(panel, node)
        if service is None or not _rows.limit_is_good(panel, node, self.limit):
            return None
        counted = _logs.counted(panel, service, self.by, self.where, self.contains, _logs.RANGE)
        which, by = _logs.which(self.where, self.contains), " and ".join(self.by)
        name = service.title or service.name
        return PanelContent(
            queries=(
                Query(
                    expr=f"topk({self.limit}, {counted})",
                    legend=_signals.legend(self.by, ""),
                    source="loki",
                    instant=True,
                    origin=node,
                ),
            ),
            unit="short",
            decimals=0,
            title=f"Top {self.limit}: {by} in logs{which}",
            description=f"The {self.limit} most frequent values of {by} in the log lines of {name}{which}, "
            "in the chosen time.",
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A bar gauge."""
        return _drawing.bar_gauge(panel)
