"""Links in runbooks lead somewhere.

## Why

A link that leads nowhere costs a minute in which nothing is mended, and trust in the rest of the page.

## Fix

Correct the path or the anchor. An anchor is the heading in small letters, with `-` for spaces and without
other signs.

## Exceptions

Addresses on the web are not opened, but for those of this workspace's own runbooks. Paths that begin with `/`
depend on where the repository is read, and are not followed.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.runbook_page import Page, pages
from tocsin.diag.diagnostic import Diagnostic, nearest

CODE = "runbook/dead-link"
_FILE = "runbooks/HighErrorRate.md"
_BAD = """# HighErrorRate: errors

See [the other page](ServiceDwn.md), [the causes](#why), [the plan](../docs/plan.md)
and [the cure](https://runbooks.example.org/Cure.md).

## Why so

`[not a link](at-all.md)`
"""
_GOOD = """# HighErrorRate: errors

See [causes](#why-so), [this page](HighErrorRate.md#highererror-rates-of-5-), [the web](https://example.org),
[whom to call](mailto:ops@example.org) and [this page][1].

## Why so

## Higher*Error* rates of 5 %

[1]: https://runbooks.example.org/HighErrorRate.md
"""
EXAMPLES = (
    Example(
        title="page, anchor, file, address",
        finds=("ServiceDwn.md", "#why", "../docs/plan.md", "https://runbooks.example.org/Cure.md"),
        spec="name: acme",
        files=((_FILE, _BAD),),
    ),
    Example(title="links that lead somewhere", spec="name: acme", files=((_FILE, _GOOD),)),
)
_TARGET = r"<?(?P<target>(?:[^\s()<>]|\([^\s()<>]*\))+)>?"
_TITLE = r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?"
_DEFINED = r"^ {0,3}\[[^\]\n]+\]:\s*<?(?P<defined>\S+?)>?\s*$"
_LINK = re.compile(rf"\]\(\s*{_TARGET}{_TITLE}\s*\)|{_DEFINED}", re.MULTILINE)
_SCHEME = re.compile("[a-zA-Z][a-zA-Z0-9+.-]*:|//|/")
_NAMED = re.compile(r"<a\s[^>]*\b(?:id|name)=[\"']([^\"']+)")


@check(CODE, on=Context)
def dead_link(context: Context, view: View) -> Iterator[Diagnostic]:
    """All pages, whether or not an alert leads to them."""
    base = f"{view.model.links.runbooks}/" if view.model.links.runbooks else ""
    known = {page.file: page for page in pages(context)}
    for page in known.values():
        for found in _LINK.finditer(page.prose):
            group = "target" if found["target"] else "defined"
            target = found[group]
            path = target[len(base) :] if base and target.startswith(base) else target
            fact = "" if _SCHEME.match(path) else _fact(path, page, known, context.root)
            if fact:
                near = nearest(path.partition("#")[0], known)
                yield view.finding(
                    CODE,
                    page.span(*found.span(group)),
                    fact,
                    others=page.others,
                    help=f"write `{near}`" if near and near not in path else "correct the link, or delete it",
                )


def _fact(path: str, page: Page, known: dict[str, Page], root: Path) -> str:
    """What is wrong with a relative link; empty when it leads somewhere."""
    name, _, anchor = unquote(path).partition("#")
    name = name.partition("?")[0].removeprefix("./")
    there = known.get(name) if name else page
    if there is None:
        place = (root / "runbooks" / name).resolve()
        if not place.is_relative_to(root.resolve()):
            return f"`{name}` lies outside the workspace"
        return "" if place.exists() else f"there is no `{name}` beside this runbook"
    if anchor and anchor.lower() not in anchors(there):
        return f"runbooks/{there.file} has no heading for `#{anchor}`"
    return ""


def anchors(page: Page) -> set[str]:
    """What GitHub makes of the headings."""
    out: set[str] = {name.lower() for name in _NAMED.findall(page.text)}
    for heading in page.headings:
        slug = re.sub(r"[^\w\- ]", "", heading.text.lower()).replace(" ", "-")
        count = 0
        while slug + (f"-{count}" if count else "") in out:
            count += 1
        out.add(slug + (f"-{count}" if count else ""))
    return out
