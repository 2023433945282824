"""Hand-written tests through the engines: one Loki and one promtool process for all files of a run.

A file that promtool itself can read is also given to it as it is, and its verdict is the one that counts;
the answers to our questions then only explain it.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tocsin import engines
from tocsin.artifacts.emit import yaml_text
from tocsin.diag.diagnostic import Diagnostic
from tocsin.engines import EngineError, Missing, NotRun
from tocsin.engines.tools.testrun import Case
from tocsin.proof import handwritten_loki
from tocsin.proof.handwritten import PromqlTest, Test
from tocsin.proof.handwritten_expect import failures, of_promtool
from tocsin.proof.handwritten_loki import Heard
from tocsin.proof.handwritten_probe import Got, promql_question, read_answer
from tocsin.proof.handwritten_read import TestFile
from tocsin.proof.handwritten_signals import asked_signals
from tocsin.proof.promtool_run import workspace


@dataclass(frozen=True, slots=True)
class Tested:
    """How one test ended."""

    file: TestFile
    number: int
    found: tuple[Diagnostic, ...] = ()
    not_run: NotRun | None = None

    @property
    def test(self) -> Test:
        """As it was said."""
        return self.file.tests[self.number]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.file.title(self.number)


@dataclass(slots=True)
class _Asked:
    """A test file with what is given to promtool for it, and what Loki has said."""

    file: TestFile
    numbers: tuple[int, ...]
    """Which of its tests."""
    heard: tuple[Heard, ...] = ()
    folder: Path = Path()
    """Where its copies lie."""
    question: Path | None = None
    original: Path | None = None
    """The file as it is, where promtool can read it."""
    not_run: NotRun | None = None


def run(files: Sequence[TestFile], chosen: Callable[[str], bool]) -> tuple[Tested, ...]:
    """Every test of all files whose name is chosen, in their order."""
    asked = [_Asked(file, numbers) for file in files if (numbers := _numbers(file, chosen))]
    _ask_loki([one for one in asked if one.file.language == "logql"])
    with workspace() as root:
        for number, one in enumerate(asked):
            one.folder = root / str(number)
            _write(one, one.folder)
        cases = _ask_promtool(root, asked)
    return tuple(tested for one in asked for tested in _tested(one, cases))


def _numbers(file: TestFile, chosen: Callable[[str], bool]) -> tuple[int, ...]:
    return tuple(number for number in range(len(file.tests)) if chosen(file.title(number)))


def _ask_loki(asked: Sequence[_Asked]) -> None:
    if not asked:
        return
    found = engines.loki()
    try:
        if isinstance(found, Missing):
            raise EngineError(found.reason, cure=found.cure)
        with found.start() as loki:
            for one in asked:
                one.heard = handwritten_loki.ask(one.file, one.numbers, loki)
    except EngineError as error:
        why = "; ".join((error.summary, *(text for _, text in error.facts)))
        for one in asked:
            one.not_run = NotRun(why, error.cure or None)


# -- promtool ------------------------------------------------------------------------------------------


def _ask_promtool(root: Path, asked: Sequence[_Asked]) -> Mapping[str, tuple[Case, ...]] | NotRun:
    """What promtool says, by the file that it was given."""
    paths = [path for one in asked for path in (one.question, one.original) if path is not None]
    if not paths:
        return {}
    promtool = engines.promtool(root)
    if isinstance(promtool, Missing):
        return promtool
    said = promtool.test_rules(paths, environ={"TMPDIR": str(root)})
    if isinstance(said, NotRun):
        return said
    found: dict[str, tuple[Case, ...]] = {}
    for case in said.cases:
        found[case.file] = (*found.get(case.file, ()), case)
    return found


def _write(one: _Asked, folder: Path) -> None:
    if one.file.language == "promql":
        _write_promql(one, folder)
        return
    rules, tests = handwritten_loki.question(one.file, one.heard)
    if tests["tests"]:
        folder.mkdir()
        (folder / "rules.yaml").write_text(yaml_text(rules), "utf-8", "surrogateescape")
        _question(one, folder / "tests.yaml", {"rule_files": ["rules.yaml"], **tests})


def _write_promql(one: _Asked, folder: Path) -> None:
    """Copies, as far from each other as the originals are: promtool finds rule files from the test file."""
    own = _absolute(one.file.path)
    sources = [_absolute(file) for file in one.file.rules.files]
    above = Path(os.path.commonpath([own.parent, *(source.parent for source in sources)]))
    for source in (own, *sources):
        copy = folder / source.relative_to(above)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    home = folder / own.relative_to(above).parent
    rule_files = [os.path.relpath(folder / source.relative_to(above), home) for source in sources]
    extra = {number: asked_signals(one.file, one.file.tests[number]) for number in one.numbers}
    one.original = None if one.file.says_exact else home / own.name
    _question(one, home / f"{own.stem}.asked.yaml", promql_question(one.file, extra, rule_files))


def _absolute(path: Path) -> Path:
    """Without `..`, and as it is called: a link may lie elsewhere than what it points to."""
    return Path(os.path.normpath(Path.cwd() / path))


def _question(one: _Asked, path: Path, tree: Mapping[str, Any]) -> None:
    path.write_text(yaml_text(dict(tree)), "utf-8", "surrogateescape")
    one.question = path


# -- verdicts --------------------------------------------------------------------------------------------


def _tested(one: _Asked, cases: Mapping[str, tuple[Case, ...]] | NotRun) -> Iterator[Tested]:
    if one.not_run is None and one.question and isinstance(cases, NotRun):
        one.not_run = cases
    if one.not_run is not None or isinstance(cases, NotRun):
        why = one.not_run or NotRun("nothing was asked")
        yield from (Tested(one.file, number, not_run=why) for number in one.numbers)
        return
    own = cases.get(str(one.original), ()) if one.original else ()
    heard = {one.number: one.got for one in one.heard}
    for number in one.numbers:
        test, got = one.file.tests[number], heard.get(number) or Got()
        if one.question:
            _read(cases.get(str(one.question), ()), number, one, got)
            got.errors = [error.replace(f"{one.folder}/", "") for error in got.errors]
        found = tuple(failures(one.file, test, got))
        if len(own) == len(one.file.tests):
            found = _as_promtool_says(own[number], found, one, number)
        yield Tested(one.file, number, tuple(_named(finding, test) for finding in found))


def _named(finding: Diagnostic, test: Test) -> Diagnostic:
    """With the test it belongs to: its name may stand far above."""
    name = (f"in the test `{test.name}`",) if test.name else ()
    return replace(finding, notes=(*finding.notes, *name))


def _read(said: Sequence[Case], number: int, one: _Asked, got: Got) -> None:
    """The case of this number; where the whole file could not be run, the reason is each test's."""
    test = one.file.tests[number]
    for case in said:
        if case.name == str(number) or (len(said) == 1 and not case.name.isdigit()):
            read_answer(case, test, got)
    if not said and isinstance(test, PromqlTest):
        got.errors.append("promtool says nothing of it")


def _as_promtool_says(
    verdict: Case, found: tuple[Diagnostic, ...], one: _Asked, number: int
) -> tuple[Diagnostic, ...]:
    if verdict.ok:
        return ()
    texts = (" ".join(failure.text.split()).replace(f"{one.folder}/", "") for failure in verdict.failures)
    return found or (of_promtool(one.file.tests[number], texts),)
