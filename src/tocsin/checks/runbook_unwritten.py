"""A runbook is written by somebody who knows the service, not only outlined.

## Why

`tocsin generate` writes an outline once. At night, a page of `TODO:` is worse than none: the link in the
notification promises help.

## Fix

Write what is marked, and delete what does not apply.

## Exceptions

An error where the alert wakes people or its severity says `runbook: required`, else an information.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.runbook_page import Page, pages
from tocsin.diag.diagnostic import Diagnostic
from tocsin.render.runbook_scaffold import TODO

CODE = "runbook/unwritten"
_START = "# HighErrorRate: people see errors\n\n## What it means\n\n"
EXAMPLES = (
    Example(
        title="an outline",
        finds=("TODO: say what users notice",),
        spec="name: acme",
        files=(("runbooks/HighErrorRate.md", f"{_START}TODO: say what users notice\n\n- TODO: and why\n"),),
    ),
    Example(
        title="written",
        spec="name: acme",
        files=(("runbooks/HighErrorRate.md", f"{_START}Requests fail. (No TODO is left.)\n"),),
    ),
)


@check(CODE, on=Context)
def runbook_unwritten(context: Context, view: View) -> Iterator[Diagnostic]:
    """One finding for each page, at the first mark."""
    for page in pages(context):
        marks = [n for n, line in enumerate(page.prose.split("\n"), 1) if TODO in line] if page.wanted else []
        if not marks:
            continue
        places = "one place is" if len(marks) == 1 else f"{len(marks)} places are"
        span = page.line_span(marks[0])
        yield view.finding(
            CODE,
            page.cut(span, TODO),
            f"{places} still to be written in runbooks/{page.file}",
            severity="error" if _required(page) else "info",
            others=page.others,
            help="write what is marked, and delete what does not apply",
        )


def _required(page: Page) -> bool:
    return page.alert is None or (page.alert.runbook_required and not page.alert.shadow)
