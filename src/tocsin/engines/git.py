"""Reads files from the last commit, where there is one. Writes nothing, knows nothing of specs."""

import subprocess
from collections.abc import Iterable
from pathlib import Path


def committed(root: Path, files: Iterable[str]) -> dict[str, bytes]:
    """The files' content in HEAD; empty when `root` is not in a repository, git is missing, or none is committed."""
    out: dict[str, bytes] = {}
    for name in files:
        try:
            done = subprocess.run(
                ["git", "-C", str(root), "show", f"HEAD:./{name}"],
                capture_output=True,
                timeout=10,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return {}
        if done.returncode == 0:
            out[name] = done.stdout
    return out
