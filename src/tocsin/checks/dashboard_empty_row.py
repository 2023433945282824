"""Every row has panels.

## Why

A title with nothing below it looks like a panel that fails to load.

## Fix

Add panels, or delete the row.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.dashboards import Dashboard

CODE = "dashboard/empty-row"
EXAMPLES = (
    Example(
        title="a title alone",
        finds=("Later",),
        spec="services: {shop: {dashboards: {overview: {rows: {Later: []}}}}}",
    ),
    Example(
        title="a panel",
        spec="services: {shop: {dashboards: {overview: {rows: {Now: [{show: stat, of: queue_length}]}}}}}",
    ),
)


@check(CODE, on=Dashboard, severity="warning")
def empty_row(dashboard: Dashboard, view: View) -> Iterator[Diagnostic]:
    """Count the panels."""
    for row in dashboard.rows:
        if not row.panels:
            yield view.finding(
                CODE,
                row.origin.key_place(),
                f"the row *{row.title}* has no panel",
                help="add a panel, or delete the row",
            )
