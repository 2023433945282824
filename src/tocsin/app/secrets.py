"""Placeholder secrets for trying the stack on one host: made locally, readable by their owner only."""

import os
import secrets
from pathlib import Path

from tocsin.app.workspace import Opened
from tocsin.render.secret_files import secret_files

FOLDER = "secrets"
_URL = "http://127.0.0.1:9/placeholder"
"""Where a placeholder URL leads: nowhere."""


def make_secrets(opened: Opened) -> tuple[list[str], list[str]]:
    """Make the files that are missing, beside each compose file; returns (made, kept) paths."""
    made: list[str] = []
    kept: list[str] = []
    for model in opened.workspace.environments:
        folder = opened.root / model.root / FOLDER
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _ignored(folder)
        for one in secret_files(model):
            path = f"{model.root}{FOLDER}/{one.name}"
            (made if _make(folder / one.name) else kept).append(path)
    return made, kept


def _make(path: Path) -> bool:
    """Create the file with a placeholder; False when there is one already."""
    try:
        # 0444: containers run as other users and mount the file read-only; the folder keeps others out
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_URL if "url" in path.name else secrets.token_hex(16))
    return True


def _ignored(folder: Path) -> None:
    """Keep git away from the folder, whatever the workspace's own rules are."""
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")
