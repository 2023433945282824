"""A private Docker engine for a while: where none answers, dockerd is installed and we are root on Linux.

It has its own data, its own socket and its own end: its containers stop with it, its folder is removed.
The bridge `docker0` and its firewall rules are the machine's and stay. Questions to an engine: `docker.py`.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tocsin.engines import docker, process
from tocsin.engines.answers import Missing
from tocsin.engines.find import Found

TITLE = "Docker engine"
SHUTDOWN = 5  # seconds that containers are given


def obstacle(environ: Mapping[str, str] | None = None) -> str | None:
    """Why no private engine can be started here; None when one can."""
    environ = os.environ if environ is None else environ
    if sys.platform != "linux":
        return f"a private Docker engine needs Linux, this is {sys.platform}"
    if os.geteuid() != 0:
        return "a private Docker engine needs root"
    for program in ("docker", "dockerd", "iptables"):
        if shutil.which(program, path=environ.get("PATH")) is None:
            return f"{program} is not installed"
    return None


@contextlib.contextmanager
def reachable() -> Iterator[str | Missing]:
    """The address of an engine for the length of the block: the one that answers, else a private one."""
    why = docker.unreachable()
    if why is None:
        yield os.environ.get("DOCKER_HOST", "")
        return
    other = obstacle()
    if other is not None:
        yield Missing(f"{why}; {other}", "start Docker, or apt-get install docker.io iptables (as root)")
        return
    with private() as host:
        yield host


@contextlib.contextmanager
def private() -> Iterator[str]:
    """Start one; `DOCKER_HOST` names it for the length of the block."""
    path = Path(shutil.which("dockerd") or "/usr/sbin/dockerd")

    def prepare(home: process.Home) -> process.Launch:
        return process.Launch(
            title=TITLE,
            found=Found("dockerd", "", "path", path=path),
            args=(
                f"--host={_host(home)}",
                f"--data-root={home.folder / 'data'}",
                f"--exec-root={home.folder / 'exec'}",
                f"--pidfile={home.folder / 'pid'}",
                f"--shutdown-timeout={SHUTDOWN}",
            ),
            ask=lambda: _ask(_host(home)),
            within=40,
            grace=SHUTDOWN + 10,
            after=(("umount", "--lazy", str(home.folder / "exec/netns/default")),),  # 20.10 leaves it mounted
        )

    with _alone(), process.running(TITLE, 0, prepare) as server:
        host, before = _host(server.home), os.environ.get("DOCKER_HOST")
        os.environ["DOCKER_HOST"] = host
        try:
            yield host
        finally:
            if before is None:
                del os.environ["DOCKER_HOST"]
            else:
                os.environ["DOCKER_HOST"] = before


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One private engine at a time: two would hand out the same addresses on the one bridge."""
    with (Path(tempfile.gettempdir()) / "tocsin-dockerd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _host(home: process.Home) -> str:
    return f"unix://{home.folder / 'docker.sock'}"


def _ask(host: str) -> str:
    """Empty when it answers."""
    words = ["docker", "--host", host, "version", "--format", "{{.Server.Version}}"]
    asked = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    return "" if asked.returncode == 0 else asked.stderr.strip()
