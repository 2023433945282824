"""From a line of a generated file to the spec node that caused it."""

from dataclasses import dataclass
from pathlib import Path

from tocsin.app.workspace import Opened
from tocsin.artifacts.disk import compare
from tocsin.artifacts.origins import Trace, trace_line
from tocsin.artifacts.tree import Artifact
from tocsin.diag.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: where the line came from, and whether the file is what the spec says now."""

    line: str
    trace: Trace
    stale: bool


def why(opened: Opened, file: str, line: int, column: int = 0) -> Why:
    """What caused line `line` of `file` (relative to the workspace)."""
    for artifact in opened.artifacts():
        if artifact.path == file:
            return _why(opened.root, artifact, line, column)
    raise Trouble(f"{file} is not a generated file", cure="tocsin generate --check lists what is")


def _why(root: Path, artifact: Artifact, line: int, column: int) -> Why:
    one = compare(root, [artifact]).planned[0]
    text = one.present if one.present is not None else one.text
    found = trace_line(artifact, text, line, column)
    if found is None:
        raise Trouble(f"{artifact.path} has no line {line}", cure=f"it has {text.count(chr(10))} lines")
    return Why(text.split("\n")[line - 1], found, one.status != "unchanged")
