"""One scalar to one value: text, numbers, units, matchers, expressions, secrets. Not maps and lists."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.query.matchers import MatcherError, parse_matchers
from tocsin.spec.declare import Expr, Secret
from tocsin.spec.patterns import PATTERNS, is_trap
from tocsin.spec.values import Duration, Rate, Ratio, Size

Reader = Callable[[Node, Sink, str], Any]
BAD: Any = object()
"""What a reader returns after having reported a mistake."""
_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
VALUES: dict[Any, str] = {Duration: "a duration", Ratio: "a percentage", Rate: "a rate", Size: "a size"}
MEASURES: tuple[Any, ...] = (int, float, *VALUES)
_LEAST: dict[Any, str] = {int: "0", Duration: "1ms", Size: "1B"}
"""Where a field says nothing else."""


def kind_of(node: Node) -> str:
    """What a node is, for a sentence."""
    if node.kind == "scalar":
        return f"`{node.text}`" if node.text else "nothing"
    return "a map" if node.kind == "map" else "a list"


def _scalar(node: Node, sink: Sink, key: str, want: str) -> str | None:
    if node.kind != "scalar":
        sink.error("spec/type", node, f"`{key}` is {want}, not {kind_of(node)}")
        return None
    if not node.text and node.style is None:
        sink.error("spec/no-value", node.key_place(), f"`{key}` has no value", help=f"write {want}")
        return None
    return node.text


def string(pattern: str) -> Reader:
    """A reader of text that follows the pattern."""
    rule = PATTERNS.get(pattern or "text")

    def read(node: Node, sink: Sink, key: str) -> Any:
        text = _scalar(node, sink, key, "text")
        if text is None:
            return BAD
        if is_trap(node, sink):
            return BAD
        if rule and not (rule[0].fullmatch(text) and _address(pattern, text)):
            shown = text if len(text) < 60 else text[:57] + "..."
            sink.error(
                "spec/name" if pattern != "url" else "spec/url",
                node,
                f"`{key}` is {shown!r}, which is not {rule[1]}"
                if pattern == "url"
                else f"{shown!r} is not a good {key}",
                help=f"use {rule[1]}",
            )
            return BAD
        return text

    return read


def _address(pattern: str, text: str) -> bool:
    """Whether a URL's host and port can be read, which no expression says: `http://[1:2]`, `http://a:99999`."""
    if pattern not in ("url", "link"):
        return True
    try:
        parts = urlsplit(text)
        return not parts.scheme or (bool(parts.hostname) and parts.port != 0)
    except ValueError:
        return False


def boolean(node: Node, sink: Sink, key: str) -> Any:
    """`true` or `false`, nothing else."""
    text = _scalar(node, sink, key, "true or false")
    if text is None:
        return BAD
    if text not in ("true", "false"):
        guess = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(
            text.lower(), "true` or `false"
        )
        sink.error("spec/type", node, f"`{key}` is true or false, not `{text}`", help=f"write `{guess}`")
        return BAD
    return text == "true"


def whole(node: Node, sink: Sink, key: str) -> Any:
    """A whole number."""
    text = _scalar(node, sink, key, "a whole number")
    if text is None:
        return BAD
    if not _INT.fullmatch(text) or len(text) > 18:
        sink.error("spec/type", node, f"`{key}` is a whole number, not `{text}`", help=_bare(text))
        return BAD
    return int(text)


def number(node: Node, sink: Sink, key: str) -> Any:
    """A number."""
    text = _scalar(node, sink, key, "a number")
    if text is None:
        return BAD
    value = float(text) if _FLOAT.fullmatch(text) else None
    if value is None or value in (float("inf"), float("-inf")):
        sink.error("spec/type", node, f"`{key}` is a number, not `{text}`", help=_bare(text))
        return BAD
    return value


def _bare(text: str) -> str:
    """What to write for a number with something around it."""
    found = re.fullmatch(r"[<>=]*\s*(-?[0-9]+(?:\.[0-9]+)?)\s*(%|[a-zA-Z/]*)", text)
    if found is None:
        return ""
    return f"write `{found[1]}`" + (", in the unit that the metric has" if found[2] else "")


def unit(cls: Any) -> Reader:
    """A reader of a value with its unit."""
    want = VALUES[cls]

    def read(node: Node, sink: Sink, key: str) -> Any:
        text = _scalar(node, sink, key, want)
        if text is None:
            return BAD
        try:
            return cls.parse(text)
        except ValueError as error:
            what = {"a percentage": "neither a ratio nor a percentage"}.get(want, f"not {want}")
            sink.error("spec/unit", node, f"`{key}: {text}` is {what}", help=str(error))
            return BAD

    return read


def measure(cls: Any, least: str, most: str) -> Reader:
    """A reader of a number or a value with a unit, within bounds that are said in the same words."""
    plain = {int: whole, float: number}.get(cls) or unit(cls)
    least = least or _LEAST.get(cls, "")
    low, high = _bound(cls, least), _bound(cls, most)

    def read(node: Node, sink: Sink, key: str) -> Any:
        value = plain(node, sink, key)
        if value is BAD:
            return BAD
        if (low is None or value >= low) and (high is None or value <= high):
            return value
        help = (
            f"write {least} to {most}"
            if least and most
            else f"write {least or most} or {'more' if least else 'less'}"
        )
        wrong = f"less than {least}" if low is not None and value < low else f"more than {most}"
        sink.error("spec/range", node, f"`{key}: {node.text}` is {wrong}", help=help)
        return BAD

    return read


def _bound(cls: Any, text: str) -> Any:
    if not text:
        return None
    return cls.parse(text) if cls in VALUES else cls(text)


def literal(options: tuple[str, ...]) -> Reader:
    """A reader of one of a few words."""

    def read(node: Node, sink: Sink, key: str) -> Any:
        text = _scalar(node, sink, key, "one of " + ", ".join(f"`{o}`" for o in options))
        if text is None:
            return BAD
        if text not in options:
            sink.unknown("spec/unknown-value", node, key, text, options)
            return BAD
        return text

    return read


def matchers(node: Node, sink: Sink, key: str) -> Any:
    """Read `status=~"5.."`."""
    text = _scalar(node, sink, key, "label matchers")
    if text is None:
        return BAD
    try:
        return parse_matchers(text)
    except MatcherError as error:
        sink.error(
            "spec/matchers",
            inside(node, error.offset),
            f"`{key}` does not read as label matchers",
            label=str(error),
            help='write `status=~"5.."` in single quotes',
        )
        return BAD


def expression(node: Node, sink: Sink, key: str) -> Any:
    """An expression, with the node that it was written in."""
    text = _scalar(node, sink, key, "an expression")
    if text is None:
        return BAD
    return Expr(text.strip("\n"), node)


def secret(node: Node, sink: Sink, key: str) -> Any:
    """The path of a file that holds the secret; never the secret."""
    text = _scalar(node, sink, key, "the path of a file that holds the secret")
    if text is None:
        return BAD
    if not PATTERNS["path"][0].fullmatch(text) or not text.startswith("/"):
        sink.error(
            "spec/secret",
            node,
            f"`{key}` is not the path of a file that holds the secret",
            help="put the secret in a file and write its absolute path, as in `/run/secrets/slack_url`",
        )
        return BAD
    return Secret(text)
