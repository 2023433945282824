"""The pages of codes: Markdown with fixed headings, from a file or a docstring, with the examples in it.

`codes/<area>/<name>.md` is the page of a code that no check of its own stands for: what the loader, the model
and the plug-ins report. A check's page is its module's docstring.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import get_args

from tocsin.diag.diagnostic import Severity
from tocsin.diag.report import Page

_HEAD = re.compile(r"# (?P<code>[a-z]+/[a-z0-9-]+) \((?P<severity>[a-z]+)\)\n")
_FENCE = re.compile(r"```yaml (?P<kind>bad|good)\n(?P<text>.*?)```\n?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A page from a file, with its example: what is reported, and the same mended."""

    page: Page
    bad: str = ""
    good: str = ""


def page_of(code: str, severity: Severity, text: str) -> Page:
    """A page from its text: the first paragraph is the title, the rest its body."""
    title, _, body = text.strip().partition("\n\n")
    return Page(code=code, severity=severity, title=" ".join(title.split()), body=_aired(body.strip()))


def _aired(body: str) -> str:
    """With an empty line after each heading, which Markdown wants and a docstring may leave out."""
    return re.sub(r"(?m)^(#+ .*)\n(?!\n)", r"\1\n\n", body)


@cache
def written() -> Mapping[str, Written]:
    """All pages that are files, by code."""
    return {one.page.code: one for one in _read()}


def _read() -> Iterator[Written]:
    folder = resources.files("tocsin.diag") / "codes"
    for area in sorted(folder.iterdir(), key=lambda f: f.name):
        for file in sorted(area.iterdir(), key=lambda f: f.name):
            yield parsed(file.read_text("utf-8"))


def parsed(text: str) -> Written:
    """One file's page; its form is part of the program, so a wrong one is a bug."""
    head = _HEAD.match(text)
    if head is None or head["severity"] not in get_args(Severity):
        raise ValueError(f"a page begins with `# area/name (severity)`, not {text[:40]!r}")
    examples = {found["kind"]: found["text"] for found in _FENCE.finditer(text)}
    rest, _, _ = text[head.end() :].partition("## Example\n")
    severity: Severity = head["severity"]  # type: ignore[assignment]  # compared with the type's own values
    return Written(
        page=page_of(head["code"], severity, rest),
        bad=examples.get("bad", ""),
        good=examples.get("good", ""),
    )
