"""Finds an engine's program: on PATH in a good version, in the cache of built ones, or as a Docker image.

`TOCSIN_ENGINES=path|build|docker` (or several, comma separated) selects the ways and their order. Nothing
is built or pulled here; the answer says which command would.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache as remembered
from pathlib import Path

from tocsin import pins
from tocsin.engines import cache, docker, versions
from tocsin.engines.answers import Missing

WAYS = ("path", "build", "docker")
CURE = "make engines"
# Where Docker's own packages put compose; the plug-in runs by itself as well.
PLUGIN_FOLDERS = (
    "~/.docker/cli-plugins",
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A program that can be run. `path` is None when it lives in a Docker image."""

    binary: str
    version: str
    way: str
    path: Path | None = None
    image: str | None = None
    inside: str = ""  # the program's path in the image

    def command(
        self,
        args: Sequence[str],
        *,
        folders: Sequence[Path] = (),
        cwd: Path | None = None,
        name: str | None = None,
    ) -> tuple[str, ...]:
        """The full command line; `folders` are what it reads and writes, `name` names a container."""
        if self.path is not None:
            return (str(self.path), *args)
        assert self.image is not None
        return docker.run_command(self.image, self.inside, args, folders=folders, cwd=cwd, name=name)


def find(binary: str, environ: Mapping[str, str] | None = None) -> Found | Missing:
    """The program in the first way that has it; else why each way has not, and the cure."""
    environ = os.environ if environ is None else environ
    wanted = tuple(filter(None, (word.strip() for word in environ.get("TOCSIN_ENGINES", "").split(","))))
    reasons = []
    for way in wanted or WAYS:
        looker = _LOOKERS.get(way)
        if looker is None:
            return Missing(f"TOCSIN_ENGINES: unknown way `{way}`", f"TOCSIN_ENGINES={'|'.join(WAYS)}")
        answer = looker(binary, environ)
        if isinstance(answer, Found):
            return answer
        reasons.append(answer)
    engine, _ = pins.binary(binary)
    return Missing(f"no {binary}: " + "; ".join(reasons), _cure(engine, wanted or WAYS, environ))


def _cure(engine: pins.Engine, ways: Sequence[str], environ: Mapping[str, str]) -> str:
    if engine.source is None or "build" not in ways:
        return f"docker pull {engine.image_for(environ)}"
    return CURE if engine.source.by_default else f"python -m tocsin.engines build {engine.name}"


def on_path(binary: str, environ: Mapping[str, str]) -> Found | str:
    """The program on PATH, when it is the right one in a good version."""
    _, row = pins.binary(binary)
    refused = []
    for candidate in _candidates(row, environ):
        printed = _version_output(str(candidate), row.version_args, candidate.stat().st_mtime_ns)
        why = versions.unfit(row, printed)
        if why is None:
            return Found(
                binary, versions.show(versions.parse(printed) or row.at_least), "path", path=candidate
            )
        refused.append(f"{candidate} {why}")
    return "; ".join(refused) or "not on PATH"


def built(binary: str, environ: Mapping[str, str]) -> Found | str:
    """The program in the cache, built from the very pins of this repository."""
    engine, _ = pins.binary(binary)
    folder = cache.pins_folder()
    if engine.source is None:
        return "cannot be built"
    if folder is None:
        return "no pins to build from (installed without the repository)"
    entry = cache.newest(engine, folder, cache.root(environ))
    path = entry / "bin" / binary if entry else None
    if path is None or not path.is_file():
        return "not built"
    return Found(binary, engine.version, "build", path=path)


def in_docker(binary: str, environ: Mapping[str, str]) -> Found | str:
    """The program in an image that this machine already has."""
    engine, row = pins.binary(binary)
    own = environ.get(row.image_env, row.image) if row.image_env else None
    image = own or engine.image_for(environ)
    if image is None:
        return "in no image"
    why = docker.unreachable(environ)
    if why is not None:
        return why
    if not docker.has_image(image):
        return f"image {image} is not here"
    return Found(binary, engine.version, "docker", image=image, inside=row.in_image)


_LOOKERS: dict[str, Callable[[str, Mapping[str, str]], Found | str]] = {
    "path": on_path,
    "build": built,
    "docker": in_docker,
}


def _candidates(row: pins.Binary, environ: Mapping[str, str]) -> list[Path]:
    """Every program of that name on PATH, first names first."""
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    if row.name == "docker-compose":
        folders += [str(Path(folder).expanduser()) for folder in PLUGIN_FOLDERS]
    found = []
    for name in (row.name, *row.also_called):
        for folder in filter(None, folders):
            path = shutil.which(name, path=folder)
            if path and Path(path) not in found:
                found.append(Path(path))
    return found


@remembered
def _version_output(path: str, args: tuple[str, ...], _changed: int) -> str:
    """What the program prints when asked for its version; Prometheus' exporters use stderr."""
    try:
        answer = subprocess.run([path, *args], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{error}"
    return answer.stdout + answer.stderr
