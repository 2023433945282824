"""Check a workspace: read its spec, let every chosen check look at it, leave out what was suppressed.

Artifacts on disk do not matter, only what the spec says now. What is found is returned, not told.
"""

import datetime
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import metadata
from pathlib import Path

from tocsin.app.pages import of_check, pages
from tocsin.app.workspace import Opened, open_workspace
from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import whole
from tocsin.checks import suppression
from tocsin.checks.check import checks
from tocsin.checks.context import Context
from tocsin.checks.run import run_checks
from tocsin.diag.diagnostic import Diagnostic, Sink, nearest
from tocsin.diag.report import Page, Ran, Report, Suppressed

LOADS = "spec/loads"
"""The check that reading the spec is."""


class UnknownCode(Exception):
    """Somebody chose a code or an area that does not exist."""

    def __init__(self, pattern: str, near: str) -> None:
        super().__init__(f"there is no check `{pattern}`" + (f"; did you mean `{near}`?" if near else ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which checks are run, and what makes a run fail."""

    only: Sequence[str] = ()
    """Codes, areas (`promql/`) or patterns (`*/no-*`); empty: all."""
    skip: Sequence[str] = ()
    engines: bool = True
    fail_on: str = "error"
    require: bool = False

    def codes(self, known: Iterable[str]) -> frozenset[str]:
        """Those of `known` that are chosen. Raises `UnknownCode`."""
        listed = tuple(known)
        chosen = _matching(self.only, listed) if self.only else frozenset(listed)
        return chosen - _matching(self.skip, listed)


def _matching(patterns: Iterable[str], known: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for pattern in patterns:
        wanted = pattern + "*" if pattern.endswith("/") else pattern
        matching = [code for code in known if fnmatchcase(code, wanted)]
        if not matching:
            areas = {code.partition("/")[0] + "/" for code in known}
            raise UnknownCode(pattern, nearest(pattern, areas if pattern.endswith("/") else known))
        found.update(matching)
    return frozenset(found)


def check(root: Path, choice: Choice, today: datetime.date, folder: str = "") -> Report:
    """What is wrong in the workspace `root`. `folder` is where that lies in the repository."""
    known = pages()
    chosen = choice.codes(known)
    sink = Sink()
    opened = open_workspace(root, sink)
    if opened is None:
        idle = (Ran(code=code, not_run="the spec does not load") for code in _own(chosen))
        ran = (Ran(code=LOADS, found=tuple(sink.found)), *idle)
        return _report(choice, folder, known, ran)
    results = [Ran(code=LOADS, found=tuple(d for d in sink.found if d.code in chosen))]
    own = [code for code, _ in checks if code in chosen]
    results += _asked(opened, own, choice.engines) if own else []
    ran, hidden = _suppressed(opened, chosen, results, today)
    return _report(choice, folder, known, ran, hidden, opened)


def _own(chosen: frozenset[str]) -> list[str]:
    """The chosen codes that are checks, not parts of reading the spec."""
    return [c for c in sorted(chosen) if checks.get(c) or c in suppression.CODES]


def _asked(opened: Opened, codes: Sequence[str], engines: bool) -> list[Ran]:
    wanted = engines and any(one.needs for code, one in checks if code in codes)  # by nobody else
    artifacts = {a.path: a for a in opened.artifacts()} if wanted else {}
    with tempfile.TemporaryDirectory(prefix="tocsin-check-") as name:
        folder = Path(name).resolve()
        for path, artifact in artifacts.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(whole(artifact, emit(artifact), None), "utf-8")
        context = Context(
            root=opened.root,
            loaded=opened.loaded,
            workspace=opened.workspace,
            artifacts=artifacts,
            folder=folder,
            runbooks=_runbooks(opened.root),
        )
        outcomes = run_checks(context, codes, engines=engines)
        return [
            Ran(
                code=one.code,
                found=one.found,
                not_run=one.not_run.reason if one.not_run else "",
                cure=(one.not_run.cure or "") if one.not_run else "",
            )
            for one in outcomes
        ]


def _runbooks(root: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8", "replace") for path in sorted(root.glob("runbooks/*.md"))}


def _suppressed(
    opened: Opened, chosen: frozenset[str], results: Iterable[Ran], today: datetime.date
) -> tuple[tuple[Ran, ...], tuple[Suppressed, ...]]:
    """The results without what was suppressed, and with what is wrong about suppressions."""
    sink = Sink()
    said = suppression.suppressions(opened.loaded.root, sink)
    tree = opened.loaded.environments[0][1]
    left: list[Ran] = []
    hidden: list[Suppressed] = []
    read = {code for code in pages() if of_check(code)}
    complete = read - {code for code, _ in checks} - set(suppression.CODES)
    for one in results:
        shown, gone = suppression.suppress(one.found, said, tree, today)
        left.append(Ran(code=one.code, found=shown, not_run=one.not_run, cure=one.cure))
        hidden += gone
        complete |= set() if one.not_run else {one.code}
    suppression.judged(said, pages(), complete, today, sink)
    own: dict[str, list[Diagnostic]] = {code: [] for code in suppression.CODES if code in chosen}
    for finding in sink.found:
        own.get(finding.code, []).append(finding)
    left += [Ran(code=code, found=tuple(found)) for code, found in own.items()]
    ran = (one for one in left if one.code in chosen or one.found)
    return tuple(sorted(ran, key=lambda one: one.code)), tuple(hidden)


def _report(
    choice: Choice,
    folder: str,
    known: Mapping[str, Page],
    ran: Iterable[Ran],
    hidden: tuple[Suppressed, ...] = (),
    opened: Opened | None = None,
) -> Report:
    return Report(
        version=metadata.version("tocsin"),
        checks=tuple(ran),
        pages=known,
        suppressed=hidden,
        scope=_scope(opened) if opened else "",
        fail_on=choice.fail_on,
        require=choice.require,
        folder=folder,
        anchor=opened.workspace.origin.at("packs").key_place().span if opened else None,
    )


def _scope(opened: Opened) -> str:
    """`14 alerts and 31 panels`: what stands in several environments counts once."""
    models = opened.workspace.environments
    alerts = {a.id for m in models for a in m.alerts}
    panels = {
        (d.name, row.title, place)
        for m in models
        for d in m.dashboards
        for row in d.rows
        for place in range(len(row.panels))
    }
    counts = ((len(alerts), "alert"), (len(panels), "panel"))
    return " and ".join(f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in counts)
