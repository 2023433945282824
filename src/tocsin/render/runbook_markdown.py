"""Markdown for text that somebody else wrote: cells, code, links, tables. Not what a runbook says.

Spec text is data. It must not end a table cell, a code fence or the block between the fact markers, and must
still read well in a terminal, where nobody renders the escapes: only what could do harm is escaped.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

MARKER = "tocsin:facts"
_SPECIAL = re.compile(r"[\\`*\[\]|]|(?<![^\W_])_|_(?![^\W_])|~~")
_SPAN = re.compile(r"(`[^`]+`)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_CODE = re.compile(r"[ -;=-_a-{}~]+")  # printable ASCII without < ` |
_HARMLESS = re.compile(r"[A-Za-z0-9 %.,:;()/>=+'\"#@?!{}^$-]*")
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_URL_SAFE = "%/:?#=&+,;@~$!'-._"
_FILLED_IN = re.compile(r"&[^=&]*=\{\{[^{}]*\}\}")


def plain(text: str) -> str:
    """`text` on one line, as text: nothing in it is Markdown or HTML but harmless inline code."""
    if _HARMLESS.fullmatch(text):  # nearly all text is: a thousand services' facts take a third of the time
        return text
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return "".join(part if _is_span(part) else _escaped(part) for part in _SPAN.split(line))


def _is_span(part: str) -> bool:
    return len(part) > 2 and part[0] == part[-1] == "`" and _CODE.fullmatch(part[1:-1]) is not None


def _escaped(text: str) -> str:
    text = _SPECIAL.sub(lambda found: "".join("\\" + c for c in found[0]), text)
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;")


def code(text: str) -> str:
    """`text` as inline code for a table cell; as plain text where code could not hold it."""
    line = " ".join(text.split())
    return f"`{line}`" if _CODE.fullmatch(line) else plain(text)


def fenced(language: str, text: str) -> str:
    """A code block. A text that contains HTML comments could close the fact markers: it is not shown."""
    body = text.strip("\n")
    if "<!--" in body or MARKER in body:
        return "(Not shown: the expression contains a comment mark that would break this page.)\n"
    longest = max((len(run) for run in re.findall(r"`{3,}", body)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{body}\n{fence}\n"


def address(url: str) -> str:
    """A URL that is right whatever the alert's labels are; empty when there is none.

    Parameters that a notification fills in (`&var-endpoint={{ $labels.endpoint }}`) are left out.
    """
    whole = _FILLED_IN.sub("", url.strip())
    if "{{" in whole or not _WEB.match(whole):
        return ""
    return quote(whole, safe=_URL_SAFE)


class References:
    """Links as `[Logs][f1]` with the addresses below: in a table, URLs make a terminal unreadable."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def links(self, titles: Iterable[tuple[str, str]]) -> str:
        """`[Logs][f1] · [Traces][f2]`, each address once; what cannot be used in a page is left out."""
        found: dict[str, str] = {}
        for title, url in titles:
            target = address(url)
            if target and title:
                found.setdefault(target, plain(title).replace("`", ""))
        return " · ".join(f"[{title}][{self._id(url)}]" for url, title in found.items())

    def _id(self, url: str) -> str:
        return self._ids.setdefault(url, f"f{len(self._ids) + 1}")

    def __str__(self) -> str:
        return "".join(f"[{name}]: {url}\n" for url, name in self._ids.items())


def row(cells: tuple[str, ...], widths: tuple[int, ...] = ()) -> str:
    """One line of a table. Cells are Markdown already; `widths` pads them for readers in a terminal."""
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return f"| {' | '.join([*padded, *cells[len(padded) :]])} |\n"


def rule(columns: int, widths: tuple[int, ...] = ()) -> str:
    """The line under a table's head."""
    dashes = ["-" * (width + 2) for width in widths[:columns]]
    return f"|{'|'.join([*dashes, *['---'] * (columns - len(dashes))])}|\n"
