"""Makes Docker images of the built engines: static binaries and nothing else, in the official images' shape.

Same entry point, user, folders and default arguments, so that a compose file which runs with one runs with
the other; they are chosen by the environment variables of the pin table. For machines that cannot pull.
"""

import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tocsin import pins
from tocsin.engines.answers import EngineError, Missing
from tocsin.engines.find import find

REPOSITORY = "tocsin.local"
NOBODY, TEN_THOUSAND_ONE = 65534, 10001


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the official image of an engine looks like from outside."""

    engine: str
    binaries: tuple[str, ...]  # the first is the entry point
    user: int
    workdir: str = "/"
    owned: tuple[str, ...] = ()  # folders that the user may write
    command: tuple[str, ...] = ()


# Read in the projects' own Dockerfiles at the pinned versions.
SHAPES = (
    Shape(
        engine="prometheus",
        binaries=("prometheus", "promtool"),
        user=NOBODY,
        workdir="/prometheus",
        owned=("prometheus", "etc/prometheus"),
        command=("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"),
    ),
    Shape(
        engine="alertmanager",
        binaries=("alertmanager", "amtool"),
        user=NOBODY,
        workdir="/alertmanager",
        owned=("alertmanager", "etc/alertmanager"),
        command=("--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"),
    ),
    Shape(
        engine="loki",
        binaries=("loki", "lokitool", "logcli"),
        user=TEN_THOUSAND_ONE,
        owned=("loki", "loki/rules", "etc/loki"),
        command=("-config.file=/etc/loki/local-config.yaml",),
    ),
    Shape(
        engine="otelcol",
        binaries=("otelcol",),
        user=TEN_THOUSAND_ONE,
        command=("--config=/etc/otelcol-contrib/config.yaml",),
    ),
    Shape(engine="node_exporter", binaries=("node_exporter",), user=NOBODY),
    Shape(
        engine="blackbox_exporter",
        binaries=("blackbox_exporter",),
        user=0,
        command=("--config.file=/etc/blackbox_exporter/config.yml",),
    ),
)


def make(engine: str) -> dict[str, str] | Missing:
    """Import the image; the environment variables that select it, with its name."""
    shape = next(row for row in SHAPES if row.engine == engine)
    name = f"{REPOSITORY}/{engine}:{pins.engine(engine).version}"
    programs = {}
    for binary in shape.binaries:
        found = find(binary, {**os.environ, "TOCSIN_ENGINES": "build"})  # one from PATH may want libraries
        if isinstance(found, Missing) or found.path is None:
            return found if isinstance(found, Missing) else Missing(f"{binary} is in an image already")
        programs[_inside(binary)] = found.path
    changes = [
        f"ENTRYPOINT {json.dumps([_inside(shape.binaries[0])])}",
        f"CMD {json.dumps(shape.command)}",
        f"USER {shape.user}",
        f"WORKDIR {shape.workdir}",
    ]
    flags = [word for change in changes for word in ("--change", change)]
    with subprocess.Popen(
        ["docker", "import", *flags, "-", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as importing:
        assert importing.stdin is not None and importing.stderr is not None
        _pack(importing.stdin, shape, programs)
        importing.stdin.close()
        said = importing.stderr.read().decode(errors="replace").strip()
    if importing.returncode != 0:
        raise EngineError(f"no image of {engine} could be made", facts=(("docker import", said),))
    return dict.fromkeys(_variables(shape), name)


def _inside(binary: str) -> str:
    return pins.binary(binary)[1].in_image


def _variables(shape: Shape) -> Iterator[str]:
    for binary in shape.binaries:
        engine, row = pins.binary(binary)
        yield row.image_env or engine.image_env


def _pack(stream: IO[bytes], shape: Shape, programs: dict[str, Path]) -> None:
    """A root file system: folders, two account files, the programs."""
    with tarfile.open(fileobj=stream, mode="w|") as tar:
        tar.addfile(_folder("tmp", 0, 0o1777))
        for name in ("etc", *shape.owned):
            tar.addfile(_folder(name, shape.user if name in shape.owned else 0, 0o775))
        accounts = f"root:x:0:0::/:\nengine:x:{shape.user}:{shape.user}::/:\n"
        for name, text in (("etc/passwd", accounts), ("etc/group", f"root:x:0:\nengine:x:{shape.user}:\n")):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
        for inside, path in programs.items():
            info = tarfile.TarInfo(inside.lstrip("/"))
            info.size, info.mode = path.stat().st_size, 0o755
            with path.open("rb") as program:
                tar.addfile(info, program)


def _folder(name: str, owner: int, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, mode, owner, owner
    return info
