"""Starts a server on loopback, waits until it is ready, and makes certain that it ends.

Every server has its own folder, process group, free ports and log, and a reaper (`reaper.py`) that outlives
us by the time it takes to end the server. Which flags and which configuration a server wants is known by
its own file.
"""

import contextlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.engines import docker
from tocsin.engines.answers import EngineError
from tocsin.engines.find import Found

REAPER = Path(__file__).with_name("reaper.py")
# Below the kernel's range for outgoing connections (32768 on Linux), so that none takes a port meanwhile.
PORTS = range(20000, 32000)
PORT_TAKEN = "address already in use"
ATTEMPTS = 4
LOG_LINES = 3
LINE_LENGTH = 400
_STACK = re.compile(r"\\n\S+\.\S+\\n\\t")
_TROUBLE = re.compile(r"error|err=|panic|failed", re.IGNORECASE)


class _PortTaken(Exception):
    """Somebody else took the port between our look and the server's start."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a server is given: a folder of its own and free ports."""

    folder: Path
    ports: tuple[int, ...]

    def url(self, index: int = 0) -> str:
        """The address of one of its ports."""
        return f"http://127.0.0.1:{self.ports[index]}"

    def write(self, name: str, text: str) -> Path:
        """Write a configuration file into the folder."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How one server is run and when it is ready."""

    title: str  # as people call it: Loki
    found: Found
    args: tuple[str, ...]
    ready_path: str = "/-/ready"
    ready_port: int = 0  # index of the port that answers it
    ask: Callable[[], str] | None = None  # instead: empty when it is ready, else its answer
    environ: tuple[tuple[str, str], ...] = ()  # on top of ours
    folders: tuple[Path, ...] = ()  # what it reads beside its own folder
    within: float = 20.0  # seconds until it must be ready
    grace: float = 5.0  # seconds it is given to end
    after: tuple[tuple[str, ...], ...] = ()  # commands to clean up with, once it is gone


@dataclass(slots=True)
class Server:
    """A running server."""

    title: str
    home: Home
    keeper: "subprocess.Popen[bytes]"  # the reaper
    log_path: Path
    ready_after: float = 0.0  # seconds it took
    _closed: bool = field(default=False)

    @property
    def url(self) -> str:
        """Its main address."""
        return self.home.url()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.keeper.poll() is None

    def log(self) -> str:
        """All that it has printed."""
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""

    def stop(self, grace: float = 5.0) -> None:
        """End it and remove its folder; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        assert self.keeper.stdin is not None
        with contextlib.suppress(OSError):
            self.keeper.stdin.close()
        try:
            self.keeper.wait(timeout=grace + 25)
        except subprocess.TimeoutExpired:  # the reaper hangs: on Linux its engine dies with it
            self.keeper.send_signal(signal.SIGKILL)
            self.keeper.wait()
        shutil.rmtree(self.home.folder, ignore_errors=True)  # left when the engine died by itself


@contextlib.contextmanager
def running(title: str, ports: int, prepare: Callable[[Home], Launch]) -> Iterator[Server]:
    """A ready server for the length of the block. `prepare` writes its files; a port race is run again."""
    server = _start(title, ports, prepare)
    try:
        yield server
    finally:
        server.stop()


def free_ports(count: int) -> tuple[int, ...]:
    """Different loopback ports that nobody listens on right now."""
    found: list[int] = []
    for port in random.sample(PORTS, k=500):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    if len(found) < count:
        raise EngineError(f"no {count} free ports on 127.0.0.1 between {PORTS.start} and {PORTS.stop}")
    return tuple(found)


def reaped(
    command: tuple[str, ...],
    *,
    grace: float,
    remove: tuple[Path, ...] = (),
    after: tuple[tuple[str, ...], ...] = (),
) -> list[str]:
    """The command line that runs `command` under a reaper; its standard input must be a pipe of ours."""
    order = {"command": command, "grace": grace, "remove": [str(folder) for folder in remove], "after": after}
    return [sys.executable, "-I", "-S", str(REAPER), json.dumps(order)]


def _start(title: str, ports: int, prepare: Callable[[Home], Launch]) -> Server:
    for attempt in range(1, ATTEMPTS + 1):
        home = Home(_own_folder(title), free_ports(ports))
        try:
            launch = prepare(home)
            server = _spawn(launch, home)
        except BaseException:
            shutil.rmtree(home.folder, ignore_errors=True)
            raise
        try:
            _wait_ready(server, launch)
            return server
        except _PortTaken as taken:
            server.stop()
            if attempt == ATTEMPTS:
                raise EngineError(f"{title} found its ports taken {ATTEMPTS} times") from taken
        except BaseException:
            server.stop()
            raise
    raise AssertionError("the last attempt returns or raises")


def _own_folder(title: str) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=f"tocsin-{title.lower().replace(' ', '-')}-")).resolve()
    except OSError as error:
        summary = f"no folder for {title} can be made: {error.strerror}"
        raise EngineError(summary, cure="free some disk, or set TMPDIR") from error


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _spawn(launch: Launch, home: Home) -> Server:
    name = f"{home.folder.name}"  # of the container, should it be one
    found = launch.found
    command = found.command(launch.args, folders=(home.folder, *launch.folders), cwd=home.folder, name=name)
    after = launch.after if found.path is not None else (docker.remove_command(name), *launch.after)
    log = home.folder / "log"
    with log.open("wb") as out:
        keeper = subprocess.Popen(
            reaped(command, grace=launch.grace, remove=(home.folder,), after=after),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C at the terminal is for us alone; we end it in order
            cwd=home.folder,
            env={**os.environ, **dict(launch.environ)},
        )
    return Server(launch.title, home, keeper, log)


def _wait_ready(server: Server, launch: Launch) -> None:
    began = time.monotonic()
    answer = ""
    while (spent := time.monotonic() - began) < launch.within:
        if not server.alive:
            log = server.log()
            if PORT_TAKEN in log:
                raise _PortTaken
            code = server.keeper.returncode
            summary = f"{launch.title} ended before it was ready (exit code {code}, after {spent:.1f} s)"
            raise EngineError(summary, facts=_last_lines(log))
        answer = launch.ask() if launch.ask else _ask(server.home.ports[launch.ready_port], launch.ready_path)
        if answer == "" and server.alive:  # else it was somebody else who answered at that port
            server.ready_after = time.monotonic() - began
            return
        time.sleep(min(0.1, 0.01 + spent / 20))
    raise EngineError(
        f"{launch.title} did not become ready in {launch.within:g} s",
        facts=(("last answer", answer), *_last_lines(server.log())),
    )


def _ask(port: int, path: str) -> str:
    """Empty when the answer is 200, else the answer. http.client is there 150 ms sooner than requests."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        text = response.read(2000).decode(errors="replace").strip()
        return "" if response.status == 200 else f'{response.status} "{text}"'
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


def _last_lines(log: str) -> tuple[tuple[str, str], ...]:
    """The log's last lines that look like trouble, or else simply its last."""
    lines = [line for line in log.splitlines() if line.strip()]
    trouble = [
        line for line in lines if any(word in line.lower() for word in ("error", "err=", "panic", "failed"))
    ]
    chosen = (trouble or lines)[-LOG_LINES:]
    return tuple(("log", _cut(line)) for line in chosen) or (("log", "empty"),)


def _cut(line: str) -> str:
    """Without the stack that Loki sends along on the same line."""
    line = _STACK.split(line)[0]
    return line if len(line) <= LINE_LENGTH else line[: LINE_LENGTH - 3] + "..."
