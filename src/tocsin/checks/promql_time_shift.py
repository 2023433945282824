"""An alert looks at the present or the past, and moves with time.

## Why

`offset -5m` asks for what has not happened yet: there is nothing. `@ 1609746000` is the same moment for ever:
the alert never changes.

## Fix

Leave the modifier out, or write a positive offset.

## Exceptions

Panels, which may look at any time; `@ start()` and `@ end()`, which are "now" in a rule.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import Number, Range, Selector, Subquery
from tocsin.query.promql.walk import walk

CODE = "promql/time-shift"
EXAMPLES = (
    Example(
        title="the future, in the second line",
        finds=("-5m",),
        spec=alert("queue_length\n  > 2 * queue_length offset -5m"),
    ),
    Example(title="a moment", finds=("@ 1609746000",), spec=alert("queue_length @ 1609746000 > 5")),
    Example(title="the past", spec=alert("queue_length > 2 * queue_length offset 1d or up @ end() == 0")),
    Example(title="in a panel", spec=panel("queue_length offset -1h")),
)


@check(CODE, on=Promql)
def time_shift(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the modifiers of every selector and subquery."""
    if expression.role == "panel":
        return
    for node in walk(expression.tree):
        if not isinstance(node, Selector | Range | Subquery):
            continue
        if isinstance(node.offset, Number) and node.offset.value < 0:
            message = "this asks for what has not happened yet"
            yield view.within(CODE, expression, node.offset, message, help="write a positive offset")
        if node.at is not None and not isinstance(node.at.value, str):
            message = "this is the same moment for ever"
            yield view.within(CODE, expression, node.at, message, help="leave `@` out")
