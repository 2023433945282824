"""An alert's LogQL gives numbers, not lines.

## Why

Loki accepts a rule with a log query and then fails at every evaluation, which only its own log says.

## Fix

Count the lines: `sum(count_over_time({...} |= "error" [5m])) > 0`.

## References

Loki 3.7.8: `lokitool rules check` does not notice it, the ruler does (tried).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Logql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.logql.ast import Logs

CODE = "logql/log-query"
EXAMPLES = (
    Example(
        title="lines, over two lines",
        finds=('{service_name="shop"}',),
        spec=alert('{service_name="shop"}\n  |= "error"', language="logql"),
    ),
    Example(
        title="a count of lines",
        spec=alert('sum(count_over_time({service_name="shop"} |= "error" [5m])) > 0', language="logql"),
    ),
    Example(title="in a panel", spec=panel('rate({service_name="shop"}[$__auto])', language="logql")),
)


@check(CODE, on=Logql)
def log_query(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the outermost part of an alert's expression."""
    tree = expression.tree
    if expression.role == "alert" and isinstance(tree, Logs):
        end = tree.selector_end or tree.end
        yield view.within(
            CODE,
            expression,
            (tree.start, end),
            "this gives lines, and an alert needs a number",
            help="write `sum(count_over_time(... [5m])) > 0`",
        )
