"""Reads the tables of `cases/`: one query a line, `↵` for a new line and `␠` for a space at the end.

In `*_carets.txt` a case is a query, a line with carets under the place and the message, perhaps `engine: N`
(the column that the engine names, where ours is another one on purpose), and an empty line.
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Caret:
    """A wrong query, where we point, what we say, and where the engine points if elsewhere."""

    query: str
    offset: int
    length: int
    message: str
    engine: int


def queries(name: str) -> list[str]:
    """The queries of a table."""
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").split("\n")
    return [line.replace("↵", "\n").replace("␠", " ") for line in lines if line]


def carets(name: str) -> list[Caret]:
    """The cases of a table with carets."""
    blocks = (FOLDER / f"{name}.txt").read_text("utf-8").strip("\n").split("\n\n")
    return [_caret(block.split("\n")) for block in blocks]


def _caret(lines: list[str]) -> Caret:
    query, under, *more = lines
    offset = under.index("^")
    marks, message = under.strip().split(" ", 1)
    assert set(marks) == {"^"}
    engine = int(more[0].removeprefix("engine: ")) if more else offset + 1
    return Caret(query, offset, len(marks), message, engine)
