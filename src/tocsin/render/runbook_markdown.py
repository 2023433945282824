"""Markdown for text that somebody else wrote: cells, code, links, tables. Not what a runbook says.

Spec text is data. It must not end a table cell, a code fence or the block between the fact markers, and must
still read well in a terminal, where nobody renders the escapes: only what could do harm is escaped.
"""

import re
from urllib.parse import quote

MARKER = "tocsin:facts"
_SPECIAL = re.compile(r"[\\`*\[\]|]|(?<![^\W_])_|_(?![^\W_])|~~")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_CODE = re.compile(r"[ -;=-_a-{}~]+")  # printable ASCII without < ` |
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_URL_SAFE = "%/:?#=&+,;@~$!'-._"
_FILLED_IN = re.compile(r"&[^=&]*=\{\{[^{}]*\}\}")


def plain(text: str) -> str:
    """`text` on one line, as text: nothing in it is Markdown or HTML."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = _SPECIAL.sub(lambda found: "".join("\\" + c for c in found[0]), line)
    return _ENTITY.sub("&amp;", line).replace("<", "&lt;")


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


def link(title: str, url: str) -> str:
    """`[title](url)`, or nothing when the URL cannot be used in a page."""
    target = address(url)
    return f"[{plain(title)}]({target})" if target else ""


def row(cells: tuple[str, ...], widths: tuple[int, ...] = ()) -> str:
    """One line of a table. Cells are Markdown already; `widths` pads them for readers in a terminal."""
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return f"| {' | '.join([*padded, *cells[len(padded):]])} |\n"


def rule(columns: int, widths: tuple[int, ...] = ()) -> str:
    """The line under a table's head."""
    dashes = ["-" * (width + 2) for width in widths[:columns]]
    return f"|{'|'.join([*dashes, *['---'] * (columns - len(dashes))])}|\n"
