"""An alert does not always fire.

## Why

`queue_length > 5 or vector(0)` has an element whatever happens: the alert fires from the first minute on, is
silenced, and nobody notices when there is something to notice.

## Fix

Leave out what is always there, or compare the whole: `(sum(x) or vector(0)) > 5`.

## Exceptions

A heartbeat is meant to fire: an expression that is nothing but a constant (`vector(1)`). `count(x) > 0` asks
whether there is any x. What `promql/no-condition` says is not told again.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Written
from tocsin.checks.promql_example import alert
from tocsin.checks.promql_no_condition import no_condition
from tocsin.checks.refutation import refuted
from tocsin.diag.diagnostic import Diagnostic
from tocsin.witness.outcome import Always

CODE = "rule/always-fires"
EXAMPLES = (
    Example(
        title="a constant beside a condition, in the second line",
        finds=("vector(0)",),
        spec=alert("queue_length > 5\n  or vector(0)"),
    ),
    Example(title="a count is always so", finds=("count(up) >= 0",), spec=alert("count(up) >= 0")),
    Example(
        title="of logs",
        finds=('sum(rate({service_name="shop"} [5m])) > 5 or vector(0)',),
        spec=alert('sum(rate({service_name="shop"} [5m])) > 5 or vector(0)', language="logql"),
    ),
    Example(title="a heartbeat", spec=alert("vector(1)")),
    Example(title="a constant under a condition", spec=alert("(sum(queue_length) or vector(0)) > 5")),
    Example(title="whether there is any", spec=alert("count(up == 0) > 0")),
)


@check(CODE, on=Written)
def always_fires(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the expression of every alert that somebody wrote."""
    found = refuted(expression, view)
    if not isinstance(found, Always) or found.reason.kind == "constant":
        return
    if expression.language == "promql" and any(True for _ in no_condition(expression, view)):
        return
    name = expression.alert.name if expression.alert is not None else ""
    reason = found.reason
    yield view.within(
        CODE,
        expression,
        (reason.start, reason.end),
        f"`{name}` always fires",
        label=reason.words,
        help=reason.help,
    )
