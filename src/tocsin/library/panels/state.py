"""Two states over time: up or down, ready or not, for each instance or check.

## Why

A 0/1 gauge drawn as a line says little; coloured bars show when it was down and for how long.
"""

from typing import Any, ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: state, title: Instances}",
    "{show: state, of: probe_success, by: [check], zero: failing, one: passing}",
)


@panel_type("state")
@parameters
class StatePanel:
    """A 0/1 gauge over time."""

    width: ClassVar[int] = 12
    height: ClassVar[int] = 5

    of: str = said("a gauge that is 0 or 1; default: `up` of the service's own targets", "", pattern="metric")
    by: tuple[str, ...] = said(
        "a bar for each value of these labels", ("instance",), one_or_many=True, pattern="label"
    )
    where: tuple[Matcher, ...] = said("only series that match", ())
    how: Literal["min", "max"] = said("several series as one: `min` is 0 when any is 0", "min")
    zero: str = said("what 0 means", "down", pattern="line")
    one: str = said("what 1 means", "up", pattern="line")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One query."""
        what, expr, interval = "targets", "", ""
        if self.of:
            found = _signals.metrics(panel, node, (self.of,), ("gauge",), self.by)
            if found is None:
                return None
            what, expr = _signals.words(found[0]), panel.scope.select(found[0], self.where)
            interval = _signals.scrape_interval(panel, found)
        elif panel.scope.service is not None:
            expr = panel.scope.up()
        else:
            panel.scope.sink.error(
                "panel/no-service",
                node,
                "`up` of which service is meant is not said",
                help="add `service: NAME`, or `of: METRIC`",
            )
            return None
        states = (("0", self.zero, "red"), ("1", self.one, "green"))
        by = _signals.listed(self.by)
        return PanelContent(
            queries=(
                Query(
                    expr=f"{self.how}{_signals.grouping(self.by)}({expr})",
                    origin=node,
                    legend=_signals.legend(self.by, what),
                ),
            ),
            title=_signals.sentence(what + by),
            description=f"{_signals.sentence(what)}{by}: {self.one} or {self.zero}. A gap: nobody measured.",
            extra=_drawing.style(mappings=_drawing.mapping(*states), interval=interval),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A state timeline."""
        return _drawing.state_timeline(panel)
