"""lokitool: do Loki's rules parse? Offline, with the place inside the expression.

lokitool 3.7.8 stops at the first mistake; here the rule it stopped at is taken out of a copy and it is
asked again. It does not notice that an alert's expression is a log query, nor a regular expression that
does not compile.
"""

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tocsin.engines import tool
from tocsin.engines.answers import DidNotRun
from tocsin.engines.find import Found
from tocsin.engines.problem import Place, Problem, Verdict

TOOL = "lokitool"
MISTAKES = 25  # a file; asking takes 50 ms a mistake
_ERROR = re.compile(r'level=error .*?error=(?P<error>"(?:[^"\\]|\\.)*"|\S+)')
_RULE = re.compile(
    r"could not parse expression for (?:alert|record) '(?P<rule>.*?)' in group '(?P<group>.*?)': "
    r"(?:parse error(?: at line (?P<line>\d+), col (?P<column>\d+))?\s*: )?(?P<message>.*)",
    re.DOTALL,
)
_YAML_LINE = re.compile(r"(?:yaml: )?\s*line (\d+): (.*)")


@dataclass(frozen=True, slots=True)
class Lokitool:
    """What lokitool can be asked. `root` is the folder below which all files lie."""

    found: Found
    root: Path

    def check_rules(self, files: Sequence[Path]) -> Verdict | DidNotRun:
        """Do these rule files parse? One run when all is well."""
        whole = self._check(*files)
        if isinstance(whole, DidNotRun) or whole.ok:
            return whole if isinstance(whole, DidNotRun) else Verdict((), whole.duration)
        problems: list[Problem] = []
        spent = whole.duration
        for file in files:
            answer = self._all_mistakes(file)
            if isinstance(answer, DidNotRun):
                return answer
            problems += answer.problems
            spent += answer.duration
        if not problems:  # only together are they wrong
            problems = _problems(str(files[0]), whole.stderr)
        return Verdict(tuple(problems), spent)

    def _check(self, *files: Path) -> tool.Result | DidNotRun:
        parents = [(self.root / file).parent for file in files]
        return tool.run(self.found, ("rules", "check", *map(str, files)), cwd=self.root, folders=parents)

    def _all_mistakes(self, file: Path) -> Verdict | DidNotRun:
        """Ask, note the mistake, take the rule out, ask again."""
        problems: list[Problem] = []
        spent = 0.0
        with tempfile.TemporaryDirectory(prefix="tocsin-lokitool-") as folder:
            copy, asked = Path(folder).resolve() / "rules.yaml", file
            for _ in range(MISTAKES):
                result = self._check(asked)
                if isinstance(result, DidNotRun):
                    return result
                spent += result.duration
                if result.ok:
                    break
                found = _problems(str(file), result.stderr)
                rest, expression = _without(self.root / asked, found[0])
                problems += [_lined_up(problem, expression) for problem in found]
                if rest is None:
                    break
                copy.write_text(json.dumps(rest), encoding="utf-8")  # JSON is YAML, and sooner written
                asked = copy
        return Verdict(tuple(problems), spent)


def _problems(file: str, stderr: str) -> list[Problem]:
    found = [_unquoted(match["error"]) for match in _ERROR.finditer(stderr)]
    lines = [line for error in found for line in _lines(error)]
    if not lines:
        lines = [
            stderr.strip().removeprefix("lokitool: error: ").removesuffix(", try --help") or "no reason given"
        ]
    return [_problem(file, line) for line in lines]


def _lines(error: str) -> list[str]:
    if "unmarshal errors:" in error:
        return [line for line in error.splitlines()[1:] if line.strip()]
    return [error]


def _unquoted(word: str) -> str:
    try:
        return str(json.loads(word)) if word.startswith('"') else word
    except ValueError:
        return word.strip('"')


def _problem(file: str, line: str) -> Problem:
    if found := _YAML_LINE.fullmatch(line):
        return Problem(tool=TOOL, file=file, message=found[2], place=Place(int(found[1])))
    if found := _RULE.fullmatch(line):
        inside = Place(int(found["line"]), int(found["column"])) if found["line"] else None
        message = f"parse error: {found['message']}"
        return Problem(
            tool=TOOL, file=file, message=message, group=found["group"], rule=found["rule"], inside=inside
        )
    return Problem(tool=TOOL, file=file, message=line)


def _without(file: Path, problem: Problem) -> tuple[dict[str, Any] | None, str]:
    """The file's rules but the one that is wrong, and that one's expression; None when it cannot be told."""
    if problem.rule is None:
        return None, ""
    import yaml

    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    for group in tree["groups"]:
        for rule in group["rules"]:
            if group["name"] == problem.group and problem.rule in (rule.get("alert"), rule.get("record")):
                group["rules"].remove(rule)
                return tree, str(rule.get("expr", ""))
    return None, ""


def _lined_up(problem: Problem, expression: str) -> Problem:
    """Loki 3.7.8 forgets the line of a mistake in a range (`line 0`): find the `[` in that column."""
    if problem.inside is None or problem.inside.line:
        return problem
    lines, column = expression.splitlines(), problem.inside.column
    fitting = [number for number, line in enumerate(lines, 1) if line[column - 1 : column] == "["]
    if len(lines) == 1:
        fitting = [1]
    place = Place(fitting[0], column) if len(fitting) == 1 else None
    return replace(problem, inside=place)
