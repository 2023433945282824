"""Runs an engine's command-line tool to its end and says what came of it; it never judges the exit code.

What the output means is known by the file of each tool.
"""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.engines.answers import DidNotRun
from tocsin.engines.find import CURE, Found

TIMEOUT = 120.0
DOCKER_FAILED = (125, 126, 127)  # `docker run`: no container; the program cannot be run; there is none


@dataclass(frozen=True, slots=True)
class Result:
    """A tool that ran: what it said and how it ended."""

    command: tuple[str, ...]
    stdout: str
    stderr: str
    exit_code: int
    duration: float

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.exit_code == 0


def run(
    found: Found,
    args: Sequence[str],
    *,
    folders: Sequence[Path] = (),
    cwd: Path | None = None,
    stdin: str = "",
    timeout: float = TIMEOUT,
    environ: Mapping[str, str] | None = None,
) -> Result | DidNotRun:
    """Run it. `folders` are what it reads or writes beside `cwd` (a container sees nothing else).

    `environ` is set on top of ours; a container does not see it.
    """
    here = (cwd or Path.cwd()).resolve()
    command = found.command(args, folders=(here, *(folder.resolve() for folder in folders)), cwd=here)
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            cwd=here,
            timeout=timeout,
            check=False,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **environ} if environ else None,
        )
    except subprocess.TimeoutExpired:
        return DidNotRun(f"{found.binary} was stopped after {timeout:g} s without an end")
    except OSError as error:
        return DidNotRun(f"{command[0]} cannot be run: {error.strerror}", CURE)
    spent = time.monotonic() - began
    if done.returncode < 0:
        return DidNotRun(f"{found.binary} was killed by signal {-done.returncode}")
    if found.path is None and done.returncode in DOCKER_FAILED and done.stderr.startswith("docker: "):
        return DidNotRun(f"no container of {found.image} could be started: {done.stderr.splitlines()[0]}")
    return Result(command, done.stdout, done.stderr, done.returncode, spent)
