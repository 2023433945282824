"""Each service's logs have a budget.

## Why

Logs are paid by the byte, and one debug flag can fill the disk of all services. A budget says what is normal.

## Fix

Add `budget: 2GB` (bytes a day) to `logs`, and an alert with `template: log-volume`.

## Exceptions

Told once, with the number of services.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.workspace import Model

CODE = "log/no-budget"
EXAMPLES = (
    Example(title="none", finds=("logs",), spec="name: acme"),
    Example(title="two gigabytes a day", spec="services: {shop: {logs: {budget: 2GB}}}"),
)


@check(CODE, on=Model, severity="info")
def no_budget(model: Model, view: View) -> Iterator[Diagnostic]:
    """One finding for a workspace, at the first."""
    without = [s for s in model.services.values() if s.logs is not None and s.logs.budget is None]
    if model.root or not without:
        return
    first = without[0]
    more = f" and of {len(without) - 1} other services" if len(without) > 1 else ""
    assert first.logs is not None
    yield view.finding(
        CODE,
        first.logs.origin.key_place(),
        f"nobody has said how much the logs of `{first.name}`{more} may be",
        help="add `budget: 1GB`, the bytes a day that are expected at most",
    )
