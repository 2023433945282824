"""promtool: checks rules and configurations, runs unit tests, says where in the file and in the expression.

Formats as printed by promtool 3.15.0.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.engines import tool
from tocsin.engines.answers import DidNotRun
from tocsin.engines.find import Found
from tocsin.engines.problem import Place, Problem, Verdict
from tocsin.engines.tools.testrun import TestRun, read_junit

TOOL = "promtool"
# FILE: 7:15: group "g", rule 2, "High": could not parse expression: 2:18: parse error: ...
_RULE = re.compile(
    r'(?P<places>(?:\d+:\d+: )*)(?:group "(?P<group>(?:[^"\\]|\\.)*)", rule (?P<number>\d+), '
    r'"(?P<rule>(?:[^"\\]|\\.)*)": )?(?P<message>.*)'
)
_PLACE = re.compile(r"(\d+):(\d+): ")
_EXPRESSION = re.compile(r"could not parse expression: (?:(\d+):(\d+): )?")
_FIELD = re.compile(r'(?P<field>(?:label|annotation) "(?:[^"\\]|\\.)*"): ')
_TEMPLATE = re.compile(r"template: __\w+?:(\d+)(?::(\d+))?: ")
_YAML_LINE = re.compile(r"(?:yaml: )?\s*line (\d+): (.*)")
_NOISE = re.compile(r"^(\s*FAILED:|time=\S+ level=)\s*$|^time=\S+ level=|^\s*$")
_CHECKING = re.compile(r"Checking (.*)$")


@dataclass(frozen=True, slots=True)
class NoReport(DidNotRun):
    """It ended by itself, but without an answer: it panicked."""


@dataclass(frozen=True, slots=True)
class Promtool:
    """What promtool can be asked. `root` is the folder below which all files lie."""

    found: Found
    root: Path

    def check_rules(self, files: Sequence[Path], *, lint: bool = True) -> Verdict | DidNotRun:
        """Do the rules parse, are labels and templates valid, is no rule there twice?"""
        linting = "--lint=all" if lint else "--lint=none"
        result = self._run("check", "rules", linting, "--lint-fatal", *map(str, files))
        if isinstance(result, DidNotRun):
            return result
        return Verdict(_problems(result, map(str, files)), result.duration)

    def check_config(self, file: Path) -> Verdict | DidNotRun:
        """Is this a valid prometheus.yml, and do the files exist and hold valid rules that it names?"""
        result = self._run("check", "config", "--lint=none", str(file))
        if isinstance(result, DidNotRun):
            return result
        return Verdict(_problems(result, (str(file),)), result.duration)

    def test_rules(
        self,
        files: Sequence[Path],
        *,
        run: str | None = None,
        environ: Mapping[str, str] | None = None,
        timeout: float = tool.TIMEOUT,
    ) -> TestRun | DidNotRun:
        """Run the unit tests; `run` is a regular expression over the names of tests.

        `environ` is for the Go runtime and for where the tests' storages lie (`TMPDIR`).
        """
        with tempfile.TemporaryDirectory(
            prefix="tocsin-promtool-", dir=(environ or {}).get("TMPDIR")
        ) as folder:
            report = Path(folder).resolve() / "junit.xml"
            only = (f"--run={run}",) if run else ()
            args = ("test", "rules", f"--junit={report}", *only, *map(str, files))
            result = self._run(*args, reads=(report.parent,), environ=environ, timeout=timeout)
            if isinstance(result, DidNotRun):
                return result
            written = report.read_text(encoding="utf-8") if report.exists() else ""
            if not written:
                return NoReport(f"promtool wrote no report: {_first_line(result)}")
            return TestRun(read_junit(written), result.duration)

    def _run(
        self,
        *args: str,
        reads: Sequence[Path] = (),
        environ: Mapping[str, str] | None = None,
        timeout: float = tool.TIMEOUT,
    ) -> tool.Result | DidNotRun:
        return tool.run(self.found, args, cwd=self.root, folders=reads, environ=environ, timeout=timeout)


def _first_line(result: tool.Result) -> str:
    lines = (result.stderr or result.stdout).strip().splitlines()
    return lines[0] if lines else f"exit code {result.exit_code}"


def _problems(result: tool.Result, files: Iterable[str]) -> tuple[Problem, ...]:
    """All complaints, each once. A failure that none of the known forms explains is handed on as it is."""
    checked = [match[1] for line in result.stdout.splitlines() if (match := _CHECKING.match(line))]
    known = tuple(dict.fromkeys((*checked, *files)))
    found = tuple(dict.fromkeys(_read(result, known)))
    if found or result.ok:
        return found
    return (Problem(tool=TOOL, file=known[0], message=(result.stderr or result.stdout).strip()),)


def _read(result: tool.Result, files: tuple[str, ...]) -> Iterable[Problem]:
    lines = [line for line in result.stderr.splitlines() if not _NOISE.match(line)]
    linted = iter(_silent_failures(result.stdout, lines))
    file = files[0]
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        at += 1
        line = line.removeprefix("FAILED: ").removeprefix("parsing YAML file ")
        if line.startswith("lint error"):
            words, at = _lint_block(lines, at)
            yield Problem(tool=TOOL, file=next(linted, file), message=words, lint=True)
            continue
        for name in files:
            if line.startswith(f"{name}: "):
                file, line = name, line.removeprefix(f"{name}: ")
                break
        if line.endswith("unmarshal errors:"):
            continue
        yield _problem(file, line)


def _problem(file: str, line: str) -> Problem:
    if found := _YAML_LINE.fullmatch(line):
        return Problem(tool=TOOL, file=file, message=found[2], place=Place(int(found[1])))
    parts = _RULE.fullmatch(line)
    assert parts is not None, "the pattern's last group takes anything"
    places = [Place(int(row), int(column)) for row, column in _PLACE.findall(parts["places"]) if row != "0"]
    message, inside, field = parts["message"], None, None
    if found := _EXPRESSION.match(message):
        message = message[found.end() :]
        inside = Place(int(found[1]), int(found[2])) if found[1] else None
    if found := _FIELD.match(message):
        field, message = found["field"], message[found.end() :]
    if found := _TEMPLATE.match(message):
        inside = Place(int(found[1]), int(found[2] or 0))
        message = "template: " + message[found.end() :]
    return Problem(
        tool=TOOL,
        file=file,
        message=message,
        group=parts["group"],
        rule=parts["rule"],
        rule_number=int(parts["number"]) if parts["number"] else None,
        place=places[0] if places else None,
        inside=inside,
        field=field,
    )


def _lint_block(lines: list[str], at: int) -> tuple[str, int]:
    """`Metric: High`, labels, until the closing remark: one sentence."""
    words = []
    while at < len(lines) and not lines[at].startswith("Might cause"):
        words.append(lines[at].strip())
        at += 1
    metric = next((word.removeprefix("Metric: ") for word in words if word.startswith("Metric: ")), "")
    labels = [word for word in words if not word.startswith(("Metric: ", "Label(s):"))]
    return f"rule `{metric}` is there twice" + (f" with {', '.join(labels)}" if labels else ""), at + 1


def _silent_failures(stdout: str, errors: list[str]) -> list[str]:
    """Files that did not succeed though no error names them: those a lint message is about, in order."""
    files: dict[str, bool] = {}
    current = ""
    for line in stdout.splitlines():
        if found := _CHECKING.match(line):
            current = found[1]
            files[current] = False
        elif "SUCCESS" in line:
            files[current] = True
    return [
        name
        for name, passed in files.items()
        if not passed and not any(line.startswith(f"{name}: ") for line in errors)
    ]
