"""The runbooks as tests see them: pages, sections, fenced blocks and the sentence before each."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "runbooks"
GUIDE = FOLDER.parent / "docs" / "guide-oncall.md"
_FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>\w*)\n(?P<body>.*?)^(?P=indent)(?P=ticks)$",
    re.DOTALL | re.MULTILINE,
)
_FACTS = re.compile(r"<!-- tocsin:facts[^>]*-->\n(.*?)<!-- /tocsin:facts -->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block. `before` is the paragraph that stands directly before it."""

    page: str
    line: int
    language: str
    body: str
    before: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    return sorted(FOLDER.glob("*.md"))


def prose(page: Path) -> str:
    """The page with its generated block emptied, line numbers kept."""
    return _FACTS.sub(lambda found: re.sub(r"[^\n]", "", found[0]), page.read_text("utf-8"))


def blocks(*languages: str) -> list[Block]:
    found = []
    for page in (*pages(), GUIDE):
        text = prose(page)
        for match in _FENCE.finditer(text):
            if match["language"] in languages:
                head = text[: match.start()].rstrip("\n")
                before = head.rpartition("\n\n")[2]
                body = re.sub(rf"^{match['indent']}", "", match["body"], flags=re.MULTILINE)
                line = text.count("\n", 0, match.start()) + 1
                found.append(Block(page.name, line, match["language"], body, before))
    return found
