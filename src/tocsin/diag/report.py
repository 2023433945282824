"""What a run of checks found, ready to be told in any format. Not how it is told (`report_*.py`).

A format is one file `report_<name>.py` with a function `report(report, style) -> str`. It is pure: the same
report gives the same bytes.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tocsin.diag.diagnostic import Diagnostic, Severity
from tocsin.diag.excerpt import Style, summary
from tocsin.diag.text import Span

RANK: Mapping[str, int] = {"info": 1, "warning": 2, "error": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What there is to know about a code: its first sentence, and the rest as Markdown."""

    code: str
    severity: Severity
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A finding that somebody chose to live with."""

    finding: Diagnostic
    reason: str
    until: str
    """ISO date, or empty: for ever."""
    at: Span
    """Where that was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How one check ended. `not_run` is the reason, empty when it ran; `cure` the command that mends that."""

    code: str
    found: tuple[Diagnostic, ...] = ()
    not_run: str = ""
    cure: str = ""

    @property
    def outcome(self) -> str:
        """`clean`, `findings` or `not-run`. A check that had findings before it stopped has findings."""
        return "findings" if self.found else "not-run" if self.not_run else "clean"

    @property
    def why(self) -> str:
        """The reason with its cure."""
        return f"{self.not_run} ({self.cure})" if self.cure else self.not_run

    @property
    def area(self) -> str:
        """What stands before the `/`."""
        return self.code.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole run. Checks are in the order of their codes; every finding belongs to one of them."""

    version: str
    checks: tuple[Ran, ...]
    pages: Mapping[str, Page]
    """For every code of `checks` and of their findings."""
    suppressed: tuple[Suppressed, ...] = ()
    scope: str = ""
    """What was looked at: `14 alerts and 31 panels`; empty when the spec did not load."""
    fail_on: str = "error"
    """`error`, `warning`, `info` or `never`."""
    require: bool = False
    """What did not run counts as a failure."""
    folder: str = ""
    """Where the workspace lies, seen from the repository: "" or `ops/`; for formats that want such paths."""
    command: str = "tocsin check"
    """What was run; for formats that name it."""
    anchor: Span | None = None
    """Where to point in a file when the place itself is in none (a pack)."""

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """All of them, in the order of file, line, column and code."""
        return tuple(sorted((d for one in self.checks for d in one.found), key=lambda d: d.order))

    @property
    def not_run(self) -> tuple[Ran, ...]:
        """The checks that could not be asked, or not to the end."""
        return tuple(one for one in self.checks if one.not_run)

    def fails(self, finding: Diagnostic) -> bool:
        """Whether a finding is bad enough to fail the run."""
        return RANK[finding.severity] >= RANK.get(self.fail_on, 9)

    @property
    def failed(self) -> bool:
        """Whether the run fails."""
        return any(self.fails(d) for d in self.findings) or bool(self.require and self.not_run)

    @property
    def summary(self) -> str:
        """One line that adds up."""
        tally = [one.outcome for one in self.checks]
        clean, dirty, idle = (tally.count(kind) for kind in ("clean", "findings", "not-run"))
        hidden = f", {len(self.suppressed)} suppressed" if self.suppressed else ""
        checks = f"{len(tally)} check{'' if len(tally) == 1 else 's'}"
        on = f" on {self.scope}" if self.scope else ""
        ends = f"{clean} clean, {dirty} with findings, {idle} not run"
        return f"{summary(self.findings)}{hidden} in {checks}{on}: {ends}"


Reporter = Callable[[Report, Style], str]


def formats() -> tuple[str, ...]:
    """The names of all formats."""
    from tocsin import diag

    modules = (m.name for m in pkgutil.iter_modules(diag.__path__))
    return tuple(sorted(m.removeprefix("report_") for m in modules if m.startswith("report_")))


def reporter(name: str) -> Reporter:
    """The function that tells a report in the format `name`."""
    found: Reporter = importlib.import_module(f"tocsin.diag.report_{name}").report
    return found
