"""The command line as a whole: exit codes, words instead of tracebacks, readers that go away."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tocsin.app import memory
from workspaces import SHOP, command

RUN = [sys.executable, "-c", "import tocsin.cli; tocsin.cli.main()"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace that was never generated."""
    (tmp_path / "spec.yaml").write_text(SHOP)
    return tmp_path


# -- usage ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("slip", "meant"), [("genrate", "generate"), ("chek", "check"), ("whi", "why")])
def test_an_unknown_command_gets_the_one_that_was_meant(slip: str, meant: str) -> None:
    said = command(slip)
    assert said.code == 2
    assert f"there is no command `{slip}`; did you mean `{meant}`?" in said.err


WRONG = (
    "zzz", "", "generate --nonsense", "generate extra", "why", "-C", "--nonsense", "why x", "why x:",
    "why x:a", "why x:1:2:3", "why x:\u00b2", "why x:" + "9" * 5000, "why :1:",
)  # fmt: skip


@pytest.mark.parametrize("args", WRONG)
def test_wrong_usage_is_exit_code_2(args: str) -> None:
    said = command(*args.split())
    assert said.code == 2
    assert said.err
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize("args", [["--help"], ["-h"], ["generate", "--help"], ["why", "-h"], ["--version"]])
def test_help_is_exit_code_0(args: list[str]) -> None:
    said = command(*args)
    assert (said.code, said.err) == (0, "")
    assert said.out


# -- trouble and mistakes of our own ----------------------------------------------------------------------
def failing(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


OURS = "error: Tocsin made a mistake of its own"
ERRORS = (
    (KeyError("surprise\nand more"), 3, f"{OURS} (KeyError: 'surprise\\nand more')"),
    (RuntimeError("\x1b[2J\nmore"), 3, f"{OURS} (RuntimeError: \N{REPLACEMENT CHARACTER}[2J)"),
    (RecursionError("deep"), 3, f"{OURS} (RecursionError: deep)"),
    (OSError(28, "No space left on device", "x.yaml"), 3, "error: x.yaml: No space left on device"),
    (PermissionError(13, "Permission denied", b"x\xff"), 3, "Permission denied"),
    (OSError("odd"), 3, "error: the disk: odd"),
    (KeyboardInterrupt(), 5, "cancelled: every file is as it was or as it shall be; run it again to finish"),
)


@pytest.mark.parametrize(("error", "code", "words"), ERRORS)
def test_no_error_is_shown_as_a_traceback(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
) -> None:
    monkeypatch.setattr(memory, "unchanged_since", failing(error))
    monkeypatch.setenv("TMPDIR", str(root))
    monkeypatch.setattr("tempfile.tempdir", str(root))
    said = command("-C", str(root), "generate")
    assert (said.code, said.out) == (code, "")
    assert words in said.err
    assert "Traceback" not in said.err
    logs = list(root.glob("tocsin-*.log"))
    assert len(logs) == ("mistake of its own" in words)
    if logs:
        assert "Traceback" in logs[0].read_text()
        assert str(logs[0]) in said.err


def test_a_mistake_of_our_own_is_told_even_without_room_for_a_log(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "unchanged_since", failing(KeyError("surprise")))
    monkeypatch.setattr("tempfile.NamedTemporaryFile", failing(OSError(28, "No space left on device")))
    said = command("-C", str(root), "generate")
    assert said.code == 3
    assert "line " in said.err.splitlines()[1]


# -- processes ----------------------------------------------------------------------------------------------
def test_a_reader_that_goes_away(root: Path) -> None:
    out, into = os.pipe()
    os.close(out)
    done = subprocess.run([*RUN, "-C", root, "generate"], stdout=into, stderr=subprocess.PIPE, check=False)
    os.close(into)
    assert (done.returncode, done.stderr) == (5, b"")
    assert command("-C", str(root), "generate", "--check").code == 0, "the files were written all the same"


def test_output_that_is_closed(root: Path) -> None:
    shell = f"exec '{sys.executable}' -c 'import tocsin.cli; tocsin.cli.main()' -C '{root}' generate >&- 2>&-"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_to_a_full_disk(root: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*RUN, "-C", root, "generate"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 3
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_terminal_of_another_language(root: Path) -> None:
    (root / "spec.yaml").write_text(SHOP.replace("title: Overview", "titel: Übersicht 🔥"), "utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = subprocess.run([*RUN, "-C", root, "generate"], capture_output=True, env=environment, check=False)
    assert done.returncode == 1
    assert b"titel: \xdcbersicht \\U0001f525" in done.stdout
    assert done.stderr == b""


def test_ctrl_c(root: Path) -> None:
    """Interrupted at its first write, as by Ctrl-C on a terminal."""
    script = (
        "import os, signal, sys, tocsin.cli\n"
        "def hook(event, args):\n"
        "    if event == 'os.mkdir' and args[0].endswith('.tocsin'): os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(hook)\n"
        "tocsin.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "-C", root, "generate"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 5
    assert (
        done.stderr.strip() == "cancelled: every file is as it was or as it shall be; run it again to finish"
    )
    assert command("-C", str(root), "generate").code == 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_cold_help_imports_nothing_heavy() -> None:
    script = (
        "import sys, tocsin.cli\n"
        "try:\n    tocsin.cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'yaml', 'grafanalib', 'requests', 'orjson', 'rich', 'jsonschema', 'attr', 'hypothesis'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
