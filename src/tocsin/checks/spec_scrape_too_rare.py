"""A template looks back over two scrapes at least.

## Why

`rate` and `increase` need two samples. With a window as long as the scrape interval there is one: no result,
and an alert that is silent for ever. With less than two intervals the result comes and goes.

## Fix

A longer window (`per: 5m`), or a shorter `every` for the scrape. Four intervals survive a missed scrape.

## Exceptions

Only expressions that a template made; of written ones the window itself is judged.
"""

import re
from collections.abc import Iterator
from typing import Any

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.telemetry import Scrape
from tocsin.query.promql.ast import Call, Number, Range
from tocsin.query.promql.walk import walk
from tocsin.spec.values import Duration

CODE = "spec/scrape-too-rare"
_SLOW = "services: {shop: {scrape: {every: 1m}, alerts: {HighErrorRate: {per: "
EXAMPLES = (
    Example(title="one sample", finds=("1m",), spec=f"{_SLOW}1m}}}}}}}}"),
    Example(title="five samples", spec=f"{_SLOW}5m}}}}}}}}"),
)
TWO_SAMPLES = frozenset(
    ("rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "changes")
)
_WINDOW = re.compile(r"\[([0-9]+[0-9a-z]*)\]")


@check(CODE, on=Expression, severity="warning")
def scrape_too_rare(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Parse only what has a window that might be too short."""
    alert = expression.alert
    if alert is None or expression.language != "promql" or expression.role != "alert":
        return
    if _shortest(expression.text) >= 2 * _longest_interval(view) or expression.node is not None:
        return
    for window, scrape in _windows(expression, view):
        if window < 2 * scrape.every.ms:
            said = expression.origin.get("per")
            yield view.finding(
                CODE,
                said or expression.origin.key_place(),
                f"`{alert.name}` looks back {Duration(window)} at what is scraped every {scrape.every}",
                severity="error" if window <= scrape.every.ms else "warning",
                others=(Label(scrape.origin.at("every").span, "scraped this often"),),
                help=f"look back {scrape.every.times(4)} or more, or scrape more often",
            )
            return


def _shortest(text: str) -> int:
    """In milliseconds; of what is no plain duration, nothing is said."""
    found = [1 << 62]
    for said in _WINDOW.findall(text):
        try:
            found.append(Duration.parse(said).ms)
        except ValueError:
            continue
    return min(found)


def _longest_interval(view: View) -> int:
    return view.context.once(
        ("longest interval", view.model.root),
        lambda: max((s.every.ms for one in view.model.services.values() for s in one.scrapes), default=0),
    )


def _windows(expression: Expression, view: View) -> Iterator[tuple[int, Scrape]]:
    """(window in milliseconds, scrape) of each function that needs two samples."""
    nodes: Iterator[Any] = walk(expression.tree) if expression.tree is not None else iter(())
    for call in nodes:
        if not isinstance(call, Call) or call.name not in TWO_SAMPLES:
            continue
        for span in (argument for argument in call.args if isinstance(argument, Range)):
            if isinstance(span.range, Number):
                for scrape in view.index.scrapes(span.selector):
                    yield round(span.range.value * 1000), scrape
