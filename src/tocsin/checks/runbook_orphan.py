"""Every runbook belongs to an alert.

## Why

A page that nothing leads to is not kept up to date. Often its alert was renamed.

## Fix

Rename the file, say `was: <former name>` at the alert, or delete the page.

## Exceptions

`README.md` and `index.md`; the heartbeat's `Watchdog.md`. A page that another page links to may stay.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.runbook_page import pages
from tocsin.checks.told import everywhere
from tocsin.diag.diagnostic import Diagnostic, Label, nearest

CODE = "runbook/orphan"
EXAMPLES = (
    Example(
        title="no alert",
        finds=("# Errors",),
        spec="name: acme",
        files=(("runbooks/HighErrorRat.md", "# Errors\n"),),
    ),
    Example(
        title="an index, and a page that is linked",
        spec="name: acme",
        files=(
            ("runbooks/README.md", "# All runbooks\n"),
            ("runbooks/HighErrorRate.md", "# HighErrorRate\n\nSee [restarts](Restarts.md#how).\n"),
            ("runbooks/Restarts.md", "# How to restart\n"),
        ),
    ),
)
_ALLOWED = ("readme.md", "index.md")


@check(CODE, on=Context, severity="info")
def runbook_orphan(context: Context, view: View) -> Iterator[Diagnostic]:
    """Files without an alert in any environment, and without a link to them."""
    alerts = {alert.runbook: alert for alert in everywhere(context)}
    former = {f"{name}.md": alert for alert in everywhere(context) for name in alert.was}
    for page in pages(context):
        if page.wanted or page.file.lower() in _ALLOWED or _linked(page.file, context):
            continue
        renamed = former.get(page.file) or alerts.get(nearest(page.file, alerts))
        others = (Label(renamed.origin.key_place().span, "is it this alert's?"),) if renamed else ()
        yield view.finding(
            CODE,
            page.top,
            f"no alert leads to runbooks/{page.file}",
            others=others,
            help=f"rename it to `{renamed.runbook}`, or delete it" if renamed else "rename it, or delete it",
        )


def _linked(file: str, context: Context) -> bool:
    return any(f"]({file}" in page.prose for page in pages(context) if page.file != file)
