"""Docker Compose: is a compose file valid? Needs no Docker engine. (Starting a stack is the drill's work.)"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.engines import tool
from tocsin.engines.answers import DidNotRun
from tocsin.engines.find import Found
from tocsin.engines.problem import Place, Problem, Verdict

TOOL = "docker-compose"
_YAML_LINE = re.compile(r"(?:yaml: )?\s*line (\d+): (.*)")
_VALIDATING = re.compile(r"validating (.+?): (.*)")


@dataclass(frozen=True, slots=True)
class Compose:
    """What compose can be asked. `root` is the folder that the files' relative paths start from."""

    found: Found
    root: Path

    def check_config(self, *files: Path) -> Verdict | DidNotRun:
        """Are these files, laid over each other, a valid project?"""
        result = self.run(files, ("config", "--quiet"))
        if isinstance(result, DidNotRun):
            return result
        if result.ok:
            return Verdict((), result.duration)
        text = "\n".join(line for line in result.stderr.splitlines() if "level=warning" not in line).strip()
        return Verdict((_problem(str(files[0]), text),), result.duration)

    def run(
        self, files: Sequence[Path], args: Sequence[str], *, timeout: float = 120
    ) -> tool.Result | DidNotRun:
        """Any compose command on these files: `("up", "--detach")`."""
        named = [word for file in files for word in ("--file", str(file))]
        return tool.run(self.found, (*named, *args), cwd=self.root, timeout=timeout)


def _problem(file: str, text: str) -> Problem:
    if found := _YAML_LINE.fullmatch(text):
        return Problem(tool=TOOL, file=file, message=found[2], place=Place(int(found[1])))
    if found := _VALIDATING.fullmatch(text):
        return Problem(tool=TOOL, file=file, message=found[2])
    return Problem(tool=TOOL, file=file, message=text)
