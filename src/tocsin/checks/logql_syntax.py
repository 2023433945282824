"""Every LogQL expression parses.

## Why

Loki loads no rule of a file in which one expression is wrong, and a panel with such a query is empty.

## Fix

Correct the expression where the caret stands.

## Exceptions

In a panel, Grafana's variables stand for names, numbers and durations; it is enough that one of them makes
sense.

## References

Read as Loki 3.7.8 reads it.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Written
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic

CODE = "logql/syntax"
EXAMPLES = (
    Example(
        title="a range is missing, in the second line",
        finds=(")",),
        spec=alert('sum(\n  count_over_time({service_name="shop"})\n) > 1', language="logql"),
    ),
    Example(
        title="in a panel",
        finds=("cuont_over_time",),
        spec=panel('sum(cuont_over_time({service_name="shop"} | json [$__auto]))', language="logql"),
    ),
    Example(
        title="good",
        spec=panel(
            'sum(count_over_time({service_name="shop", environment=~"$environment"} | json [$__auto]))',
            language="logql",
        ),
    ),
)


@check(CODE, on=Written)
def syntax(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Tell the first mistake of an expression, as the engine would."""
    error = expression.error
    if expression.language == "logql" and error is not None:
        part = error.offset, error.offset + error.length
        yield view.within(CODE, expression, part, f"this is no LogQL: {error.message}")
