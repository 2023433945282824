"""Raw expressions of either language: signal and threshold where the last comparison tells them."""

import re

from tocsin.diag.nodes import Node
from tocsin.model.alerting import Condition
from tocsin.model.scope import Scope
from tocsin.model.units import UNITS, threshold_words

_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|#[^\n]*")
_LAST = re.compile(
    r"(?s)(?P<signal>.*\S)\s*(?P<op>[<>]=?)\s*(?P<number>[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*"
)
_OPEN, _SHUT = "([{", ")]}"


def raw_condition(scope: Scope, text: str, unit: str, node: Node) -> Condition | None:
    """The condition of a raw expression; None after having reported an unknown unit."""
    if unit not in UNITS:
        scope.sink.unknown("spec/unknown-unit", node.at("unit"), "unit", unit, UNITS)
        return None
    signal, op, number = split_comparison(text)
    if not signal:
        return Condition(expr=text, unit=unit, meaning="its expression has a result")
    above = op.startswith(">")
    words = threshold_words(number, unit)
    return Condition(
        expr=text,
        signal=signal,
        threshold=number,
        direction="above" if above else "below",
        unit=unit,
        meaning=f"the measured value is {'above' if above else 'below'} {words}",
        value=UNITS[unit].template,
        threshold_text=words,
    )


def split_comparison(text: str) -> tuple[str, str, float]:
    """`X > 5` as (`X`, `>`, 5); three empty values where the whole is not one comparison with a number."""
    blank = _QUOTED.sub(lambda m: m[0][0] + "_" * (len(m[0]) - 2) + m[0][-1] if len(m[0]) > 1 else "_", text)
    blank = re.sub(r"#[^\n]*", lambda m: " " * len(m[0]), blank)
    found = _LAST.fullmatch(blank)
    if not found:
        return "", "", 0.0
    signal = text[: found.end("signal")]
    if re.search(r"\b(and|or|unless|bool)\b|[<>=!]=?", _outermost(blank[: found.end("signal")])):
        return "", "", 0.0
    return signal, found["op"], float(found["number"])


def _outermost(blank: str) -> str:
    """What stands outside all brackets."""
    out, depth = [], 0
    for char in blank:
        depth -= char in _SHUT
        if depth == 0 and char not in _OPEN + _SHUT:
            out.append(char)
        depth += char in _OPEN
    return "".join(out)
