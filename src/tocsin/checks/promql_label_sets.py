"""Both sides of an operator are grouped alike.

## Why

`sum by (endpoint) (errors) / sum(requests)` has one label on the left and none on the right. Only series
without any `endpoint` would match: the quotient is empty as soon as the label is there.

## Fix

Group both sides by the same labels, or say what is matched: `/ on () group_left ()`. What stands in `on` has
to be kept by both sides.

## Exceptions

Where the contract says that the label is always there, it is `promql/no-match`, an error. `without (...)` on
either side is not looked at.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert
from tocsin.checks.promql_no_match import no_match
from tocsin.checks.refutation import linted
from tocsin.diag.diagnostic import Diagnostic

CODE = "promql/label-sets"
EXAMPLES = (
    Example(
        title="different groupings, in the second line",
        finds=("/",),
        spec=alert("sum by (a) (something)\n  / sum(other) > 0.5"),
    ),
    Example(
        title="matched on what one side has lost",
        finds=("zone",),
        spec=alert("sum by (job) (something) > 5 and on (zone) other > 1"),
    ),
    Example(
        title="what the contract makes certain",
        spec=alert(
            "sum by (endpoint) (rate(http_requests_total[5m])) / sum(rate(http_requests_total[5m])) > 0.5"
        ),
    ),
    Example(
        title="alike, or said how",
        spec=alert("""
            sum by (a, b) (something) / sum by (b, a) (other) > 0.5
            or sum by (a) (something) / on () group_left () sum(other) > 0.5
        """),
    ),
)


@check(CODE, on=Promql, severity="warning")
def label_sets(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the operators of every alert that somebody wrote."""
    found = linted(CODE, expression, view)
    if not found or any(True for _ in no_match(expression, view)):
        return
    for one in found:
        yield view.within(CODE, expression, (one.start, one.end), one.words, help=one.help)
