"""Every alert that wakes people has a runbook.

## Why

Whoever is woken needs the first three steps, not a search.

## Fix

`tocsin generate` writes an outline with the queries that follow from the spec; fill in the places marked
`TODO:`. Alerts that share a runbook say so: `runbook: HighErrorRate`.

## Exceptions

An alert in `stage: shadow` is told to nobody yet. A severity that pages nobody wants runbooks only where it
says `runbook: required`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Alert

CODE = "alert/no-runbook"
EXAMPLES = (
    Example(
        title="a page without its file",
        finds=("HighErrorRate",),
        spec="name: acme",
        files=(("runbooks/HighErrorRate.md", ""),),
    ),
    Example(title="every page has one", spec="name: acme"),
    Example(
        title="a warning needs none",
        spec="""
services:
  shop:
    alerts:
      QueueLong: {severity: warning, template: threshold, of: queue_length, above: 100}
""",
        files=(("runbooks/QueueLong.md", ""),),
    ),
)


@check(CODE, on=Alert)
def no_runbook(alert: Alert, view: View) -> Iterator[Diagnostic]:
    """Look whether the file is there."""
    if alert.shadow or not alert.runbook_required or alert.runbook in view.context.runbooks:
        return
    pages = view.model.severities[alert.severity].pages
    fact = f"`{alert.name}` wakes people" if pages else f"`{alert.severity}` alerts must have a runbook"
    yield view.finding(
        CODE,
        alert.origin.key_place(),
        f"{fact}, but there is no runbooks/{alert.runbook}" if pages else f"{fact}: `{alert.name}` has none",
        help="`tocsin generate` writes its outline; then fill in what is marked `TODO:`",
    )
