"""What the guides tell to write and to run is accepted: pieces of spec load, commands and targets exist."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from tocsin.app.example import loaded_example
from tocsin.checks.check import Example
from tocsin.cli import cli
from tocsin.diag.diagnostic import Sink

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs").glob("guide-*.md"))
PIPELINES = sorted((ROOT / "docs" / "ci").glob("*.yml"))
SRE = ROOT / "docs" / "guide-sre.md"
TARGETS = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))


def pieces(file: Path) -> list[str]:
    return re.findall(r"(?ms)^```yaml\n(.*?)^```", file.read_text("utf-8"))


@pytest.mark.parametrize("piece", pieces(SRE), ids=lambda text: text.split("\n")[1].strip())
def test_a_piece_of_spec_loads(piece: str) -> None:
    sink = Sink()
    made = loaded_example(Example(title="guide", spec=piece), sink)
    assert sink.found == []
    assert made is not None and made[1] is not None


def commands(text: str) -> list[str]:
    """Lines that call tocsin or make: in code, in tables, in the steps of a pipeline."""
    inline = re.findall(r"`((?:tocsin|make) [^`]+)`", text)
    lines = re.findall(r"(?m)^[\s$-]*(?:run: |- )?((?:\.venv/bin/)?(?:tocsin|make) .*)$", text)
    return [line.strip() for line in (*inline, *lines)]


ALL = [(file, line) for file in (*GUIDES, *PIPELINES) for line in commands(file.read_text("utf-8"))]


@pytest.mark.parametrize(("file", "line"), ALL, ids=lambda x: x if isinstance(x, str) else x.name)
def test_a_command_exists_and_parses(file: Path, line: str) -> None:
    words = shlex.split(re.split(r" (?:\|\||&&) ", line, maxsplit=1)[0], comments=True)
    if words[0] == "make":
        assert {word for word in words[1:] if "=" not in word and not word.startswith("-")} <= TARGETS
        return
    rest = words[1:]
    if rest[:1] == ["-C"]:
        rest = rest[2:]
    with click.Context(cli, info_name="tocsin") as top:
        command = cli.get_command(top, rest[0])
        assert command is not None, f"there is no command {rest[0]}"
        with command.make_context(rest[0], rest[1:], parent=top):
            pass


@pytest.mark.parametrize("file", PIPELINES, ids=lambda f: f.name)
def test_a_pipeline_is_yaml_with_steps(file: Path) -> None:
    assert yaml.safe_load(file.read_text("utf-8"))
    assert commands(file.read_text("utf-8"))


@pytest.mark.parametrize("name", [".pre-commit-hooks.yaml", ".pre-commit-config.yaml"])
def test_hooks_call_commands_that_exist(name: str) -> None:
    said = yaml.safe_load((ROOT / name).read_text("utf-8"))
    hooks = said if isinstance(said, list) else [hook for repo in said["repos"] for hook in repo["hooks"]]
    for hook in hooks:
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert re.compile(hook.get("files", ""))
        if "tocsin" in hook["entry"]:
            test_a_command_exists_and_parses(ROOT / name, hook["entry"])
