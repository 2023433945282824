"""Run test files that people wrote by hand: find them, read them, let the engines judge, tell the outcome.

What a test file may say is `proof.handwritten`; who judges it is `proof.handwritten.run`.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from tocsin.app.pages import pages
from tocsin.diag import report_json
from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.diag.excerpt import Style, plain, render
from tocsin.diag.report import Ran, Report
from tocsin.engines import NotRun
from tocsin.proof.handwritten.read import TestFile, looks_like_tests, read
from tocsin.proof.handwritten.run import Tested, run

FOLDERS = ("alerts/tests", "loki/tests", "tests")
"""Where test files are looked for when none is named."""
_YAML = (".yaml", ".yml")
_NOT_OURS = frozenset(("node_modules", "__pycache__"))
_MOST = 100
"""Findings that are shown: nobody reads more at once."""


class NoTests(Exception):
    """There is nothing to run: why, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RanTest(Ran):
    """How one test ended; `code` is its name."""

    file: str
    line: int

    @property
    def area(self) -> str:
        """What it is listed under: its file."""
        return self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport(Report):
    """A whole run of tests. `checks` holds them, and before them each file that could not be read."""

    __test__ = False  # not a test class of pytest

    files: int

    @property
    def tests(self) -> tuple[RanTest, ...]:
        """The tests, in the order of their files."""
        return tuple(one for one in self.checks if isinstance(one, RanTest))

    @property
    def summary(self) -> str:
        """One line that adds up."""
        tally = [one.outcome for one in self.tests]
        passed, failed, idle = (tally.count(kind) for kind in ("clean", "findings", "not-run"))
        broken = len(self.checks) - len(tally)
        mistakes = f"; {_count(broken, 'file')} with mistakes" if broken else ""
        of = f"{_count(len(tally), 'test')} in {_count(self.files, 'file')}"
        return f"{of}: {passed} passed, {failed} failed, {idle} not run{mistakes}"

    def text(self, style: Style = plain) -> str:
        """For people: findings, what did not run by its reason, the line that adds up."""
        told = [render(one, style) + "\n" for one in self.findings[:_MOST]]
        if len(self.findings) > _MOST:
            told.append(f"the first {_MOST} are shown; all of them: --json\n")
        idle = Counter((one.why, one.file) for one in self.tests if one.not_run)
        for (why, file), count in sorted(idle.items()):
            told.append(f"{style('not run', 'warning')}  {file}, {_count(count, 'test')}: {why}")
        return "".join(f"{line}\n" for line in (*told, self.summary))

    def json(self) -> str:
        """As `tocsin check --format json` has it, with `tests` in place of checks."""
        document = json.loads(report_json.report(self))
        del document["checks"], document["suppressed"]
        document["tests"] = [
            {"file": one.file, "line": one.line, "name": one.code, "outcome": _OUTCOMES[one.outcome]}
            | ({"reason": one.not_run, "cure": one.cure or None} if one.not_run else {})
            for one in self.tests
        ]
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


_OUTCOMES = {"clean": "passed", "findings": "failed", "not-run": "not-run"}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def test(root: Path, said: Sequence[str], pattern: str = "", folder: str = "") -> TestReport:
    """Run test files, folders of them and patterns; without any, what lies in the workspace's folders.

    Only tests with `pattern` in their name. Raises `NoTests`.
    """
    found = tuple(_files(root, said))
    if not found:
        raise NoTests(f"no test files in {', '.join(said or FOLDERS)}")
    good: list[TestFile] = []
    broken: list[Ran] = []
    for path in found:
        sink = Sink()
        name = Path(os.path.relpath(path, root)).as_posix()
        one = read(path, name, sink)
        good += [one] if one else []
        broken += [] if one else [Ran(code=name, found=_sorted(sink.found))]
    tests = [_ran(one) for one in run(good, _chosen(pattern))]
    if pattern and not tests and not broken:
        raise NoTests(f"no test has `{pattern}` in its name")
    return TestReport(
        version=metadata.version("tocsin"),
        checks=(*broken, *tests),
        pages=pages(),
        scope="tests",
        folder=folder,
        files=len(found),
        command="tocsin test",
    )


def _chosen(pattern: str) -> Callable[[str], bool]:
    return lambda name: pattern.lower() in name.lower()


def _sorted(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda one: one.order))


def _ran(one: Tested) -> RanTest:
    why = one.not_run or NotRun("")
    return RanTest(
        code=one.name,
        file=one.file.name,
        line=one.test.node.span.line,
        found=one.found,
        not_run=why.reason,
        cure=why.cure or "",
    )


# -- files ---------------------------------------------------------------------------------------------


def _files(root: Path, said: Sequence[str]) -> Iterator[Path]:
    """Each file once: those that are named whatever is in them, those in folders when they hold tests."""
    seen: set[Path] = set()
    for path in _named(root, said) if said else (root / folder for folder in FOLDERS):
        for file in _below(path) if path.is_dir() else (path,) if path.is_file() else ():
            key = file.resolve()
            if key not in seen:
                seen.add(key)
                yield file


def _named(root: Path, said: Sequence[str]) -> Iterator[Path]:
    for text in said:
        matching = [root / text] if (root / text).exists() else sorted(_glob(root, text))
        if not matching:
            raise NoTests(f"there is no file {text}; a path is seen from the workspace, `*` is understood")
        yield from matching


def _glob(root: Path, text: str) -> Iterable[Path]:
    return root.glob(text) if "*" in text and not Path(text).is_absolute() else ()


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in _NOT_OURS and not one.startswith("."))
        for name in sorted(files):
            path = Path(place) / name
            if path.suffix in _YAML and path.is_file() and looks_like_tests(path):
                yield path
