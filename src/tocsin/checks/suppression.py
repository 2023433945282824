"""Findings that somebody chose to live with: `# tocsin: ignore[CODE] until=DATE reason` in the spec.

A comment behind something covers what begins on its line; one on a line of its own covers what begins on the
next line that says something. Either covers everything below that in the tree. What a pack says is covered by
the same path of the spec. Not what a finding is, nor how it is told.
"""

import datetime
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Diagnostic, Sink, nearest
from tocsin.diag.nodes import Node
from tocsin.diag.report import Suppressed
from tocsin.diag.text import Source, Span

MALFORMED, UNKNOWN = "suppression/malformed", "suppression/unknown-code"
EXPIRED, UNUSED = "suppression/expired", "suppression/unused"
CODES = (EXPIRED, MALFORMED, UNKNOWN, UNUSED)
_FORM = "write `# tocsin: ignore[CODE] until=2027-01-31 why this is right here`"
_MEANT = re.compile(
    r"(?:^|\s)(#+\s*tocsin:\s*(?:ignor|disabl|skip|suppress|snooze|noqa|allow|nolint)\w*.*?)\s*$", re.I
)
_EXACT = re.compile(
    r"#+\s*tocsin:\s*ignore\s*\[(?P<codes>[^\]]*)\]\s*(?:until=(?P<until>\S*)\s*)?(?P<reason>.*)"
)


class Extent(NamedTuple):
    """What a suppression covers: from (line, column) to before another, and the path that it has."""

    start: tuple[int, int]
    end: tuple[int, int]
    path: tuple[str | int, ...]


@dataclass(slots=True)
class Suppression:
    """One comment."""

    source: Source
    codes: tuple[tuple[str, Span], ...]
    until: datetime.date | None
    reason: str
    at: Span
    extents: tuple[Extent, ...]
    used: set[str] = field(default_factory=set)
    """Codes that it has suppressed something of."""

    def covers(self, span: Span, path: tuple[str | int, ...]) -> bool:
        """Whether a place belongs to it; `path` is that of a place in a pack."""
        place = (span.line, span.column)
        if span.source.name == self.source.name:
            return any(one.start <= place < one.end for one in self.extents)
        return bool(path) and any(path[: len(one.path)] == one.path for one in self.extents)


def suppressions(root: Node, sink: Sink) -> list[Suppression]:
    """All suppressions in the files that `root` was read from; what is wrong with one is reported."""
    return [one for source in _sources(root) for one in _of(source, sink)]


def _sources(root: Node) -> Iterator[Source]:
    """The files of a spec: an included file adds entries to the maps of the first two levels."""
    found = {root.source.name: root.source}
    for node in root.map.values():
        found.setdefault(node.source.name, node.source)
        for below in (*node.map.values(), *node.items):
            found.setdefault(below.source.name, below.source)
    return (source for source in found.values() if source.is_file and "tocsin:" in source.text)


def _of(source: Source, sink: Sink) -> Iterator[Suppression]:
    lines = [(n, found) for n, row in enumerate(source.lines, 1) for found in [_MEANT.search(row)] if found]
    tree = compose_text(source, Sink()) if lines else None
    if tree is None:
        return
    for number, found in lines:
        span = Span(source, number, found.start(1) + 1, number, found.end(1) + 1)
        holder = _inside_text(tree, span)
        if holder is None:
            one = _parsed(tree, span, found[1], sink)
            if one:
                yield one
        elif holder.style in ("|", ">"):  # in one line of text it is part of a sentence, perhaps about Tocsin
            help = "put it on a line of its own above the key"
            sink.error(MALFORMED, span, f"this belongs to the value of `{holder.key}`", help=help)


def _inside_text(tree: Node, span: Span) -> Node | None:
    """The text that a place belongs to, where a `#` begins no comment."""
    place = (span.line, span.column)
    for node in tree.walk():
        if node.kind == "scalar" and node.style is not None:
            at = node.span
            header = node.style in ("|", ">") and at.line == span.line
            if not header and (at.line, at.column) < place < (at.end_line, at.end_column):
                return node
    return None


def _parsed(tree: Node, span: Span, text: str, sink: Sink) -> Suppression | None:
    found = _EXACT.fullmatch(text)
    if found is None:
        sink.error(MALFORMED, span, "this suppresses nothing", help=_FORM)
        return None
    codes = tuple(_codes(span, found))
    until = _date(span, found, sink)
    if not codes:
        sink.error(MALFORMED, span, "no code is named", help=_FORM)
    if not re.search(r"\w", found["reason"]):
        sink.error(MALFORMED, span, "no reason is given", help="say behind it why this is right here")
        return None
    if not codes or (found["until"] is not None and until is None):
        return None
    return Suppression(span.source, codes, until, found["reason"], span, tuple(_covered(tree, span)))


