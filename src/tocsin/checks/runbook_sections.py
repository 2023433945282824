"""A runbook has its sections, in the order in which they are needed.

## Why

Whoever is woken reads from top to bottom. What it means, is it real, where, why, stop it, who is next: all
runbooks alike, so that nobody has to search.

## Fix

Add the section, or move it. Further sections may stand anywhere.

## Exceptions

Files under `runbooks/` that belong to no alert are not looked at.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.runbook_page import Heading, Page, pages
from tocsin.diag.diagnostic import Diagnostic, Label, nearest
from tocsin.render.runbook_scaffold import SECTIONS

CODE = "runbook/sections"


def _page(*titles: str) -> tuple[tuple[str, str], ...]:
    text = "".join(f"\n## {title}\n\nwords\n" for title in titles)
    return (("runbooks/HighErrorRate.md", f"# HighErrorRate: errors\n{text}"),)


EXAMPLES = (
    Example(
        title="two are missing",
        finds=("# HighErrorRate: errors",),
        spec="name: acme",
        files=_page(*(s for s in SECTIONS if s not in ("Is it real?", "Escalate"))),
    ),
    Example(
        title="out of order",
        finds=("## Is it real?",),
        spec="name: acme",
        files=_page(*SECTIONS[:2], *SECTIONS[3:], SECTIONS[2]),
    ),
    Example(
        title="all of them, and one more",
        spec="name: acme",
        files=_page(*SECTIONS[:4], "Whom to ask", *SECTIONS[4:]),
    ),
)


@check(CODE, on=Context, severity="warning")
def runbook_sections(context: Context, view: View) -> Iterator[Diagnostic]:
    """Headings count whatever their level and case."""
    for page in pages(context):
        if page.wanted:
            yield from _missing(page, view)
            yield from _moved(page, view)


def _missing(page: Page, view: View) -> Iterator[Diagnostic]:
    there = {heading.text.lower() for heading in page.headings}
    missing = [section for section in SECTIONS if section.lower() not in there]
    if missing:
        *first, last = (f"*{section}*" for section in missing)
        listed = f"{', '.join(first)} and {last}" if first else last
        near = nearest(missing[0], [h.text for h in page.headings if h.text not in SECTIONS])
        yield view.finding(
            CODE,
            page.top,
            f"runbooks/{page.file} does not say {listed}",
            others=page.others,
            help=f"call *{near}* `## {missing[0]}`"
            if near
            else "add " + " and ".join(f"`## {m}`" for m in missing),
        )


def _moved(page: Page, view: View) -> Iterator[Diagnostic]:
    order = {section.lower(): number for number, section in enumerate(SECTIONS)}
    last: Heading | None = None
    for heading in page.headings:
        number = order.get(heading.text.lower())
        if number is None:
            continue
        if last is not None and number < order[last.text.lower()]:
            yield view.finding(
                CODE,
                page.line_span(heading.line),
                f"*{heading.text}* comes after *{last.text}*",
                others=(Label(page.line_span(last.line), "this is needed later"),),
                help=f"move it before `## {last.text}`",
            )
            return
        last = heading
