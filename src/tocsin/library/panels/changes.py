"""How often a gauge changed its value: restarts (the start time changed), fail-overs, deployments.

## Why

A process that dies and comes back within a scrape is never seen down; its start time tells.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration

EXAMPLES = (
    "{show: changes, of: process_start_time_seconds, title: Restarts}",
    "{show: changes, of: process_start_time_seconds, by: [], over: 1h}",
)


@panel_type("changes")
@parameters
class ChangesPanel:
    """Changes of a gauge, counted over time."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 6

    of: str = said("the gauge", pattern="metric", example="process_start_time_seconds")
    by: tuple[str, ...] = said(
        "a colour for each value of these labels", ("instance",), one_or_many=True, pattern="label"
    )
    where: tuple[Matcher, ...] = said("only series that match", ())
    over: Duration = said("the time in which changes are counted, for each point", Duration.parse("10m"))

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query."""
        found = _signals.metrics(panel, node, (self.of,), ("gauge",), self.by)
        if found is None:
            return None
        series = panel.scope.select(found[0], self.where)
        what, by = _signals.words(found[0]), _signals.listed(self.by)
        return PanelContent(
            queries=(
                Query(
                    expr=f"sum{_signals.grouping(self.by)}(changes({series}[{self.over}]))",
                    origin=node,
                    legend=_signals.legend(self.by, "changes"),
                ),
            ),
            unit="short",
            decimals=0,
            title=_signals.sentence(f"changes of {what}{by}"),
            description=f"How often {what} changed in the {self.over.words} before each point{by}.",
            extra=_drawing.style(
                draw="steps", fill=40, calcs=["max"], interval=_signals.scrape_interval(panel, found)
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series of steps."""
        return _drawing.time_series(panel)
