"""What a newcomer does wrong in the first hour, and every word of what is said about it.

`first_hour/mistakes.txt` holds the table: a title, the lines that are replaced (`-`) and what replaces them
(`+`), perhaps the one check that is asked (`?`), and what is printed. `PYTHONPATH=tests python
tests/cli/test_first_hour.py` writes what is printed now; read the difference before you commit it.
"""

import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from workspaces import command

FOLDER = Path(__file__).parent / "first_hour"
SPEC = (FOLDER / "spec.yaml").read_text("utf-8")
TABLE = FOLDER / "mistakes.txt"


@dataclass(frozen=True)
class Mistake:
    title: str
    old: str
    new: str
    only: str
    said: str

    @property
    def text(self) -> str:
        edit = [*(f"- {row}" for row in self.old.split("\n")), *(f"+ {row}" for row in self.new.split("\n"))]
        asked = [f"? {self.only}"] if self.only else []
        return "\n".join(
            [f"=== {self.title}", *(row.rstrip() for row in edit), *asked, "", self.said.rstrip()]
        )


def mistakes() -> list[Mistake]:
    return [parsed(part) for part in re.split(r"(?m)^=== ", TABLE.read_text("utf-8"))[1:]]


def parsed(part: str) -> Mistake:
    head, _, said = part.partition("\n\n")
    title, *rows = head.split("\n")
    lines = {mark: "\n".join(row[2:] for row in rows if row[:1] == mark) for mark in "-+?"}
    return Mistake(title, lines["-"], lines["+"], lines["?"], said.strip("\n"))


def printed(mistake: Mistake, folder: Path) -> str:
    """The findings, without the last line."""
    assert SPEC.count(mistake.old) == 1, mistake.old
    (folder / "spec.yaml").write_text(SPEC.replace(mistake.old, mistake.new))
    only = ("--only", mistake.only) if mistake.only else ()
    said = command("-C", str(folder), "check", "--no-engines", *only)
    assert said.code == 1
    findings, _, _ = re.sub(r"(?ms)^not run .*", "", said.out).rpartition("\n\n")
    return findings or re.sub(r"(?ms)^not run .*", "", said.out).strip("\n")


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda m: m.title)
def test_a_mistake_is_told_so(mistake: Mistake, tmp_path: Path) -> None:
    assert printed(mistake, tmp_path).rstrip() == mistake.said


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda m: m.title)
def test_one_mistake_is_told_once_and_with_its_cure(mistake: Mistake) -> None:
    assert len(re.findall(r"(?m)^(?:error|warning)\[", mistake.said)) == 1
    assert "= help: " in mistake.said or "never closed" in mistake.said


def test_the_spec_without_mistakes_loads(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    assert command("-C", str(tmp_path), "check", "--no-engines", "--only", "spec/loads").code == 0


def renew() -> None:
    """Write what is printed now."""
    with tempfile.TemporaryDirectory() as folder:
        new = [replace(one, said=printed(one, Path(folder))) for one in mistakes()]
    TABLE.write_text("\n\n".join(one.text for one in new) + "\n", "utf-8")


if __name__ == "__main__":
    renew()
