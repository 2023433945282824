"""The shortcut of a run in which nothing changed: never taken when anything did; hardly a file is read."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.app import memory
from tocsin.app.generate import generate
from tocsin.artifacts.mark import marked
from tocsin.diag.diagnostic import Sink
from workspaces import SHOP

HEAD, REST = SHOP.split("dashboards:\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace of two files, generated and remembered."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "spec.yaml").write_text(f"include: parts/*.yaml\n{HEAD}")
    (tmp_path / "parts/dashboards.yaml").write_text(f"dashboards:\n{REST}")
    _age(tmp_path)
    assert generate(tmp_path, Sink()).ended == "written"
    assert taken(tmp_path)
    return tmp_path


def _age(root: Path) -> None:
    """As if the files had been saved a minute ago; what was saved just now is not remembered."""
    for path in root.rglob("*.yaml"):
        stat = path.stat()
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns - 60_000_000_000))
    # the change time cannot be set: wait for the clock's next tick
    import time

    time.sleep(memory.TICK / 1e9 * 1.5)


def taken(root: Path) -> bool:
    return memory.unchanged_since(root) is not None


def _same_size_and_time(path: Path) -> None:
    stat = path.stat()
    path.write_bytes(path.read_bytes().replace(b"5%", b"7%"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "the spec is edited": lambda root: (root / "spec.yaml").write_text(f"include: parts/*.yaml\n{HEAD}\n"),
    "the spec is edited, with the same size and time": lambda root: _same_size_and_time(root / "spec.yaml"),
    "the spec is touched": lambda root: (root / "spec.yaml").touch(),
    "the spec is gone": lambda root: (root / "spec.yaml").unlink(),
    "an included file is edited": lambda root: (root / "parts/dashboards.yaml").write_text("alerts: {}\n"),
    "an included file is gone": lambda root: (root / "parts/dashboards.yaml").unlink(),
    "another file is included": lambda root: (root / "parts/more.yaml").write_text("alerts: {}\n"),
    "an artifact is edited": lambda root: (root / "alerts/web.yaml").write_text("groups: []\n"),
    "an artifact is touched": lambda root: (root / "alerts/web.yaml").touch(),
    "an artifact is gone": lambda root: (root / "alerts/web.yaml").unlink(),
    "a runbook is edited": lambda root: (root / "runbooks/WebDown.md").write_text("# mine\n"),
    "a runbook is gone": lambda root: (root / "runbooks/WebDown.md").unlink(),
    "an orphan appears": lambda root: (root / "alerts/old.yaml").write_text(marked("yaml", "a: 1\n")),
    "an orphan appears in a new folder": lambda root: _make(root / "loki/rules/fake/old.yaml"),
    "an orphan appears at the root": lambda root: _make(root / "docker-compose.old.yml"),
    "a run is interrupted": lambda root: (root / ".tocsin/writing").touch(),
    "the memory is gone": lambda root: (root / memory.MEMORY).unlink(),
    "the memory is half": lambda root: os.truncate(root / memory.MEMORY, 100),
    "the memory is something else": lambda root: (root / memory.MEMORY).write_text("[1]"),
}


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(marked("yaml", "a: 1\n"))


@pytest.mark.parametrize("what", CHANGES)
def test_the_shortcut_is_not_taken_when(root: Path, what: str) -> None:
    CHANGES[what](root)
    assert not taken(root)


@pytest.mark.parametrize("what", ["program", "python"])
def test_the_shortcut_is_not_taken_when_the_program_changed(
    root: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "program":
        monkeypatch.setattr(memory.tocsin, "__version__", "99")
    else:
        monkeypatch.setattr(memory.sys, "version", "4.0")
    assert not taken(root)


def test_what_does_not_matter_does_not_matter(root: Path) -> None:
    (root / "README.md").write_text("hello\n")
    (root / "src").mkdir()
    assert taken(root)


def test_a_spec_with_a_warning_is_judged_again(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SHOP.replace("dashboards:\n", "  empty: {}\ndashboards:\n"))
    _age(tmp_path)
    sinks = Sink(), Sink()
    assert [generate(tmp_path, sink).ended for sink in sinks] == ["written", "unchanged"]
    assert [len(sink.found) for sink in sinks] == [1, 1]


SAVED = {
    "the spec": ("spec.yaml", SHOP.replace("5%", "7%")),
    "an artifact": ("alerts/web.yaml", "groups: []\n"),
    "a runbook": ("runbooks/WebDown.md", "# mine\n"),
}


@pytest.mark.parametrize("what", SAVED)
def test_what_is_saved_during_a_run_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    (tmp_path / "spec.yaml").write_text(SHOP)
    _age(tmp_path)
    generate(tmp_path, Sink())
    (tmp_path / memory.MEMORY).unlink()
    _age(tmp_path)
    remember, (file, text) = memory.remember, SAVED[what]

    def saved_meanwhile(root: Path, *args: object) -> None:
        (root / file).write_text(text)
        remember(root, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(memory, "remember", saved_meanwhile)
    generate(tmp_path, Sink())
    assert not taken(tmp_path)


def test_the_shortcut_reads_one_file_of_the_workspace_and_no_heavy_module(root: Path) -> None:
    script = (
        "import sys, tocsin.cli\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, args: seen.append(str(args[0])) if event == 'open' else None)\n"
        "try:\n    tocsin.cli.main(['-C', sys.argv[1], 'generate'])\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        "print([name for name in seen if name.startswith(sys.argv[1])])\n"
        "heavy = {'yaml', 'grafanalib', 'requests', 'orjson', 'rich', 'jsonschema', 'tocsin.model.build'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, root], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == [str([f"{root}/.tocsin/last-run.json"]), "[]"]
    assert done.stdout.splitlines()[0].endswith(" unchanged")
