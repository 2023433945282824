"""The reference of findings: every code with its page and an example, by area."""

from collections.abc import Iterator
from itertools import groupby

from tocsin.app.explain_code import Explained, explain_code
from tocsin.app.markdown import anchor, code, document, fenced, inlined, table
from tocsin.app.pages import pages
from tocsin.checks.check import checks
from tocsin.diag.report import Page

_INTRO = """
Everything that `tocsin check` can find, by the code that stands in brackets; `tocsin explain CODE` prints the
same page. An *error* makes the command exit with 1, a *warning* or a *hint* only with `--fail-on warning` or
`--fail-on info`.

A finding that is right as it is can be suppressed in the spec, with a reason, on its line or above it:

```yaml
# tocsin: ignore[promql/rate-on-gauge] until=2027-01-31 the queue is rebuilt from scratch every night
```

Those marked *engine* ask a real engine and are *not run* where it is missing; those marked *reading* are made
while the spec is read: nothing is generated until their errors are gone.
"""
_HINT = {"error": "error", "warning": "warning", "info": "hint"}


def checks_page() -> str:
    """docs/reference/checks.md."""
    found = [one for name in pages() if (one := explain_code(name)) is not None]
    areas = [(area, list(listed)) for area, listed in groupby(found, lambda one: _area(one.page))]
    listed = "\n".join(f"- [{area}/](#{area}) - {_counted(len(some))}" for area, some in areas)
    return document(
        "Findings", _INTRO, (listed, *(part for area, some in areas for part in _part(area, some)))
    )


def _area(page: Page) -> str:
    return page.code.partition("/")[0]


def _counted(count: int) -> str:
    return f"{count} code{'' if count == 1 else 's'}"


def _part(area: str, listed: list[Explained]) -> Iterator[str]:
    yield f"## {area}"
    rows = (
        (f"[{one.page.code}](#{anchor(one.page.code)})", _HINT[one.page.severity], one.page.title)
        for one in listed
    )
    yield table(("Code", "", "What should be so"), rows)
    for one in listed:
        yield from _section(one)


def _section(one: Explained) -> Iterator[str]:
    page = one.page
    yield f"### {page.code}"
    yield f"{page.title} *({_kind(page)})*"
    yield inlined(page.body)
    if one.bad:
        yield fenced(one.bad, "yaml")
        yield fenced(one.found, "text")
    if one.good:
        yield "Without a finding:"
        yield fenced(one.good, "yaml")


def _kind(page: Page) -> str:
    one = checks.get(page.code)
    engines = f", engine: {', '.join(code(name) for name in one.needs)}" if one and one.needs else ""
    reading = ", reading" if one is None and not page.code.startswith("suppression/") else ""
    return _HINT[page.severity] + engines + reading
