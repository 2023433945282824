"""Keeps the committed proofs: writes them after a run, tells which are stale, removes those of rules gone.

`prove` alone writes them. Nothing else of a workspace is touched.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tocsin.artifacts.disk import TEMPORARY
from tocsin.artifacts.mark import state
from tocsin.engines import NotRun
from tocsin.proof.committed import TESTS, UNTESTED, Kept, Stale, files, folder, freshness
from tocsin.proof.rulebook import Book, Subject
from tocsin.proof.trial import Trial


def keep(root: Path, trial: Trial, subjects: Sequence[Subject]) -> Kept:
    """Write the tests of these rules; they must be all that the environment is to have tests of.

    Where all was remembered and all is fresh, the engines are not asked for the texts once more.
    """
    if trial.recalled == trial.tried and _settled(root, trial.book, subjects):
        return Kept()
    shall = files(trial, subjects)
    if isinstance(shall, NotRun):
        return Kept(not_run=shall)
    there = dict(present(root, trial.book))
    changed = [path for path, text in shall.items() if there.get(path) != text]
    removed = [path for path, text in there.items() if path not in shall and ours(path, text)]
    for path in changed:
        _write(root / path, shall[path])
    for path in removed:
        (root / path).unlink(missing_ok=True)
    return Kept(changed=tuple(changed), removed=tuple(removed), unchanged=len(shall) - len(changed))


def _settled(root: Path, book: Book, subjects: Sequence[Subject]) -> bool:
    found = freshness(book, subjects, [text for _, text in present(root, book)])
    return not found.alerts and not found.left and not any(edited(root, book))


def ours(path: str, text: str) -> bool:
    """Whether a file in the folder of proofs was written by `prove`: people may keep their own there."""
    return path.endswith(f"/{UNTESTED}") or state(text) != "foreign"


def edited(root: Path, book: Book) -> Iterator[str]:
    """Test files that somebody edited."""
    return (path for path, text in present(root, book) if path.endswith(".yaml") and state(text) == "edited")


def present(root: Path, book: Book) -> Iterator[tuple[str, str]]:
    """Path and text of everything that lies where an environment's proofs do."""
    for language in TESTS:
        home = folder(book, language)
        for file in sorted((root / home).glob("*")):
            if file.is_file() and file.suffix in (".yaml", ".md"):
                yield f"{home}/{file.name}", file.read_bytes().decode("utf-8", "replace")


def stale(root: Path, parts: Iterable[tuple[Book, Sequence[Subject]]]) -> tuple[tuple[Book, Stale], ...]:
    """For each environment, the alerts whose committed proofs are not fresh."""
    return tuple(
        (book, freshness(book, subjects, [text for _, text in present(root, book)]))
        for book, subjects in parts
    )


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(file.name + TEMPORARY)
    beside.write_bytes(text.encode("utf-8", "surrogateescape"))
    beside.replace(file)
