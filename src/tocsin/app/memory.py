"""What the last run left behind, in the ignored folder `.tocsin/`: the spec it read and what it wrote.

Only ever a shortcut: without it, or when anything differs, everything is read and compared.
"""

import hashlib
import json
import os
import site
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import tocsin
from tocsin.artifacts.disk import JOURNAL, Planned, generated_folders
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node

MEMORY = ".tocsin/last-run.json"
SAID = ".tocsin/last-spec.json"
TICK = 20_000_000
"""Nanoseconds. Linux 6 gives all files that are written within one tick of 4 or 10 ms the same time."""


def program() -> str:
    """Identifies the program: Python, what is installed, its own version, its files' sizes and times."""
    home = Path(tocsin.__file__).parent
    parts = [sys.version, *map(_stat, site.getsitepackages()), tocsin.__version__]
    for folder, below, files in os.walk(home):
        below[:] = sorted(d for d in below if d != "__pycache__")
        parts += [_stat(f"{folder}/{f}") for f in sorted(files) if f.endswith((".py", ".yaml"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stat(path: str) -> str:
    try:
        found = os.stat(path)  # noqa: PTH116 - seven thousand Path objects would double the time
    except OSError:
        return f"{path} -"
    # the change time too: tools like `touch -r` and `cp -p` set the other one
    return f"{path} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _listing(root: Path) -> list[str]:
    """The folders that are searched for orphans, with their times: a new file changes them."""
    out = [_stat(str(root / base)) for base, _ in generated_folders(root)]
    return [*out, *sorted(str(path) for path in root.glob("docker-compose*.yml"))]


def _touched(root: Path, files: Iterable[str], since: int) -> bool:
    """Whether somebody edited one of the files while this run was at work."""
    stats = [(root / file).stat() for file in files]
    return any(max(s.st_mtime_ns, s.st_ctime_ns) >= since for s in stats)


def _fingerprint(root: Path, files: Iterable[str], patterns: Iterable[str]) -> str:
    parts = [program(), *_listing(root), str((root / JOURNAL).exists())]
    parts += [_stat(str(root / f)) for f in files]
    parts += [f"{p}: {sorted(str(m) for m in root.glob(p))}" for p in patterns]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def unchanged_since(root: Path) -> str | None:
    """The summary of the last run when nothing at all has changed since, else None."""
    try:
        memory: dict[str, Any] = json.loads((root / MEMORY).read_bytes())
        same = memory["fingerprint"] == _fingerprint(root, memory["files"], memory["patterns"])
        return str(memory["summary"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(
    root: Path,
    began: int,
    summary: str,
    spec_files: Iterable[str],
    planned: Iterable[Planned],
    patterns: Iterable[str],
) -> None:
    """Keep what `unchanged_since` and `spec_before` need. A disk that refuses only costs the shortcut.

    `began` is the time at which this run began to read: a file that was edited since is not remembered.
    """
    spec_files, planned = list(spec_files), list(planned)
    files = [*spec_files, *(p.artifact.path for p in planned)]
    kept = [p.artifact.path for p in planned if p.status == "unchanged"]
    try:
        (root / MEMORY).parent.mkdir(exist_ok=True)
        if _touched(root, spec_files, began):
            return
        texts = {f: (root / f).read_bytes().decode("utf-8", "replace") for f in spec_files}
        said = {"made": {p.artifact.path: _hash(p.text) for p in planned}, "files": texts}
        (root / SAID).write_text(json.dumps(said), "utf-8")
        if _touched(root, [*spec_files, *kept], began - TICK):
            return
        if len(kept) < len(planned):
            time.sleep(TICK / 1e9)  # an edit after this cannot have the time of what was written
        memory = {
            "fingerprint": _fingerprint(root, files, patterns),
            "files": files,
            "patterns": list(patterns),
            "summary": summary,
        }
        (root / MEMORY).write_text(json.dumps(memory), "utf-8")
    except OSError:
        return


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def spec_before(
    root: Path, present: Mapping[str, str], compose: Callable[[dict[str, bytes], Sink], Node | None]
) -> Node | None:
    """The spec that made the files which are there now, when the last run remembers it.

    `present` are files that have been read already.
    """
    try:
        said: dict[str, Any] = json.loads((root / SAID).read_bytes())
        for path, made in said["made"].items():
            text = present.get(path)
            if (
                _hash((root / path).read_bytes().decode("utf-8", "surrogateescape") if text is None else text)
                != made
            ):
                return None
        return compose({name: text.encode() for name, text in said["files"].items()}, Sink())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
