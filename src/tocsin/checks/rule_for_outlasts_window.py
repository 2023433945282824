"""What `for` waits for can last so long.

## Why

`increase(failures[5m]) > 0` sees one failure for five minutes. With `for: 10m` it fires only when failures
keep coming: the single failure that the alert was written for is never told.

## Fix

Leave `for` out, or look back over much more than `for`: `increase(failures[1h]) > 0` with `for: 5m`.

## Exceptions

Conditions that need more than one event (`> 10`), and those that only guard another (right of `and`).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert
from tocsin.checks.refutation import linted
from tocsin.diag.diagnostic import Diagnostic

CODE = "rule/for-outlasts-window"
EXAMPLES = (
    Example(
        title="one event is over before",
        finds=("5m",),
        spec=alert("sum(increase(http_requests_total[5m])) > 0", "for: 10m"),
    ),
    Example(
        title="changes, in the second line",
        finds=("10m",),
        spec=alert("up == 1 and on (job)\n  up == 1 or changes(queue_length[10m]) >= 1", "for: 10m"),
    ),
    Example(title="a longer look", spec=alert("increase(http_requests_total[1h]) > 0", "for: 5m")),
    Example(title="many events", spec=alert("increase(http_requests_total[5m]) > 10", "for: 10m")),
)


@check(CODE, on=Promql, severity="warning")
def for_outlasts_window(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the windows and the `for` of every alert that somebody wrote."""
    for one in linted(CODE, expression, view):
        yield view.within(CODE, expression, (one.start, one.end), one.words, help=one.help)
