"""Every part of an expression can give something.

## Why

`up == 0 or count(errors) == 0` is half an alert: without errors there is no count, not a 0, so the second
half never fires. Nobody misses it, because the first one does.

## Fix

Write what was meant (`absent(errors)`), or leave the part out.

## Exceptions

Only what is proved is told. What another check says of the same expression is not told again; an alert that
can never fire at all is `rule/never-fires`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert
from tocsin.checks.promql_impossible_value import impossible_value
from tocsin.checks.promql_never_true import never_true
from tocsin.checks.promql_no_match import no_match
from tocsin.checks.refutation import linted
from tocsin.diag.diagnostic import Diagnostic

CODE = "promql/dead-branch"
EXAMPLES = (
    Example(
        title="one of two alternatives, in the second line",
        finds=('queue="a", queue="b"',),
        spec=alert('up == 0\n  or queue_length{queue="a", queue="b"} > 5'),
    ),
    Example(
        title="two things at once",
        finds=("queue_length > 5 and queue_length < 3",),
        spec=alert("up == 0 or (queue_length > 5 and queue_length < 3)"),
    ),
    Example(title="what another check says", spec=alert("up == 0 or sum(up == 0) > 0")),
    Example(title="both can be", spec=alert("up == 0 or queue_length > 5 and queue_length < 8")),
)


@check(CODE, on=Promql, severity="warning")
def dead_branch(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the parts of the expression of every alert that somebody wrote."""
    found = linted(CODE, expression, view)
    if not found or any(
        True for one in (never_true, no_match, impossible_value) for _ in one(expression, view)
    ):
        return
    for one in found:
        yield view.within(CODE, expression, (one.start, one.end), one.words, help=one.help)