def _codes(span: Span, found: re.Match[str]) -> Iterator[tuple[str, Span]]:
    for part in re.finditer(r"[^\s,]+", found["codes"]):
        column = span.column + found.start("codes") + part.start()
        yield part[0], Span(span.source, span.line, column, span.line, column + len(part[0]))


def _date(span: Span, found: re.Match[str], sink: Sink) -> datetime.date | None:
    if found["until"] is None:
        return None
    try:
        return datetime.date.fromisoformat(found["until"])
    except ValueError:
        column = span.column + found.start("until")
        at = Span(span.source, span.line, column, span.line, column + max(1, len(found["until"])))
        sink.error(MALFORMED, at, f"`{found['until']}` is not a date", help="write `until=2027-01-31`")
        return None


def _covered(tree: Node, span: Span) -> Iterator[Extent]:
    line = span.line
    if not span.source.line(line)[: span.column - 1].strip():  # alone on its line
        rows = span.source.lines
        line = next((n for n in range(line + 1, len(rows) + 1) if _says_something(rows[n - 1])), 0)
    stack = [(tree, 0)]
    while stack:
        node, above = stack.pop()
        for key, below in (*node.map.items(), *enumerate(node.items)):
            begin = node.key_node(key).span if isinstance(key, str) else below.span
            if begin.line == line != above:
                end = below.span
                yield Extent((begin.line, begin.column), (end.end_line, end.end_column), below.path)
            elif begin.line <= line <= below.span.end_line:
                stack.append((below, begin.line))


def _says_something(row: str) -> bool:
    return bool(row.strip()) and not row.lstrip().startswith("#")


class Sorted(NamedTuple):
    """Findings that are to be shown, and those that are not."""

    shown: tuple[Diagnostic, ...]
    hidden: tuple[Suppressed, ...]


def suppress(
    findings: Iterable[Diagnostic], said: list[Suppression], tree: Node, today: datetime.date
) -> Sorted:
    """Sort findings by what was said; an expired suppression suppresses nothing. Marks what was used."""
    by_code: dict[str, list[Suppression]] = {}
    for one in said:
        for code, _ in one.codes:
            by_code.setdefault(code, []).append(one)
    shown, hidden = [], []
    paths = _PackPaths(tree)
    for finding in findings:
        span, candidates = finding.at.span, by_code.get(finding.code, [])
        path = paths.of(span) if candidates else ()
        mine = [one for one in candidates if one.covers(span, path)]
        for one in mine:
            one.used.add(finding.code)
        valid = [one for one in mine if one.until is None or today <= one.until]
        if valid:
            until = valid[0].until.isoformat() if valid[0].until else ""
            hidden.append(Suppressed(finding=finding, reason=valid[0].reason, until=until, at=valid[0].at))
        else:
            shown.append(finding)
    return Sorted(tuple(shown), tuple(hidden))


class _PackPaths:
    """Where in the spec's tree a place of a pack stands; gathered only when there is such a finding."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self.nodes: list[Node] | None = None

    def of(self, span: Span) -> tuple[str | int, ...]:
        if span.source.is_file:
            return ()
        if self.nodes is None:
            self.nodes = [node for node in self.tree.walk() if not node.source.is_file]
        place, best = (span.line, span.column), self.tree
        for node in self.nodes:
            if node.source.name == span.source.name:
                at = node.key_place().span
                if (at.line, at.column) <= place < (node.span.end_line, node.span.end_column):
                    best = node if len(node.path) > len(best.path) else best
        return best.path


def judged(said: Iterable[Suppression], known: Collection[str], ran: Collection[str], today: datetime.date,
           sink: Sink) -> None:  # fmt: skip
    """Report suppressions of unknown codes, those that have expired, and those that suppressed nothing.

    `ran` are the codes of which all findings are known.
    """
    for one in said:
        expired = one.until is not None and today > one.until
        if expired:
            help = "mend the finding, or renew the date and the reason"
            sink.warning(EXPIRED, one.at, f"this suppression ended with {one.until}", help=help)
        for code, span in one.codes:
            if code not in known:
                near = nearest(code, known)
                label = f"did you mean `{near}`?" if near else ""
                help = f"write `{near}`" if near else "docs/reference/checks.md lists all codes"
                sink.error(UNKNOWN, span, f"there is no finding `{code}`", label=label, help=help)
            elif code in ran and code not in one.used and not expired:
                sink.warning(UNUSED, span, f"nothing here is a `{code}`", help=f"delete `{code}`")
