"""A dashboard says what it answers, and a panel with a raw query what it shows.

## Why

Whoever opens it at night did not build it. Panels of declared metrics describe themselves; a raw query can
only show its own text.

## Fix

Add `description:`, in the words of a question: *Is the shop serving its users?*
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.promql_example import panel as example
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.dashboards import Dashboard

CODE = "dashboard/no-description"
EXAMPLES = (
    Example(
        title="a dashboard",
        finds=("queues",),
        spec="""
services:
  shop:
    dashboards:
      queues: {title: Queues, rows: {All: [{show: value, of: queue_length}]}}
""",
    ),
    Example(title="a raw query", finds=("expr",), spec=example('up{job="shop"}')),
    Example(
        title="described",
        spec=example('up{job="shop"}', "title: Up\ndescription: which instances answer"),
    ),
)


@check(CODE, on=Dashboard, severity="info")
def no_description(dashboard: Dashboard, view: View) -> Iterator[Diagnostic]:
    """The dashboard first, then its panels."""
    if not dashboard.description.strip():
        yield view.finding(
            CODE,
            dashboard.origin.key_place(),
            "this dashboard does not say what it answers",
            help="add `description: ...`",
        )
    for panel in (panel for row in dashboard.rows for panel in row.panels):
        if panel.kind == "expr" and panel.origin.get("description") is None:
            yield view.finding(
                CODE,
                panel.origin.at("show"),
                f"the panel *{panel.title}* does not say what it shows",
                help="add `description: ...`",
            )
