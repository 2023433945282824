"""The reference pages in docs/reference, made from the program itself. Nothing is written here."""

from collections.abc import Mapping
from pathlib import Path

from tocsin.app.reference_checks import checks_page
from tocsin.app.reference_library import panels_page, receivers_page, templates_page
from tocsin.app.reference_packs import packs_page
from tocsin.app.reference_spec import spec_page

FOLDER = Path("docs/reference")


def reference() -> Mapping[str, str]:
    """File name to text, all but the commands, which the command line knows."""
    return {
        "checks.md": checks_page(),
        "packs.md": packs_page(),
        "panels.md": panels_page(),
        "receivers.md": receivers_page(),
        "spec.md": spec_page(),
        "templates.md": templates_page(),
    }


def stale(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """Names of pages that differ from what they should be, are missing, or should not be there."""
    there = {file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.md"))}
    return sorted(name for name in {*there, *pages} if there.get(name) != pages.get(name))


def write(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """Bring the folder up to date; the names of the pages that changed."""
    changed = stale(folder, pages)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in pages:
            (folder / name).write_text(pages[name], "utf-8")
        else:
            (folder / name).unlink()
    return changed
