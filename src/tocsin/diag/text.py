"""Sources and spans: where a piece of text stands. Not how it is shown."""

from dataclasses import dataclass
from functools import lru_cache


@lru_cache(maxsize=8)
def _lines(text: str) -> tuple[str, ...]:
    """Split once: a file with a thousand mistakes is asked for a thousand lines."""
    return tuple(text.split("\n"))


@dataclass(frozen=True, slots=True)
class Source:
    """A text with a name that people know it by (`spec.yaml`, `pack node`)."""

    name: str
    text: str
    is_file: bool = True
    """False for a text that is no file of the workspace: a pack, an expression that a template made."""

    @property
    def lines(self) -> tuple[str, ...]:
        """All lines; those of a file from Windows keep their carriage return."""
        return _lines(self.text)

    def line(self, number: int) -> str:
        """Line `number` (from 1) without its end; empty past the last one."""
        lines = self.lines
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters in a source; lines and columns count from 1."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"
