"""What names, URLs, paths and lines may look like, and words that YAML readers disagree about. Not where."""

import re

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node

_TRAP = re.compile(
    r"(?i)y|yes|n|no|on|off|true|false|null|~|0[0-9_]+|0x[0-9a-f_]+|0b[01_]+|[-+]?\d[\d_]*(:[0-5]?\d)+"
    r"|[-+]?\.(inf|nan)|\d[\d_]*_[\d_]*|\d{4}-\d\d?-\d\d?.*"
)
_BREAKS = r"\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
"""Beside the control characters of ASCII: what ends a line somewhere, or cannot be written to a file."""
PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    "name": (
        re.compile(r"[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?"),
        "up to 63 small letters, digits, `-`, `_` and `.`",
    ),
    "alert": (re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}"), "up to 80 letters, digits and `_`"),
    "label": (re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,99}"), "letters, digits and `_`"),
    "metric": (re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,199}"), "letters, digits, `_` and `:`"),
    # labels of rules are Go templates, and go into URLs, selectors and file names of other programs
    "value": (re.compile(r"\w[\w ._:/@+-]{0,99}"), "letters, digits, spaces and `._:/@+-`"),
    "field": (re.compile(r"[A-Za-z_@][A-Za-z0-9_.@-]{0,99}"), "letters, digits, `_`, `-`, `.` and `@`"),
    "url": (re.compile(rf"https?://[^\s\"'<>{{}}\\^`{_BREAKS}]+"), "an http or https URL"),
    "link": (
        re.compile(rf"(https?://|/(?!/))[^\s\"'<>\\^`{_BREAKS}]+"),
        "an http or https URL, or a path on Grafana",
    ),
    "email": (re.compile(rf"[^@\s\"<>,;{_BREAKS}]+@[^@\s\"<>,;{_BREAKS}]+"), "a mail address"),
    "path": (re.compile(rf"(?!.*(^|/)\.\.(/|$))[^\x00-\x1f\"{_BREAKS}]+"), "a path without `..`"),
    "relative": (
        re.compile(rf"(?!/)(?!.*(^|/)\.\.(/|$))[^\x00-\x1f\"\\{_BREAKS}]+"),
        "a path inside the workspace",
    ),
    "host": (re.compile(r"[A-Za-z0-9._\[\]:-]+"), "a host, or host:port"),
    "text": (re.compile(rf"[^\x00-\x08\x0b-\x1f{_BREAKS}]*"), "text without control characters"),
    "line": (re.compile(rf"[^\x00-\x1f{_BREAKS}]*"), "one line of text"),
    "title": (re.compile(rf"[^\x00-\x1f{_BREAKS}]{{1,200}}"), "one line of up to 200 characters"),
}


def is_trap(node: Node, sink: Sink) -> bool:
    """Report a plain word that YAML 1.1 and 1.2 read differently."""
    if node.style is not None or not _TRAP.fullmatch(node.text):
        return False
    sink.error(
        "spec/yaml-trap",
        node,
        f"YAML readers disagree about what `{node.text}` is",
        help=f'write `"{node.text}"` if it is text',
    )
    return True


def name_is_good(node: Node, pattern: str, sink: Sink) -> bool:
    """Whether a key can serve as a name; reports one that cannot."""
    if is_trap(node, sink):
        return False
    rule, words = PATTERNS[pattern]
    if rule.fullmatch(node.text):
        return True
    shown = node.text if len(node.text) < 60 else node.text[:57] + "..."
    sink.error("spec/name", node, f"{shown!r} cannot be a name here", help=f"use {words}")
    return False
