"""Findings that somebody chose to live with: `# tocsin: ignore[CODE] until=DATE reason` in the spec.

A comment behind something covers what begins on its line; one on a line of its own covers what begins on the
next line that says something. Either covers everything below that in the tree. What a pack says is covered by
the same path of the spec. In foreign rule files it is the same. Not what a finding is, nor how it is told.
"""

import datetime
import re
from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tocsin.diag.compose import compose_text
from tocsin.diag.compose_foreign import documents
from tocsin.diag.diagnostic import Diagnostic, Sink, nearest
from tocsin.diag.nodes import Node
from tocsin.diag.report import Suppressed
from tocsin.diag.text import Source, Span

MALFORMED, UNKNOWN = "suppression/malformed", "suppression/unknown-code"
EXPIRED, UNUSED = "suppression/expired", "suppression/unused"
CODES = (EXPIRED, MALFORMED, UNKNOWN, UNUSED)
_FORM = "write `# tocsin: ignore[CODE] until=2027-01-31 why this is right here`"
_MEANT = re.compile(
    r"(?:^|\s)(#+\s*tocsin:\s*(?:ignor|disabl|skip|suppress|snooze|noqa|allow|nolint)\w*.*)$", re.I
)
_EXACT = re.compile(
    r"#+\s*tocsin:\s*ignore\s*\[(?P<codes>[^\]]*)\]\s*(?:until=(?P<until>\S*)\s*)?(?P<reason>.*)"
)


MOST = 2_000
"""Suppressions of a file."""


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
    found: list[Suppression] = []
    for source in _sources(root):
        tree = compose_text(source, Sink()) if _comments(source) else None
        found += _of(source, (tree,), sink) if tree else ()
    return found


def suppressions_of_files(files: Iterable[tuple[str, bytes]], sink: Sink) -> list[Suppression]:
    """All suppressions in foreign files (name, content); what is wrong with one is reported."""
    found: list[Suppression] = []
    for name, data in files:
        trees = documents(name, data, Sink()) if b"tocsin:" in data else ()
        found += _of(trees[0].source, trees, sink) if trees else ()
    return found


def _sources(root: Node) -> Iterator[Source]:
    """The files of a spec: an included file adds entries to the maps of the first two levels."""
    found = {root.source.name: root.source}
    for node in root.map.values():
        found.setdefault(node.source.name, node.source)
        for below in (*node.map.values(), *node.items):
            found.setdefault(below.source.name, below.source)
    return (source for source in found.values() if source.is_file and "tocsin:" in source.text)


def _comments(source: Source) -> list[tuple[Span, str]]:
    """Each line's comment that is meant as a suppression, or looks like one."""
    rows = ((n, row.rstrip()) for n, row in enumerate(source.lines, 1))
    lines = ((n, found) for n, row in rows for found in [_MEANT.search(row)] if found)
    return [(Span(source, n, found.start(1) + 1, n, found.end(1) + 1), found[1]) for n, found in lines]


def _of(source: Source, trees: Sequence[Node], sink: Sink) -> Iterator[Suppression]:
    said = _comments(source)
    if len(said) > MOST:
        sink.error(MALFORMED, said[MOST][0], f"more than {MOST:,} suppressions in a file", help="mend some")
    nodes = [*_each(trees)]
    texts = sorted((node for node, _ in nodes if node.style), key=lambda node: _start(node.span))
    starts = [_start(node.span) for node in texts]
    targets = _targets(source, {span.line for span, _ in said})
    covered = _covered(nodes, {*targets.values()})
    for span, text in said[:MOST]:
        before = texts[bisect(starts, _start(span)) - 1 :][:1]
        holder = next((one for one in before if _inside(one, span)), None)
        if holder is None:
            one = _parsed(span, text, covered.get(targets[span.line], ()), sink)
            if one:
                yield one
        elif holder.style in ("|", ">"):  # in one line of text it is part of a sentence, perhaps about Tocsin
            help = "put it on a line of its own above the key"
            sink.error(MALFORMED, span, f"this belongs to the value of `{holder.key}`", help=help)


def _each(trees: Iterable[Node]) -> Iterator[tuple[Node, int]]:
    """Every node with the line on which it begins, its key included. In foreign files an alias is the very
    node that it names, which comes once."""
    stack, seen = [(tree, 0) for tree in trees], set[int]()
    while stack:
        node, begins = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node, begins
            stack.extend((below, begin.line) for begin, below in _below(node))


def _below(node: Node) -> Iterator[tuple[Span, Node]]:
    """What stands in a map or a list, each with the place where it begins."""
    for key, below in (*node.map.items(), *enumerate(node.items)):
        yield (node.key_node(key) if isinstance(key, str) else below).span, below


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _inside(node: Node, span: Span) -> bool:
    """Whether a place belongs to a text, where a `#` begins no comment."""
    at = node.span
    header = node.style in ("|", ">") and at.line == span.line
    return not header and _start(at) < _start(span) < (at.end_line, at.end_column)


def _targets(source: Source, lines: Collection[int]) -> Mapping[int, int]:
    """Line of a comment -> the line that it is about; 0 when nothing follows."""
    found: dict[int, int] = {}
    says = 0
    for number in range(len(source.lines), 0, -1):
        row = source.lines[number - 1].strip()
        something = bool(row) and not row.startswith("#")
        if number in lines:
            found[number] = number if something else says
        says = number if something else says
    return found


def _covered(nodes: Iterable[tuple[Node, int]], lines: Collection[int]) -> Mapping[int, list[Extent]]:
    """What begins on each of these lines: the outermost, which has everything below."""
    found: dict[int, list[Extent]] = {}
    for node, above in nodes:
        for begin, below in _below(node):
            if begin.line in lines and begin.line != above:
                end = (below.span.end_line, below.span.end_column)
                found.setdefault(begin.line, []).append(Extent(_start(begin), end, below.path))
    return found


def _parsed(span: Span, text: str, covered: Sequence[Extent], sink: Sink) -> Suppression | None:
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
    return Suppression(span.source, codes, until, found["reason"], span, tuple(covered))


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


class Sorted(NamedTuple):
    """Findings that are to be shown, and those that are not."""

    shown: tuple[Diagnostic, ...]
    hidden: tuple[Suppressed, ...]


def suppress(
    findings: Iterable[Diagnostic], said: Sequence[Suppression], tree: Node | None, today: datetime.date
) -> Sorted:
    """Sort findings by what was said; an expired suppression suppresses nothing. Marks what was used.

    `tree` is that of the spec; None where no pack can have said anything.
    """
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

    def __init__(self, tree: Node | None) -> None:
        self.tree = tree
        self.nodes: list[Node] | None = None

    def of(self, span: Span) -> tuple[str | int, ...]:
        if span.source.is_file or self.tree is None:
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
