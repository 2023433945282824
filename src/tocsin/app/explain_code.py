"""What there is to say about a code: its page, and an example with what is found in it. As Markdown."""

import datetime
import re
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tocsin.app.example import NAME, example_context, loaded_example
from tocsin.app.pages import pages
from tocsin.checks import suppression
from tocsin.checks.check import Check, Example, checks
from tocsin.checks.run import run_checks
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.diag.excerpt import render
from tocsin.diag.pages import written
from tocsin.diag.report import Page
from tocsin.diag.text import Source

_SOME_DAY = datetime.date(2026, 1, 1)
"""Examples of expired suppressions are older, others younger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A code with its examples; empty texts where there is none. `found` is as people see it."""

    page: Page
    bad: str
    found: str
    good: str

    @property
    def markdown(self) -> str:
        """The whole page."""
        page = self.page
        head = f"# {page.code} ({page.severity})\n\n{page.title}\n\n{page.body}\n"
        if not self.bad:
            return head
        parts = [f"{head}\n## Example\n", fenced(self.bad, "yaml"), fenced(self.found, "text")]
        parts += ["Without a finding:\n", fenced(self.good, "yaml")] if self.good else []
        return "\n".join(parts)


def fenced(text: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.strip(chr(10))}\n```\n"


def explain_code(code: str) -> Explained | None:
    """Everything about `code`, or None when no part of Tocsin reports it."""
    page = pages().get(code)
    if page is None:
        return None
    bad, good = examples(code)
    found = findings(code, bad) if bad else []
    return Explained(
        page=page,
        bad=_trimmed(bad.spec) if bad else "",
        found="\n\n".join(render(one) for one in found[:1]),
        good=_trimmed(good.spec) if good else "",
    )


def _trimmed(text: str) -> str:
    return re.sub(r"\A\s*\n|\s+\Z", "", text)


def examples(code: str) -> tuple[Example | None, Example | None]:
    """The first bad example and the first good one."""
    one, file = checks.get(code), written().get(code)
    if one is not None:
        said = _said(one)
        bad = next((e for e in said if e.finds and e.spec.strip()), None)
        return bad, next((e for e in said if not e.finds and e.spec.strip()), None)
    if file is None or not file.bad:
        return None, None
    bad = Example(title="bad", spec=file.bad, finds=("?",))
    return bad, Example(title="good", spec=file.good) if file.good else None


def _said(one: Check) -> tuple[Example, ...]:
    found: tuple[Example, ...] = getattr(sys.modules[one.run.__module__], "EXAMPLES", ())
    return found


def findings(code: str, example: Example) -> list[Diagnostic]:
    """What Tocsin reports as `code` in an example, in the order of places."""
    if checks.get(code) is not None:
        with tempfile.TemporaryDirectory(prefix="tocsin-explain-") as folder:
            context = example_context(example, Path(folder))
            found: Iterable[Diagnostic] = next(run_checks(context, [code], engines=False)).found
    else:
        found = _while_reading(code, example)
    return sorted((d for d in found if d.code == code), key=lambda d: d.order)


def _while_reading(code: str, example: Example) -> list[Diagnostic]:
    """What the loader, the model and the suppressions report."""
    sink = Sink()
    loaded_example(example, sink)
    if code in suppression.CODES:
        root = compose_text(Source(NAME, example.spec), Sink())
        said = suppression.suppressions(root, sink) if root else []
        suppression.judged(said, pages(), pages(), _SOME_DAY, sink)
    return sink.found
