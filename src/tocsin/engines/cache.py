"""Where built engines live: one folder per engine, named after everything that decides its content.

`<name>-<key>-<go version>/bin/...` below `$TOCSIN_CACHE/engines`. The key covers go.mod, go.sum, the
manifest, the build's flags, the pin and the platform. The Go version stands apart, so that looking needs no
Go: after an upgrade of Go the old build serves until `make engines` has made the new one. Nothing is built
here.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from tocsin.engines import versions
from tocsin.pins import Engine

RECIPE = 1  # raise when the steps in build.py change what comes out
FLAGS = ("-trimpath", "-buildvcs=false", "-mod=readonly")
LDFLAGS = "-s -w"


def pins_folder() -> Path | None:
    """The repository's `engines/`; None when the package was installed without it."""
    folder = Path(__file__).resolve().parents[3] / "engines"
    return folder if folder.is_dir() else None


def root(environ: Mapping[str, str]) -> Path:
    """The folder that holds all built engines of this user."""
    if chosen := environ.get("TOCSIN_CACHE"):
        return Path(chosen) / "engines"
    base = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "tocsin" / "engines"


def key(engine: Engine, pins: Path) -> str:
    """Twelve hex digits over all that decides what is built, but the version of Go."""
    assert engine.source is not None
    source = asdict(engine.source)
    for telling_only in ("minutes", "by_default"):
        del source[telling_only]
    row = [RECIPE, FLAGS, LDFLAGS, engine.name, engine.version, source, sys.platform, platform.machine()]
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode())
    for name in ("go.mod", "go.sum", engine.source.manifest):
        if name:
            content = (pins / engine.name / name).read_bytes()
            digest.update(f"\n{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def entry(engine: Engine, pins: Path, cache: Path, go_version: str) -> Path:
    """The folder of this engine built by this Go, whether it exists or not."""
    return cache / f"{engine.name}-{key(engine, pins)}-{go_version}"


def newest(engine: Engine, pins: Path, cache: Path) -> Path | None:
    """The folder built from these very pins by the newest Go, if any is there."""
    candidates = cache.glob(f"{engine.name}-{key(engine, pins)}-go*")
    return max(
        candidates, key=lambda folder: (versions.parse(folder.name) or (0, 0, 0), folder.name), default=None
    )
