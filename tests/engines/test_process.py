"""A server that was started is ended: by the block's end, an exception, our death. Failures are told.

The server here is Python's own, so that these run without any engine; `test_servers.py` has the real ones.
"""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tocsin.engines import process
from tocsin.engines.answers import EngineError
from tocsin.engines.find import Found

REPOSITORY = Path(__file__).parents[2]
PYTHON = Found("python", "3", "path", path=Path(sys.executable))


def serving(script="", **more):
    """Prepares a server that runs the script, then serves its folder."""
    code = (
        textwrap.dedent(script)
        + "\nimport sys, http.server as h, functools as f\n"
        + textwrap.dedent("""
        port, folder = int(sys.argv[1]), sys.argv[2]
        handler = f.partial(h.SimpleHTTPRequestHandler, directory=folder)
        h.ThreadingHTTPServer.allow_reuse_address = False
        h.ThreadingHTTPServer(('127.0.0.1', port), handler).serve_forever()
    """)
    )

    def prepare(home):
        home.write("ready", "yes")
        args = ("-u", "-c", code, str(home.ports[0]), str(home.folder))
        return process.Launch(title="Test", found=PYTHON, args=args, ready_path="/ready", **more)

    return prepare


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(true, within=15.0):
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def engine_of(server):
    """The pid of the engine below the reaper."""
    return int(Path(f"/proc/{server.keeper.pid}/task/{server.keeper.pid}/children").read_text().split()[0])


pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="not run: looks into /proc, which is Linux"),
]


def test_it_serves_while_the_block_lasts_and_leaves_nothing():
    with process.running("Test", 1, serving()) as server:
        pid, port, folder = engine_of(server), server.home.ports[0], server.home.folder
        assert server.alive and listens(port) and alive(pid) and server.ready_after > 0
        assert os.getpgid(pid) != os.getpgid(0)
        assert "GET /ready" in server.log()
    assert not listens(port) and not alive(pid) and not folder.exists()
    server.stop()


def test_an_exception_ends_it_too():
    with pytest.raises(ZeroDivisionError), process.running("Test", 1, serving()) as server:
        pid = engine_of(server)
        _ = 1 / 0
    assert not alive(pid) and not server.home.folder.exists()


def test_one_that_ignores_sigterm_is_killed_with_its_children():
    stubborn = """
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            open(__import__('sys').argv[2] + '/child', 'w').write(str(os.getpid()))
            time.sleep(600)
    """
    with process.running("Test", 1, serving(stubborn, grace=0.3)) as server:
        wait_until((server.home.folder / "child").exists)
        pid, child = engine_of(server), int((server.home.folder / "child").read_text())
    assert not alive(pid)
    wait_until(lambda: not alive(child))


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda n: n.name
)
def test_when_we_die_it_dies_and_its_folder_goes(number, tmp_path):
    report = tmp_path / "report"
    script = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from tests.engines.test_process import engine_of, process, serving
        with process.running("Test", 1, serving()) as server:
            told = (engine_of(server), server.keeper.pid, server.home.folder)
            Path({str(report)!r}).write_text(" ".join(map(str, told)) + "\\n")
            time.sleep(600)
    """)
    ours = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": "."},
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: report.exists() and report.read_text().endswith("\n"))
    pid, keeper, folder = report.read_text().split()
    assert alive(pid) and alive(keeper)
    ours.send_signal(number)
    ours.wait()
    wait_until(lambda: not alive(pid) and not alive(keeper) and not Path(folder).exists())


def test_when_the_reaper_is_killed_the_engine_dies():
    with process.running("Test", 1, serving()) as server:
        pid = engine_of(server)
        server.keeper.kill()
        wait_until(lambda: not alive(pid))
        assert not server.alive
    assert not server.home.folder.exists()


def test_a_server_that_ends_at_once_shows_its_last_words():
    with (
        pytest.raises(EngineError) as caught,
        process.running(
            "Test", 1, serving("print('starting'); raise SystemExit('fatal error: no such flag')")
        ),
    ):
        pass
    assert caught.value.summary.startswith("Test ended before it was ready (exit code 1, after ")
    assert caught.value.facts == (("log", "fatal error: no such flag"),)


def test_a_server_that_is_never_ready_shows_its_last_answer():
    def prepare(home):
        launch = serving("print('level=error msg=waiting')", within=1)(home)
        (home.folder / "ready").unlink()
        return launch

    with pytest.raises(EngineError) as caught, process.running("Test", 1, prepare):
        pass
    assert caught.value.summary == "Test did not become ready in 1 s"
    answer, log = caught.value.facts[0], caught.value.facts[1]
    assert answer[0] == "last answer" and answer[1].startswith('404 "')
    assert log == ("log", "level=error msg=waiting")
    assert str(caught.value).splitlines()[1].startswith("  last answer   404")


def test_a_program_that_cannot_be_run_is_told():
    def prepare(home):
        return process.Launch(
            title="Test", found=Found("x", "1", "path", path=home.folder / "absent"), args=()
        )

    with (
        pytest.raises(EngineError, match="ended before it was ready") as caught,
        process.running("Test", 1, prepare),
    ):
        pass
    assert "No such file or directory" in caught.value.facts[0][1]


def test_a_lost_race_for_a_port_is_run_again(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        offers = iter([(taken.getsockname()[1],), process.free_ports(1)])
        monkeypatch.setattr(process, "free_ports", lambda _: next(offers))
        starts = []
        prepare = serving()

        def counting(home):
            # Python says `Address already in use`, the engines say `address already in use`.
            starts.append(home)
            launch = prepare(home)
            if len(starts) == 1:
                words = "raise SystemExit('bind: address already in use')"
                launch = process.Launch(title="Test", found=PYTHON, args=("-c", words))
            return launch

        with process.running("Test", 1, counting) as server:
            assert server.home is starts[1]
    assert not starts[0].folder.exists()


def test_ports_are_different_and_below_those_for_outgoing_connections():
    ports = process.free_ports(20)
    assert len(set(ports)) == 20 and all(20000 <= port < 32000 for port in ports)
