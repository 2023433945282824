"""Two panels of one row have two titles.

## Why

"The panel *Errors* is red": which one? Runbooks and colleagues name panels by their titles.

## Fix

Say in the titles what differs: *Errors by endpoint*, *Errors by type*.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.dashboards import Dashboard, Panel

CODE = "dashboard/repeated-title"
EXAMPLES = (
    Example(
        title="twice in a row",
        finds=("Queue",),
        spec="""
services:
  shop:
    dashboards:
      overview:
        rows:
          Queues:
            - {show: value, of: queue_length, title: Queue}
            - {show: stat, of: queue_length, title: Queue}
""",
    ),
    Example(
        title="in two rows",
        spec="""
services:
  shop:
    dashboards:
      overview:
        rows:
          Now: [{show: stat, of: queue_length, title: Queue}]
          Before: [{show: value, of: queue_length, title: Queue}]
""",
    ),
)


@check(CODE, on=Dashboard, severity="warning")
def repeated_title(dashboard: Dashboard, view: View) -> Iterator[Diagnostic]:
    """Titles that the reader sees, also those that a panel has from its kind."""
    for row in dashboard.rows:
        seen: dict[str, Panel] = {}
        for panel in row.panels:
            first = seen.setdefault(panel.title, panel)
            if first is not panel and panel.title.strip():
                yield view.finding(
                    CODE,
                    panel.origin.get("title") or panel.origin.at("show"),
                    f"two panels of the row *{row.title}* are called *{panel.title}*",
                    others=(Label((first.origin.get("title") or first.origin.at("show")).span, "the first"),),
                    help="say in the titles what differs",
                )
