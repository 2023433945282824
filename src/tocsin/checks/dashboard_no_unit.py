"""A panel with a raw query says its unit.

## Why

Of a declared metric the unit is known. Of a raw query nobody knows whether 0.5 is half a second, half of all
requests or half a request.

## Fix

Add `unit: seconds`, `percentunit`, `bytes`, `requests_per_second` ...; `unit: short` says that it is a number
of things.

## Exceptions

Tables, whose columns differ.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.promql_example import panel as example
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.dashboards import Panel

CODE = "dashboard/no-unit"
EXAMPLES = (
    Example(title="a number of what?", finds=("expr",), spec=example('up{job="shop"}')),
    Example(title="said", spec=example('up{job="shop"}', "title: Up\nunit: bool")),
    Example(title="a table", spec=example('up{job="shop"}', "title: Up\nas: table")),
)


@check(CODE, on=Panel, severity="warning")
def no_unit(panel: Panel, view: View) -> Iterator[Diagnostic]:
    """Only raw queries: all other kinds know."""
    how = panel.origin.get("as")
    if panel.kind == "expr" and panel.origin.get("unit") is None and not (how and how.text == "table"):
        yield view.finding(
            CODE,
            panel.origin.at("show"),
            f"nobody knows in what unit the panel *{panel.title}* counts",
            help="add `unit: seconds`, `percentunit`, `bytes` ...; `short` for a number of things",
        )
