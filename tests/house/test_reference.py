"""docs/reference is what the program says of itself now, and every link in docs leads somewhere."""

import re
from pathlib import Path

import pytest

from tocsin.app.markdown import anchor
from tocsin.app.reference import FOLDER, stale
from tocsin.cli.reference import pages

ROOT = Path(__file__).parents[2]
DOCS = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "ARCHITECTURE.md"])


def test_the_reference_is_fresh() -> None:
    assert stale(ROOT / FOLDER, pages()) == [], "run `make docs` and commit the result"


def headings(text: str) -> set[str]:
    """Anchors of a file; what stands in a block of code is no heading."""
    plain = re.sub(r"(?ms)^```.*?^```", "", text)
    return {anchor(found) for found in re.findall(r"(?m)^#+ (.+)$", plain)}


@pytest.mark.parametrize("file", DOCS, ids=lambda f: str(f.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", file.read_text("utf-8"))
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, place = target.partition("#")
        there = file.parent / path if path else file
        if not there.exists() or (place and place not in headings(there.read_text("utf-8"))):
            broken.append(target)
    assert broken == []
