"""Hand-written test files before promtool: copies as they are, and our questions beside them.

What the questions are is `probe`, what comes of the answers `run`.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin import engines
from tocsin.artifacts.emit import yaml_text
from tocsin.engines import Missing, NotRun
from tocsin.engines.tools.testrun import Case
from tocsin.proof.handwritten import loki as of_loki
from tocsin.proof.handwritten.loki import Heard
from tocsin.proof.handwritten.probe import promql_question
from tocsin.proof.handwritten.read import TestFile
from tocsin.proof.handwritten.signals import asked_signals

Cases = Mapping[Path, tuple[Case, ...] | NotRun]
"""What promtool says of each file."""
_PROCESSES = 2
_TIMEOUT = 600.0
_MOST_BYTES = 50_000
"""Of the test files of one process."""


@dataclass(frozen=True, slots=True)
class Copies:
    """What of a test file lies before promtool."""

    folder: Path
    question: Path | None = None
    original: Path | None = None
    """The file as it is, where promtool can read it."""


def write_logql(file: TestFile, heard: Sequence[Heard], folder: Path) -> Copies:
    """The grids that Loki gave, as a question; nothing where no alert is asked for."""
    rules, tests = of_loki.question(file, heard)
    if not tests["tests"]:
        return Copies(folder)
    folder.mkdir()
    _write(folder / "rules.yaml", rules)
    question = folder / "tests.yaml"
    _write(question, {"rule_files": ["rules.yaml"], **tests})
    return Copies(folder, question)


def write_promql(file: TestFile, numbers: Sequence[int], folder: Path) -> Copies:
    """Copies, as far from each other as the originals are: promtool finds rule files from the test file."""
    own = _absolute(file.path)
    sources = [_absolute(source) for source in file.rules.files]
    above = Path(os.path.commonpath([own.parent, *(source.parent for source in sources)]))
    for source in (own, *sources):
        copy = folder / source.relative_to(above)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    home = folder / own.relative_to(above).parent
    rule_files = [os.path.relpath(folder / source.relative_to(above), home) for source in sources]
    extra = {number: asked_signals(file, file.tests[number]) for number in numbers}
    question = home / f"{own.stem}.asked.yaml"
    _write(question, promql_question(file, extra, rule_files))
    return Copies(folder, question, None if file.says_exact else home / own.name)


def _absolute(path: Path) -> Path:
    """Without `..`, and as it is called: a link may lie elsewhere than what it points to."""
    return Path(os.path.normpath(Path.cwd() / path))


def _write(path: Path, tree: Mapping[str, Any]) -> None:
    path.write_text(yaml_text(dict(tree)), "utf-8", "surrogateescape")


def ask(root: Path, paths: Sequence[Path]) -> Cases:
    """What promtool says of these files, in processes side by side. `root` is a folder above all.

    A large file has a process of its own: when that does not end, the others are not concerned.
    """
    promtool = engines.promtool(root)
    if isinstance(promtool, Missing):
        return dict.fromkeys(paths, promtool)

    def run(part: Sequence[Path]) -> dict[Path, tuple[Case, ...] | NotRun]:
        said = promtool.test_rules(part, environ={"TMPDIR": str(root)}, timeout=_TIMEOUT)
        if isinstance(said, NotRun):
            return dict.fromkeys(part, said)
        return {path: tuple(case for case in said.cases if Path(case.file) == path) for path in part}

    with ThreadPoolExecutor(_PROCESSES) as pool:
        found: dict[Path, tuple[Case, ...] | NotRun] = {}
        for answer in pool.map(run, list(_parts(paths))):
            found |= answer
        return found


def _parts(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Files that go into one process, the largest first."""
    part: list[Path] = []
    size = 0
    for path in sorted(paths, key=lambda path: (-path.stat().st_size, path)):
        if part and size + path.stat().st_size > _MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(path)
        size += path.stat().st_size
    if part:
        yield part
