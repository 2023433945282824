"""Reads files from the last commit, where there is one. Writes nothing, knows nothing of specs."""

import subprocess
from collections.abc import Sequence
from pathlib import Path


def committed(root: Path, files: Sequence[str]) -> dict[str, bytes]:
    """The files' content in HEAD, by one process; empty where git or a repository is missing."""
    asked = "".join(f"HEAD:./{name}\n" for name in files)
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "cat-file", "--batch"],
            input=asked.encode(),
            capture_output=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return dict(_answers(done.stdout, files)) if done.returncode == 0 else {}


def _answers(output: bytes, files: Sequence[str]) -> list[tuple[str, bytes]]:
    """`<id> blob <size>`, a newline, the content, a newline; or `<name> missing`."""
    found: list[tuple[str, bytes]] = []
    at = 0
    for name in files:
        head, _, _ = output[at : at + 4096].partition(b"\n")
        at += len(head) + 1
        words = head.split()
        if len(words) == 3 and words[1] == b"blob":
            size = int(words[2])
            found.append((name, output[at : at + size]))
            at += size + 1
    return found
