"""The page of every code that any part of Tocsin can report. Not how a page is shown."""

from collections.abc import Mapping
from functools import cache

from tocsin.checks.check import checks
from tocsin.diag.pages import page_of, written
from tocsin.diag.report import Page

_OF_PROOFS = ("proof/", "rules/", "test/", "rule/scrape-interval", "rule/blind-annotation")
"""What codes begin with that only `tocsin prove` and `tocsin test` report."""


def of_check(code: str) -> bool:
    """Whether `tocsin check` can report it."""
    return not code.startswith(_OF_PROOFS)


@cache
def pages() -> Mapping[str, Page]:
    """All pages by code, in the order of the codes: those of checks and those that are files."""
    found = {code: page_of(code, one.severity, one.doc) for code, one in checks}
    found |= {code: one.page for code, one in written().items()}
    return dict(sorted(found.items()))
