"""Findings: a code, one sentence, labelled places, a cure. Not how they are printed, nor who finds them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from tocsin.diag.nodes import Node
from tocsin.diag.places import naming
from tocsin.diag.text import Span

Severity = Literal["error", "warning", "info"]
MAX_FOUND = 10_000
"""Findings that are kept; what a hostile file adds to them is only counted."""
_NEAR = 100
"""Longer names are not compared with others."""
_QUOTED = re.compile("`([^`]{150})[^`]{50,}`")


@dataclass(frozen=True, slots=True)
class Label:
    """A place with a few words."""

    span: Span
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _one_line(self.text))


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: `message` states the fact without a full stop; `help` is an edit or a command."""

    code: str
    severity: Severity
    message: str
    at: Label
    others: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""

    def __post_init__(self) -> None:
        # whoever found it, it quotes somebody's text
        object.__setattr__(self, "message", _one_line(self.message))
        object.__setattr__(self, "notes", tuple(_one_line(note) for note in self.notes))
        object.__setattr__(self, "help", _one_line(self.help))

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: file, line, column, code, message."""
        span = self.at.span
        return span.source.name, span.line, span.column, self.code, self.message


@dataclass(slots=True)
class Sink:
    """Where diagnostics are collected; a stage goes on after a mistake, to find them all."""

    found: list[Diagnostic] = field(default_factory=list)
    more: int = 0
    """Findings that were not kept."""
    spoilt: set[str] = field(default_factory=set)
    """Names that were said, but with a mistake: not to know them is no mistake of its own."""
    _seen: set[object] = field(default_factory=set)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep `diagnostic` once, even when several environments or services lead to it."""
        span = diagnostic.at.span
        key = (diagnostic.code, span.source.name, span.line, span.column, diagnostic.message)
        if key in self._seen:
            return
        if len(self.found) >= MAX_FOUND:
            self.more += 1
            return
        self._seen.add(key)
        self.found.append(diagnostic)

    def error(
        self,
        code: str,
        where: Node | Span,
        message: str,
        *,
        help: str = "",
        label: str = "",
        others: Iterable[Label] = (),
        notes: Iterable[str] = (),
    ) -> None:
        """Report an error at a node or span."""
        self._report("error", code, where, message, help, label, others, notes)

    def warning(
        self,
        code: str,
        where: Node | Span,
        message: str,
        *,
        help: str = "",
        label: str = "",
        others: Iterable[Label] = (),
        notes: Iterable[str] = (),
    ) -> None:
        """Report a warning at a node or span."""
        self._report("warning", code, where, message, help, label, others, notes)

    def _report(
        self,
        severity: Severity,
        code: str,
        where: Node | Span,
        message: str,
        help: str,
        label: str,
        others: Iterable[Label],
        notes: Iterable[str],
    ) -> None:
        span = where.span if isinstance(where, Node) else where
        self.add(Diagnostic(code, severity, message, Label(span, label), tuple(others), tuple(notes), help))

    def unknown(
        self,
        code: str,
        where: Node | Span,
        noun: str,
        name: str,
        known: Iterable[str],
        *,
        owner: str = "",
        help: str = "",
    ) -> None:
        """Report an unknown name, with the nearest known one or the list; not one that is spoilt.

        `owner` is what should have it. `help` is said instead of the nearest name or the list.
        """
        if name in self.spoilt:
            return
        names = sorted(set(known))
        near = nearest(name, names)
        place = naming(where, name) if isinstance(where, Node) else where
        message = f"`{owner}` has no {noun} `{name}`" if owner else f"there is no {noun} `{name}`"
        if near and not help:
            self.error(code, place, message, label=f"did you mean `{near}`?", help=f"write `{near}`")
        else:
            listed = ", ".join(f"`{n}`" for n in names[:8]) + (" ..." if len(names) > 8 else "")
            rest = f"known: {listed}" if names else f"no {noun} is declared"
            self.error(code, place, message, help=help or rest)

    @property
    def errors(self) -> int:
        """How many errors were found."""
        return sum(d.severity == "error" for d in self.found)


def _one_line(text: str) -> str:
    """What a message quotes is somebody's text: on one line, of bounded length, harmless to a terminal."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return _QUOTED.sub(r"`\1...`", text) if len(text) > 200 else text


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that `name` most likely means; empty when none is near."""
    if len(name) > _NEAR:
        return ""
    options = list(known)
    lower = {o.lower(): o for o in options}
    if name.lower() in lower:
        return lower[name.lower()]
    import difflib  # costs 5 ms that a good spec need not pay

    close = difflib.get_close_matches(name, options, n=1, cutoff=0.6)
    return close[0] if close else ""
