"""What `generate` says and does about committed proofs: names the stale ones, drops those of rules gone.

Nothing is proven here, and nothing is done where nobody has ever proven anything.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from posixpath import dirname, normpath

from tocsin.app.prove import Choice, parts
from tocsin.app.prove_files import present, stale
from tocsin.app.workspace import Opened
from tocsin.artifacts.mark import state
from tocsin.artifacts.tree import Artifact
from tocsin.proof.rulebook import Book

_RULE_FILE = re.compile(r'^ *- "?(\.\./[^"\n]+?)"?$', re.MULTILINE)


def stale_alerts(root: Path, opened: Opened, artifacts: Mapping[str, Artifact]) -> tuple[str, ...]:
    """The alerts whose committed proofs are not fresh, of all environments."""
    chosen = [(part.book, part.tested) for part in parts(opened, artifacts, Choice())]
    names = [name for _, freshness in stale(root, chosen) for name in freshness.alerts]
    return tuple(dict.fromkeys(names))


def remove_orphans(root: Path, opened: Opened, artifacts: Mapping[str, Artifact]) -> tuple[str, ...]:
    """Remove the test files of rule files that are no more, unless somebody edited them."""
    books = [part.book for part in parts(opened, artifacts, Choice())]
    found = [path for book in books for path in _orphans(root, book, artifacts)]
    for path in found:
        (root / path).unlink(missing_ok=True)
    return tuple(found)


def _orphans(root: Path, book: Book, artifacts: Collection[str]) -> list[str]:
    return [
        path
        for path, text in present(root, book)
        if state(text) == "intact" and not _loads(path, text) <= set(artifacts)
    ]


def _loads(path: str, text: str) -> set[str]:
    """The rule files that a test file loads, seen from the workspace."""
    head = text.partition("\ntests:")[0]
    return {normpath(f"{dirname(path)}/{found}") for found in _RULE_FILE.findall(head)}
