"""A runbook as a text with places: headings, prose, code blocks. Judges nothing.

Only as much Markdown as GitHub shows: what stands between the fact markers is generated and left out.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tocsin.checks.context import Context
from tocsin.diag.diagnostic import Label
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source, Span
from tocsin.model.alerting import Alert
from tocsin.model.routing import WATCHDOG

_FENCE = re.compile(r"([ \t>]*)(`{3,}|~{3,})[ \t]*([\w+-]*)")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*")
_FACTS = re.compile(r"<!--\s*(/?)tocsin:facts")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:[^`\n]|(?!\1(?!`))`)+\1(?!`)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """`## Why?`"""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block; `indent` characters were cut off each of its lines."""

    language: str
    text: str
    line: int
    """Of the first line inside."""
    indent: int


@dataclass(frozen=True)
class Page:
    """One file under runbooks/."""

    file: str
    text: str
    alert: Alert | None
    """An alert that it is the runbook of; None where there is none."""
    origin: Node | None
    """Where that alert, or the heartbeat, is said; None where it is the runbook of nothing."""

    @cached_property
    def source(self) -> Source:
        """The file as the place of findings."""
        return Source(f"runbooks/{self.file}", self.text)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """All headings, in order."""
        lines = enumerate(self.prose.split("\n"), 1)
        marked = [number for number, line in lines if line.lstrip().startswith("#")]
        found = ((number, _HEADING.fullmatch(self.source.line(number))) for number in marked)
        return tuple(Heading(len(h[1]), h[2], number) for number, h in found if h is not None)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All code blocks outside the facts."""
        return self._read[1]

    @cached_property
    def prose(self) -> str:
        """The text with code, comments and facts blanked, every character at its place."""
        bare = _COMMENT.sub(_blank, self._read[0])
        return _CODE.sub(_blank, bare)

    @property
    def others(self) -> tuple[Label, ...]:
        """Where the alert is said, as a second place."""
        if self.origin is None:
            return ()
        what = "alert" if self.alert else "heartbeat"
        return (Label(self.origin.key_place().span, f"the runbook of this {what}"),)

    @property
    def wanted(self) -> bool:
        """Whether it is the runbook of anything."""
        return self.origin is not None

    def span(self, start: int, end: int) -> Span:
        """The place of characters start..end of the text, on the line of the first."""
        line = bisect_right(self._starts, start)
        begin = self._starts[line - 1]
        stop = min(end, begin + len(self.source.line(line)))
        return Span(self.source, line, start - begin + 1, line, max(stop - begin, start - begin + 1) + 1)

    def line_span(self, line: int) -> Span:
        """A whole line without the white space around it."""
        text = self.source.line(line)
        left = len(text) - len(text.lstrip())
        return Span(self.source, line, left + 1, line, max(len(text.rstrip()), left + 1) + 1)

    def cut(self, span: Span, word: str) -> Span:
        """The rest of a line from a word on."""
        at = self.source.line(span.line).find(word)
        return span if at < 0 else Span(self.source, span.line, at + 1, span.line, span.end_column)

    @property
    def top(self) -> Span:
        """The first line that says something."""
        lines = enumerate(self.text.split("\n"), 1)
        return self.line_span(next((number for number, line in lines if line.strip()), 1))

    @cached_property
    def _starts(self) -> list[int]:
        out = [0]
        out.extend(found.end() for found in re.finditer("\n", self.text))
        return out

    @cached_property
    def _read(self) -> tuple[str, tuple[Block, ...]]:
        kept: list[str] = []
        blocks: list[Block] = []
        fence, inside, facts = "", Block("", "", 0, 0), False
        for number, line in enumerate(self.text.split("\n"), 1):
            marker = None if fence else _FACTS.search(line)
            opened = _FENCE.match(line)
            code = bool(fence) or opened is not None
            if fence:
                if opened and opened[2].startswith(fence) and not line[opened.end() :].strip():
                    fence = ""
                    blocks += [] if facts else [inside]
                else:
                    cut = line[inside.indent :] if not line[: inside.indent].strip(" \t>") else line.lstrip()
                    inside = Block(
                        inside.language, f"{inside.text}{cut}\n".rstrip("\r"), inside.line, inside.indent
                    )
            elif opened:
                fence, inside = opened[2], Block(opened[3].lower(), "", number + 1, len(opened[1]))
            if marker is not None:
                facts = not marker[1]
            kept.append(" " * len(line) if code or facts or marker is not None else line)
        return "\n".join(kept), tuple(blocks)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def pages(context: Context) -> tuple[Page, ...]:
    """All runbooks that exist."""
    return context.once("runbook pages", lambda: tuple(_pages(context)))


def _pages(context: Context) -> Iterator[Page]:
    alerts: dict[str, Alert] = {}
    for model in context.models():
        for alert in model.alerts:
            alerts.setdefault(alert.runbook, alert)
    dogs = [model.watchdog for model in context.models() if model.watchdog is not None]
    heartbeat = {f"{WATCHDOG}.md": dogs[0].origin} if dogs else {}
    for file, text in context.runbooks.items():
        of = alerts.get(file)
        yield Page(file, text, of, of.origin if of else heartbeat.get(file))
