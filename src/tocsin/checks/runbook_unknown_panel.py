"""Dashboards and panels that a runbook names exist.

## Why

"Dashboard **Error Tracking**, panel **Error rate**": at night somebody looks for exactly these words. A panel
that was renamed is not found.

## Fix

Write the title as the dashboard has it.

## Exceptions

Only names in bold after the words *dashboard* and *panel*, and links to dashboards of this workspace's
Grafana.
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.runbook_page import Page, pages
from tocsin.diag.diagnostic import Diagnostic, nearest

CODE = "runbook/unknown-panel"
_FILE = "runbooks/HighErrorRate.md"
EXAMPLES = (
    Example(
        title="dashboard, panel, link",
        finds=("Shops", "Request", "acme-shops"),
        spec="name: acme",
        files=(
            (
                _FILE,
                "# HighErrorRate: errors\n\n1. Dashboard **Shops**, panel **Requests**\n"
                "2. dashboard **Shop**, panel\n   **Request**\n"
                "3. [there](https://grafana.example.org/d/acme-shops/shop)\n",
            ),
        ),
    ),
    Example(
        title="what exists",
        spec="name: acme",
        files=(
            (
                _FILE,
                "# HighErrorRate: errors\n\n1. Dashboard **Shop**, panel **Requests**\n"
                "2. The dashboard **must** be open; the dashboard of the **Database Team**;\n"
                "   the panel **Anything**\n"
                "3. [there](https://grafana.example.org/d/acme-shop/shop)\n",
            ),
        ),
    ),
)
_NAMED = re.compile(
    r"\bdashboard\s+\*\*(?P<dashboard>[^*\n]+)\*\*(?:,?\s+(?:row\s+\*\*[^*\n]+\*\*,?\s+)?panel\s+\*\*(?P<panel>[^*\n]+)\*\*)?",
    re.IGNORECASE,
)
Titles = dict[str, set[str]]


@check(CODE, on=Context)
def unknown_panel(context: Context, view: View) -> Iterator[Diagnostic]:
    """Titles of all environments count."""
    titles: Titles = {}
    uids: set[str] = set()
    for model in context.models():
        for dashboard in model.dashboards:
            uids.add(dashboard.uid)
            here = titles.setdefault(dashboard.title, set())
            here.update(panel.title for row in dashboard.rows for panel in row.panels)
    grafanas = {model.links.grafana for model in context.models() if model.links.grafana}
    links = (
        re.compile(rf"(?:{'|'.join(map(re.escape, sorted(grafanas)))})/d/(?P<uid>[\w-]+)")
        if grafanas
        else None
    )
    for page in pages(context):
        for found in _NAMED.finditer(page.prose):
            yield from _named(found, page, titles, view)
        for link in links.finditer(page.prose) if links else ():
            if link["uid"] not in uids:
                yield _finding(
                    page, link.span("uid"), f"there is no dashboard `{link['uid']}`", link["uid"], uids, view
                )


def _named(found: re.Match[str], page: Page, titles: Titles, view: View) -> Iterator[Diagnostic]:
    dashboard, panel = found["dashboard"], found["panel"]
    if dashboard not in titles and not panel and not dashboard[:1].isupper():
        return  # emphasis, not a title
    if dashboard not in titles:
        yield _finding(
            page, found.span("dashboard"), f"there is no dashboard *{dashboard}*", dashboard, titles, view
        )
    elif panel and panel not in titles[dashboard]:
        fact = f"the dashboard *{dashboard}* has no panel *{panel}*"
        yield _finding(page, found.span("panel"), fact, panel, titles[dashboard], view)


def _finding(
    page: Page, place: tuple[int, int], fact: str, name: str, known: Titles | set[str], view: View
) -> Diagnostic:
    near = nearest(name, known)
    return view.finding(
        CODE,
        page.span(*place),
        fact,
        others=page.others,
        help=f"write `{near}`" if near else "name one that exists",
    )
