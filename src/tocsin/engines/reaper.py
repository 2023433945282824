"""The program that stands between us and an engine: when we are gone, however we went, it ends the engine.

Run as a script. It holds the reading end of a pipe whose only writing end is ours; the kernel closes that
when we die, SIGKILL included. (PR_SET_PDEATHSIG alone would not do: it follows the *thread* that started
the engine, and is Linux only. It is set here, where there is one thread, against the death of the reaper.)
Standard library only.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
ENDING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def main() -> int:
    """Run the command of the order in argv[1] until it ends or we are told to; return its exit code."""
    order = json.loads(sys.argv[1])
    woken = _wake_on_signals()
    try:
        child = subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 one thread
        )
    except OSError as error:
        print(f"cannot start {order['command'][0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 its log
        return 127
    told = _wait(child, woken)
    _end_group(child, order["grace"] if told else 0)
    if told:
        for command in order["after"]:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(command, capture_output=True, timeout=20, check=False)
        for folder in order["remove"]:
            shutil.rmtree(folder, ignore_errors=True)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _wake_on_signals() -> int:
    """A descriptor that becomes readable with the number of every signal that concerns us."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGCHLD, *ENDING):
        signal.signal(number, lambda *_: None)
    return reading


def _die_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait(child: "subprocess.Popen[bytes]", woken: int) -> bool:
    """True when the parent is gone or a signal tells us to end; False when the child ended by itself."""
    while child.poll() is None:
        readable, _, _ = select.select([0, woken], [], [], 1)
        if 0 in readable and not os.read(0, 1):
            return True
        if woken in readable and ENDING & set(os.read(woken, 64)):
            return True
    return False


def _end_group(child: "subprocess.Popen[bytes]", grace: float) -> None:
    """Ask the whole process group to end, wait a little, then kill what is left of it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    until = time.monotonic() + grace
    while child.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


if __name__ == "__main__":
    sys.exit(main())
