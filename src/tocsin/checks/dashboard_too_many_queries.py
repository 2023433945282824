"""A dashboard opens quickly.

## Why

Every open tab asks all its queries again at each refresh. With more than forty, the first screen waits for
the last, just when everybody opens it.

## Fix

Fold the rows that are not read first (`collapsed: true`: their queries run when they are opened), or make two
dashboards.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.dashboards import Dashboard

CODE = "dashboard/too-many-queries"
MOST = 40
_PANELS = ", ".join(f"{{show: value, of: queue_length, title: Queue {n}}}" for n in range(MOST))
_START = "services: {shop: {dashboards: {overview: {rows: {Many: "
EXAMPLES = (
    Example(title="too many", finds=("overview",), spec=f"{_START}[{_PANELS}]}}}}}}}}}}"),
    Example(title="folded", spec=f"{_START}{{collapsed: true, panels: [{_PANELS}]}}}}}}}}}}}}"),
)


@check(CODE, on=Dashboard, severity="info")
def too_many_queries(dashboard: Dashboard, view: View) -> Iterator[Diagnostic]:
    """Those that run when it is opened."""
    count = sum(len(panel.queries) for row in dashboard.rows if not row.collapsed for panel in row.panels)
    if count > MOST:
        yield view.finding(
            CODE,
            dashboard.origin.key_place(),
            f"this dashboard asks {count} queries whenever it is opened or refreshed",
            help=f"fold rows with `collapsed: true`, so that at most {MOST} are asked",
        )
