"""What is asked of Docker: is an engine there, has it an image, how is a program run in one.

Only the `docker` client is used. Making images is `images.py`, a private engine is `dockerd.py`.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache as remembered
from pathlib import Path


def unreachable(environ: Mapping[str, str] | None = None) -> str | None:
    """Why no Docker engine answers; None when one does."""
    environ = os.environ if environ is None else environ
    if shutil.which("docker", path=environ.get("PATH")) is None:
        return "no docker client"
    return _ping(environ.get("DOCKER_HOST", ""), environ.get("DOCKER_CONTEXT", ""))


@remembered
def _ping(host: str, _context: str) -> str | None:
    """Remembered for the life of the process: 40 ms and more a time."""
    answer = _docker("version", "--format", "{{.Server.Version}}")
    if isinstance(answer, str):
        return answer
    if answer.returncode == 0:
        return None
    lines = answer.stderr.strip().splitlines()
    return f"no Docker engine answers{' at ' + host if host else ''}" + (f" ({lines[-1]})" if lines else "")


def has_image(image: str) -> bool:
    """Whether the engine holds the image; nothing is pulled."""
    answer = _docker("image", "inspect", "--format", "{{.Id}}", image)
    return not isinstance(answer, str) and answer.returncode == 0


def run_command(
    image: str,
    program: str,
    args: Sequence[str],
    *,
    folders: Sequence[Path] = (),
    cwd: Path | None = None,
    name: str | None = None,
) -> tuple[str, ...]:
    """The command line that runs a program of an image as if it were installed here.

    Same paths, same user, same network: what the program is told of files and ports holds on both sides.
    """
    mounts = [word for folder in dict.fromkeys(folders) for word in ("--volume", f"{folder}:{folder}")]
    named = ["--name", name] if name else []
    user = f"{os.getuid()}:{os.getgid()}"
    place = ["--workdir", str(cwd or Path.cwd())]
    fixed = ["docker", "run", "--rm", "--pull=never", "--network=host", "--user", user]
    return (*fixed, *place, *named, *mounts, "--entrypoint", program, image, *args)


def remove_command(name: str) -> tuple[str, ...]:
    """The command line that ends a container, whatever its state."""
    return ("docker", "rm", "--force", "--volumes", name)


def _docker(*args: str) -> subprocess.CompletedProcess[str] | str:
    try:
        return subprocess.run(["docker", *args], capture_output=True, text=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return "docker did not answer in 20 s"
    except OSError as error:
        return f"docker cannot be run: {error}"
