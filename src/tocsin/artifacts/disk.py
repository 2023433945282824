"""Compare artifacts with a folder and bring the folder up to date. The only part of Tocsin that writes there.

Each file is written beside its place and renamed; files first, orphans last. A kill at any moment leaves each
file old or new, never half; `JOURNAL` tells the next run that one was interrupted.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import facts_state, is_marked, state, whole
from tocsin.artifacts.tree import Artifact

FOLDERS = (
    "alertmanager",
    "alerts",
    "blackbox",
    "collector",
    "dashboards",
    "env",
    "grafana",
    "loki",
    "mimir",
    "prometheus",
    "schema",
    "tempo",
)
"""Folders that are searched for orphans."""
KEPT = ("alerts/tests", "loki/tests")
"""Folders that generation leaves alone, in each environment (proofs, written by `prove`)."""
_KEPT = tuple(f"/{folder}" for folder in KEPT)
TEMPORARY = ".tocsin-tmp"
JOURNAL = ".tocsin/writing"
Status = Literal["new", "changed", "unchanged", "edited", "foreign"]


class OutsideWorkspace(Exception):
    """A generated path leads out of the workspace, through a link."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One artifact and what its file needs. `text` is what it shall hold, `present` what it holds."""

    artifact: Artifact
    status: Status
    text: str
    present: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that a run would do, before it does any of it."""

    planned: tuple[Planned, ...]
    orphans: tuple[str, ...]
    interrupted: bool

    def of(self, *statuses: Status) -> tuple[Planned, ...]:
        """The artifacts in one of these states."""
        return tuple(p for p in self.planned if p.status in statuses)


def compare(root: Path, artifacts: Iterable[Artifact]) -> Comparison:
    """What is new, changed, unchanged, edited by hand or orphaned under `root`."""
    planned: list[Planned] = []
    safe: dict[Path, bool] = {}
    for artifact in artifacts:
        path = root / artifact.path
        if not _inside(root, path.parent, safe):
            raise OutsideWorkspace(artifact.path)
        planned.append(_planned(artifact, path))
    if not _inside(root, (root / JOURNAL).parent, safe):
        raise OutsideWorkspace(JOURNAL)
    mine = {p.artifact.path for p in planned}
    return Comparison(tuple(planned), tuple(sorted(_orphans(root, mine))), (root / JOURNAL).exists())


def _inside(root: Path, folder: Path, known: dict[Path, bool]) -> bool:
    if folder not in known:
        known[folder] = folder.resolve().is_relative_to(root.resolve())
    return known[folder]


def _planned(artifact: Artifact, path: Path) -> Planned:
    present = _present(path)
    text = whole(artifact, emit(artifact), present)
    if present is None:
        return Planned(artifact, "new", text, None)
    if present == text:
        return Planned(artifact, "unchanged", text, present)
    found = facts_state(present) if artifact.format == "markdown" else state(present)
    return Planned(artifact, "changed" if found == "intact" else found, text, present)


def _present(path: Path) -> str | None:
    """What the file holds; None when there is none. Waits for no pipe and reads no device."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    with open(handle, "rb") as file:  # noqa: PTH123 - the file has been opened above
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "is not a regular file", str(path))
        return file.read().decode("utf-8", "surrogateescape")


def generated_folders(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Every folder that generation owns, relative to `root`, with the names of its files."""
    for name in FOLDERS:
        if not _inside(root, root / name, {}):
            continue
        for folder, below, files in os.walk(root / name):
            base = os.path.relpath(folder, root).replace(os.sep, "/")
            below[:] = sorted(d for d in below if not f"/{base}/{d}".endswith(_KEPT))
            yield base, files


def generated_files(root: Path) -> Iterator[str]:
    """Every file in the folders that generation owns, relative to `root`."""
    for base, files in generated_folders(root):
        yield from (f"{base}/{file}" for file in files)
    yield from (p.name for p in root.glob("docker-compose*.yml"))


def _orphans(root: Path, mine: set[str]) -> Iterator[str]:
    """Files that carry the mark and that no artifact accounts for."""
    for path in generated_files(root):
        if path in mine or path.endswith(TEMPORARY) or not (root / path).is_file():
            continue
        with (root / path).open("rb") as file:
            head = file.read(400).decode("utf-8", "replace")
        if is_marked(head):
            yield path


def write(root: Path, comparison: Comparison) -> None:
    """Do it: new and changed files, then orphans. Raises OSError when the disk refuses; nothing is half."""
    todo = comparison.of("new", "changed", "edited", "foreign")
    if not todo and not comparison.orphans and not comparison.interrupted:
        return
    journal = root / JOURNAL
    journal.parent.mkdir(exist_ok=True)
    journal.touch()
    _sweep(root)
    for one in todo:
        _replace(root / one.artifact.path, one.text)
    for path in comparison.orphans:
        (root / path).unlink(missing_ok=True)
        _drop_empty(root, (root / path).parent)
    journal.unlink()


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + TEMPORARY)
    try:
        beside.write_bytes(text.encode("utf-8", "surrogateescape"))
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _sweep(root: Path) -> None:
    """Remove what a killed run left beside its place."""
    left = [root / path for path in generated_files(root) if path.endswith(TEMPORARY)]
    for path in (*left, *root.glob("*" + TEMPORARY), *root.glob("runbooks/*" + TEMPORARY)):
        path.unlink(missing_ok=True)


def _drop_empty(root: Path, folder: Path) -> None:
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
