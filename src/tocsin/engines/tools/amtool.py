"""amtool: checks Alertmanager's configuration and says which receivers a set of labels reaches.

It knows nothing of time intervals, inhibition and grouping (amtool 0.34.2); a live Alertmanager does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.engines import tool
from tocsin.engines.answers import DidNotRun
from tocsin.engines.find import Found
from tocsin.engines.problem import Place, Problem, Verdict

TOOL = "amtool"
_FAILED = re.compile(r"(?:Checking '.*?')?\s*FAILED: (.*)", re.DOTALL)
_YAML_LINE = re.compile(r"(?:yaml: )?\s*line (\d+): (.*)")
_TEMPLATE = re.compile(r"template: (.+?):(\d+)(?::(\d+))?: (.*)")


@dataclass(frozen=True, slots=True)
class Amtool:
    """What amtool can be asked. `root` is the folder below which all files lie."""

    found: Found
    root: Path

    def check_config(self, file: Path) -> Verdict | DidNotRun:
        """Is this a valid configuration, and do its templates parse?"""
        result = tool.run(self.found, ("check-config", str(file)), cwd=self.root)
        if isinstance(result, DidNotRun):
            return result
        return Verdict(tuple(dict.fromkeys(_problems(str(file), result))), result.duration)

    def receivers(self, config: Path, labels: Mapping[str, str]) -> tuple[str, ...] | Problem | DidNotRun:
        """The receivers that an alert with these labels reaches, in the order of the routing tree."""
        pairs = [f"{name}={quoted(value)}" for name, value in labels.items()]
        args = ("config", "routes", "test", f"--config.file={config}", *pairs)
        result = tool.run(self.found, args, cwd=self.root)
        if isinstance(result, DidNotRun):
            return result
        if not result.ok:
            message = result.stderr.strip().removeprefix("amtool: error: ")
            return Problem(tool=TOOL, file=str(config), message=message)
        return tuple(filter(None, result.stdout.strip().split(",")))

    def rendered(self, templates: Path, text: str, data: Path) -> str | Problem | DidNotRun:
        """`text` as Alertmanager would send it, with the pieces in `templates` and the message in `data`."""
        args = ("template", "render", f"--template.glob={templates}/*.tmpl", f"--template.text={text}")
        result = tool.run(self.found, (*args, f"--template.data={data}"), cwd=self.root)
        if isinstance(result, DidNotRun):
            return result
        if not result.ok:
            message = result.stderr.strip().removeprefix("amtool: error: ")
            return Problem(tool=TOOL, file=str(templates), message=message)
        return result.stdout.removesuffix("\n")


def quoted(value: str) -> str:
    """A label's value as the UTF-8 matcher syntax wants it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _problems(file: str, result: tool.Result) -> list[Problem]:
    if result.ok:
        return []
    blocks = [match[1] for block in result.stdout.split("\n\n") if (match := _FAILED.search(block))]
    lines = [
        line for block in blocks for line in block.splitlines() if not line.endswith("unmarshal errors:")
    ]
    found = [_problem(file, line) for line in lines if line.strip()]
    return found or [
        Problem(tool=TOOL, file=file, message=result.stderr.strip().removeprefix("amtool: error: "))
    ]


def _problem(file: str, line: str) -> Problem:
    if found := _YAML_LINE.fullmatch(line):
        return Problem(tool=TOOL, file=file, message=found[2], place=Place(int(found[1])))
    if found := _TEMPLATE.fullmatch(line.strip()):
        place = Place(int(found[2]), int(found[3] or 0))
        return Problem(tool=TOOL, file=found[1], message=f"template: {found[4]}", place=place)
    return Problem(tool=TOOL, file=file, message=line.strip())
