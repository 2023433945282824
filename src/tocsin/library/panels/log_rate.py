"""How many log lines there are, over time, by level or any other label or field.

## Why

The volume by level is the quickest sign of trouble in a service that has no metric for it.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _logs, _signals, _thresholds
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: log-rate, by: level}",
    "{show: log-rate, by: [error_type], where: 'level=\"ERROR\"', contains: timeout}",
)
_LEVELS = {
    "DEBUG": "grey",
    "INFO": "sky",
    "WARNING": "orange",
    "WARN": "orange",
    "ERROR": "red",
    "CRITICAL": "purple",
    "FATAL": "purple",
}


@panel_type("log-rate")
@parameters
class LogRatePanel:
    """Log lines counted over time."""

    width: ClassVar[int] = 12
    height: ClassVar[int] = 8

    by: tuple[str, ...] = said(
        "a colour for each value of these labels or fields",
        (),
        one_or_many=True,
        pattern="label",
        example="level",
    )
    where: tuple[Matcher, ...] = said("only lines whose labels and fields match", ())
    contains: str = said("only lines that contain this text", "", pattern="line")
    alert: str = said("draw this alert's threshold; it must count the same", "")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """One Loki query."""
        service = _logs.logging_service(panel, node)
        limits = _thresholds.chosen(panel, node, self.alert)
        if service is None or limits is None:
            return None
        expr = _logs.counted(panel, service, self.by, self.where, self.contains, _logs.AUTO)
        which, by = _logs.which(self.where, self.contains), _signals.listed(self.by)
        colors = [_level(name, color) for name, color in _LEVELS.items()] if self.by == ("level",) else []
        return PanelContent(
            queries=(Query(expr=expr, legend=_signals.legend(self.by, "lines"), source="loki", origin=node),),
            unit="short",
            decimals=0,
            thresholds=limits.lines,
            alert=limits.alert,
            title=f"Log lines{which}{by}",
            description=f"Log lines of {service.title or service.name}{which}{by}, counted in each step.",
            extra=_drawing.style(
                stack=True,
                draw="bars",
                calcs=["sum"],
                legend="right" if self.by else "list",
                overrides=colors,
                room=limits.room,
            ),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """Stacked bars."""
        return _drawing.time_series(panel)


def _level(name: str, color: str) -> dict[str, Any]:
    value = {"mode": "fixed", "fixedColor": _drawing.COLORS[color]}
    return {
        "matcher": {"id": "byRegexp", "options": f"/^{name}$/i"},
        "properties": [{"id": "color", "value": value}],
    }
