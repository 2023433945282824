"""Every PromQL expression parses and is well-typed.

## Why

Prometheus loads no rule of a file in which one expression is wrong, and a panel with such a query is empty.

## Fix

Correct the expression where the caret stands.

## Exceptions

In a panel, Grafana's variables stand for names, numbers and durations; it is enough that one of them makes
sense.

## References

Read as Prometheus 3.15.0 reads it, without experimental features.
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Written
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.errors import QueryError

_LINES = re.compile(r"\}\s*(\|[=~]|!=|!~|\|)|count_over_time")
CODE = "promql/syntax"
EXAMPLES = (
    Example(title="a bracket too few", finds=(")",), spec=alert("sum(rate(http_requests_total[5m)) > 1")),
    Example(
        title="in the third line of a block",
        finds=(">",),
        spec=alert("""
            sum by (status) (rate(http_requests_total[5m]))
            /
              sum(rate(http_requests_total[5m])) by > 1
        """),
    ),
    Example(
        title="a range vector is compared",
        finds=("http_requests_total[5m]",),
        spec=alert("http_requests_total[5m] > 1"),
    ),
    Example(
        title="in a panel",
        finds=("rates",),
        spec=panel("sum(\n  rates(http_requests_total[$__rate_interval])\n)"),
    ),
    Example(
        title="variables for a name, a number and a duration",
        spec=panel(
            'topk($top, sum by ($by) (rate(http_requests_total{instance=~"$instance"}[$window])))',
            dashboard="variables: {top: {values: ['5']}, by: {values: [status]}, window: {values: [5m]}}",
        ),
    ),
    Example(title="good", spec=alert("sum(rate(http_requests_total[5m])) > 1")),
)


@check(CODE, on=Written)
def syntax(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Tell the first mistake of an expression, as the engine would."""
    error = expression.error
    if expression.language == "promql" and error is not None:
        part = error.offset, error.offset + error.length
        help = _cure(expression.text, error)
        yield view.within(CODE, expression, part, f"this is no PromQL: {error.message}", help=help)


def _cure(text: str, error: QueryError) -> str:
    """The edit for what people commonly write."""
    rest = text[error.offset :]
    if re.match(r"\|[=~]|!=\s*\"|\|\s*\w", rest):
        return "this is LogQL: write `logql:` instead of `expr:`" if _LINES.search(text) else ""
    bare = re.match(r"[\w.]+", rest)
    if bare and text[: error.offset].endswith(("=", "=~", "!=", "!~")):
        return f'write the value in quotes: `"{bare[0]}"`'
    if "takes a range vector" in error.message:
        return "add a window behind it, as in `[5m]`"
    return ""
