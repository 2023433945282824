"""Trees to bytes, always the same bytes: YAML in block style, JSON with two spaces, text as it is.

The YAML emitter is our own because PyYAML's needs two seconds for nine megabytes; it writes only what a YAML
1.1 and a 1.2 reader understand alike, and quotes everything that either would take for something else.
"""

import re
from functools import lru_cache
from typing import Any

from tocsin.artifacts.tree import Artifact

_TOKEN = r"[A-Za-z0-9_./$+=@%^~()*<>;-]"
_PLAIN = re.compile(rf"[A-Za-z_/$]{_TOKEN}*(?: {_TOKEN}+)*|[0-9]+(?:ms|[smhdwyBkMG%])[A-Za-z0-9]*")
_WORDS = frozenset({"y", "yes", "n", "no", "on", "off", "true", "false", "null", "none", "inf", "nan"})
_BLOCK_UNSAFE = re.compile(
    "[^\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SINGLE = re.compile(r"[\x20-\x26\x28-\x7e]*")
"""What may stand in single quotes: printable ASCII without a single quote."""
_LONGEST_KEY = 1000
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]')


def emit(artifact: Artifact) -> str:
    """The artifact's body, without the generated mark."""
    if artifact.format == "yaml":
        return yaml_text(artifact.tree)
    if artifact.format == "json":
        return json_text(artifact.tree)
    return "".join(artifact.tree)


def json_text(tree: Any) -> str:
    """JSON with two spaces; keys keep their order."""
    import orjson

    return orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode() + "\n"


def yaml_text(tree: Any) -> str:
    """YAML in block style; strings of several lines as literal blocks; keys keep their order."""
    out: list[str] = []
    if tree and isinstance(tree, dict):
        _map(tree, "", out)
    elif tree and isinstance(tree, (list, tuple)):
        _seq(tree, "", out)
    else:
        out.append(_inline(tree))
    return "\n".join(out) + "\n"


def _map(tree: dict[str, Any], indent: str, out: list[str], first: str | None = None) -> None:
    """`first` replaces the indentation of the first line (after a list's dash)."""
    inner = indent + "  "
    for key, value in tree.items():
        head = (indent if first is None else first) + _key(key, indent)
        first = None
        if isinstance(value, dict) and value:
            out.append(head)
            _map(value, inner, out)
        elif isinstance(value, (list, tuple)) and value:
            out.append(head)
            _seq(value, inner, out)
        elif isinstance(value, str) and "\n" in value:
            out.append(head + " " + _long(value, inner))
        else:
            out.append(head + " " + _inline(value))


def _seq(tree: Any, indent: str, out: list[str], first: str | None = None) -> None:
    inner = indent + "  "
    for value in tree:
        head = (indent if first is None else first) + "- "
        first = None
        if isinstance(value, dict) and value:
            _map(value, inner, out, head)
        elif isinstance(value, (list, tuple)) and value:
            _seq(value, inner, out, head)
        elif isinstance(value, str) and "\n" in value:
            out.append(head + _long(value, inner))
        else:
            out.append(head + _inline(value))


def _inline(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value)
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    text = repr(value)
    # YAML 1.1 takes `1e-07` for text: a number has a point
    return text.replace("e", ".0e") if isinstance(value, float) and "e" in text and "." not in text else text


def _key(text: str, indent: str) -> str:
    """A key with its colon; YAML lets a key of over 1,024 characters stand only behind a `?`."""
    key = scalar(text)
    return f"{key}:" if len(key) < _LONGEST_KEY else f"? {key}\n{indent}:"


@lru_cache(maxsize=1 << 16)  # keys and label values come back thousands of times
def scalar(text: str) -> str:
    """A one-line scalar, plain where every reader takes it for text, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return str(text)
    if '"' in text and _SINGLE.fullmatch(text):
        return f"'{text}'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return _ESCAPES.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}")


def _long(text: str, indent: str) -> str:
    """A literal block where it keeps every character, else one quoted line."""
    body = text[:-1] if text.endswith("\n") else text
    if body.endswith("\n") or not body or text[0] in " \t\n" or _BLOCK_UNSAFE.search(text):
        return scalar(text)
    rows = "\n".join(indent + row if row else "" for row in body.split("\n"))
    return ("|\n" if text.endswith("\n") else "|-\n") + rows
