"""What promtool's unit tests got instead of what was expected: alerts and samples (promtool 3.15.0). Pure.

It prints labels as Go quotes them, so that a label's value may hold anything: quotes, newlines, any script.
"""

import re

from tocsin.query.errors import QueryError
from tocsin.query.quoting import unquote

Pairs = tuple[tuple[str, str], ...]
"""Labels or annotations, sorted by name."""
_STRING = r'"(?:[^"\\]|\\.)*"'
_PAIR = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*|{_STRING})=({_STRING})(?:, )?", re.DOTALL)
_ALERT = re.compile(r"\s*\d+:\s*Labels:\{")
_ANNOTATIONS = re.compile(r"\s*Annotations:\{")
_END = re.compile(r",?\s*(?:\]|(?=\d+:))")
_VALUE = re.compile(r"\} ([^\s,]+)(?:, )?")


class Unreadable(ValueError):
    """promtool printed something that is not in the form we know."""


def read_alerts(got: str) -> tuple[tuple[Pairs, Pairs], ...]:
    """The alerts that fire, each with its labels (`alertname` included) and annotations."""
    text = got.strip()
    if text == "[]":
        return ()
    found: list[tuple[Pairs, Pairs]] = []
    at = 1 if text.startswith("[") else len(text)
    while begin := _ALERT.match(text, at):
        labels, at = _pairs(text, begin.end())
        begin = _ANNOTATIONS.match(text, at + 1)
        if begin is None:
            raise Unreadable(f"no annotations: {text[at : at + 80]}")
        annotations, at = _pairs(text, begin.end())
        found.append((labels, annotations))
        end = _END.match(text, at + 1)
        at = end.end() if end else at
    if not found or at != len(text) or text[-1] != "]":
        raise Unreadable(f"no alert: {text[at : at + 80]}")
    return tuple(found)


def read_samples(got: str) -> tuple[tuple[Pairs, float], ...]:
    """The elements of a vector of floats."""
    text = got.strip()
    found: list[tuple[Pairs, float]] = []
    at = 0
    while at < len(text) and text != "nil":
        if text[at] != "{":
            raise Unreadable(f"no sample: {text[at : at + 80]}")
        labels, at = _pairs(text, at + 1)
        value = _VALUE.match(text, at)
        if value is None:
            raise Unreadable(f"no value: {text[at : at + 80]}")
        found.append((labels, _number(value[1])))
        at = value.end()
    return tuple(found)


def _pairs(text: str, at: int) -> tuple[Pairs, int]:
    """What stands in braces from `at` on, and where they close."""
    found = []
    while pair := _PAIR.match(text, at):
        name = _unquoted(pair[1]) if pair[1][0] == '"' else pair[1]
        found.append((name, _unquoted(pair[2])))
        at = pair.end()
    if text[at : at + 1] != "}":
        raise Unreadable(f"no label: {text[at : at + 80]}")
    return tuple(sorted(found)), at


def _unquoted(literal: str) -> str:
    try:
        return unquote(literal)
    except QueryError as error:
        raise Unreadable(str(error)) from error


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Unreadable(f"no number: {text[:80]}") from None
