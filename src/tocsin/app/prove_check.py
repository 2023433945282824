"""Are the committed proofs those of the rules as they are now, and do they still pass? Proves nothing."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tocsin import engines
from tocsin.app.prove import Choice, Part, context_of, parts
from tocsin.app.prove_files import edited, present, stale
from tocsin.app.test import NoTests, test
from tocsin.app.workspace import open_workspace
from tocsin.diag.diagnostic import Sink
from tocsin.diag.excerpt import render
from tocsin.engines import Missing, NotRun
from tocsin.proof.committed import folder

_AT_ONCE = 2
_PATIENCE = 900.0
"""Seconds: each test evaluates a whole rule file at every instant."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How the tests of one committed file ended."""

    file: str
    passed: int = 0
    failed: tuple[str, ...] = ()
    """What was expected and what came, as the engine tells it."""
    not_run: NotRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found."""

    alerts: int
    stale: tuple[str, ...]
    """Alerts without a fresh proof; with their environment where it is not the first."""
    left: int
    """Proofs of rules that are no more."""
    edited: tuple[str, ...]
    """Test files that somebody edited."""
    ran: tuple[Ran, ...] = field(default=())
    """The committed files, run."""

    @property
    def not_run(self) -> tuple[Ran, ...]:
        """Files that no engine could be asked about."""
        return tuple(one for one in self.ran if one.not_run is not None)

    @property
    def failed(self) -> bool:
        """Whether anything is not as it should be; what was not run is for the caller to judge."""
        return bool(self.stale or self.left or self.edited or any(one.failed for one in self.ran))

    @property
    def summary(self) -> str:
        """One line that adds up."""
        left = f"; {self.left} of rules that are no more" if self.left else ""
        fresh = self.alerts - len(self.stale)
        passed, failed = sum(one.passed for one in self.ran), sum(len(one.failed) for one in self.ran)
        idle = f", {_count(len(self.not_run), 'file')} not run" if self.not_run else ""
        tests = f"{_count(passed + failed, 'test')} in {_count(len(self.ran), 'file')}"
        ends = f"{passed} passed, {failed} failed{idle}"
        return (
            f"{_count(self.alerts, 'alert')}: {fresh} with fresh proofs, {len(self.stale)} stale{left}; "
            f"{tests}: {ends}"
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def check(root: Path, choice: Choice, sink: Sink) -> Checked | None:
    """None: the spec has mistakes, which are in `sink`."""
    opened = open_workspace(root, sink)
    if opened is None:
        return None
    chosen = list(parts(opened, context_of(opened).artifacts, choice))
    found = stale(root, [(part.book, part.tested) for part in chosen])
    first = opened.workspace.environments[0].environment
    names = [
        one if book.name == first else f"{one} ({book.name})"
        for (book, freshness), part in zip(found, chosen, strict=True)
        for one in freshness.alerts
        if not part.names or one in part.names
    ]
    return Checked(
        alerts=len({(p.book.name, one.row) for p in chosen for one in p.tested if p.wanted(one)}),
        stale=tuple(names),
        left=0 if choice.alerts else sum(freshness.left for _, freshness in found),
        edited=tuple(path for part in chosen for path in edited(root, part.book)),
        ran=tuple(_run(root, chosen)),
    )


def _run(root: Path, chosen: Sequence[Part]) -> Iterator[Ran]:
    """Files of metrics are promtool's own and are given to it as they are; it takes a file at a time."""
    files = [
        (part, path) for part in chosen for path, _ in present(root, part.book) if path.endswith(".yaml")
    ]
    metrics = [path for part, path in files if path.startswith(folder(part.book, "promql"))]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(lambda path: _of_metrics(root, path), metrics)
    yield from (_of_logs(root, path) for _, path in files if path not in metrics)


def _of_metrics(root: Path, path: str) -> Ran:
    promtool = engines.promtool(root.resolve())
    if isinstance(promtool, Missing):
        return Ran(path, not_run=promtool)
    done = promtool.test_rules([Path(path)], timeout=_PATIENCE)
    if isinstance(done, NotRun):
        return Ran(path, not_run=done)
    failed = [f"{one.name}: {failure.text}" for one in done.failed() for failure in one.failures]
    return Ran(path, sum(case.ok for case in done.cases), tuple(failed))


def _of_logs(root: Path, path: str) -> Ran:
    try:
        report = test(root, [str(root / path)])
    except NoTests as error:
        return Ran(path, not_run=NotRun(str(error)))
    idle = next((NotRun(one.not_run, one.cure) for one in report.checks if one.not_run), None)
    passed = sum(one.outcome == "clean" for one in report.tests)
    return Ran(path, passed, tuple(render(one) for one in report.findings), idle)
