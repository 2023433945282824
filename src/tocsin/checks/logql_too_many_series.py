"""Lines are not counted by what differs from line to line.

## Why

A result may have as many series as `max_query_series` allows (500). Counted by a request's id or a message's
text there are soon more, and Loki refuses the query: the panel is an error, the alert is not evaluated.

## Fix

Count by something with few values (`level`, `error_type`), or by nothing, and look the lines up.

## Exceptions

Counts of which few are left over: by `topk`, by another aggregation, by `> 10`.

## References

Loki 3.7.8: `maximum number of series (500) reached for a single query`; what counts is the result, behind
`topk`, `count` and comparisons (tried).
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.checks.log_label_cardinality import MANY
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.nodes import Node
from tocsin.query.logql.ast import Aggregate, Binary, Expr, Number, RangeAggregate
from tocsin.query.logql.walk import bare, walk_with_parents

CODE = "logql/too-many-series"
EXAMPLES = (
    Example(
        title="by request, in the second line",
        finds=("request_id",),
        spec=alert(
            "sum by (level, request_id)\n"
            '  (count_over_time({service_name="shop"} | json | __error__="" [5m])) > 0',
            language="logql",
        ),
    ),
    Example(
        title="in a panel of a template",
        finds=("message",),
        spec="""
services:
  shop:
    dashboards:
      overview:
        rows:
          Logs:
            - {show: log-rate, by: [message], title: Messages}
""",
    ),
    Example(
        title="by something with few values, or few of many",
        spec=panel(
            'sum by (level) (count_over_time({service_name="shop"} | json [$__auto]))\n'
            'or topk(5, sum by (message) (count_over_time({service_name="shop"} | json [$__auto])))\n'
            'or sum by (message) (count_over_time({service_name="shop"} | json [$__auto])) > 10',
            language="logql",
        ),
    ),
)


_BY = re.compile(r"\bby\s*\(([^()]*)\)")


@check(CODE, on=Expression, severity="warning")
def too_many_series(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every grouping, by its labels' names; parse only what has such a name."""
    if expression.language != "logql" or not _in_question(expression.text) or expression.tree is None:
        return
    for node, above in walk_with_parents(expression.tree):
        grouping = node.grouping if isinstance(node, Aggregate | RangeAggregate) else None
        if grouping is None or grouping.without or any(_few_left(parent) for parent in above):
            continue
        for name in grouping.labels:
            if MANY.fullmatch(name.text) and not expression.has_variable(name.start, name.end):
                limit = view.model.stack.max_query_series
                message = (
                    f"`{name.text}` has too many values to count by: a result has at most {limit} series"
                )
                cure = f"leave `{name.text}` out"
                said = _said(expression, name.text)
                if said is not None:
                    yield view.finding(CODE, said, message, help=cure)
                else:
                    yield view.within(CODE, expression, name, message, help=cure)


def _few_left(parent: Expr) -> bool:
    """Another aggregation, or a comparison that lets only frequent ones through."""
    if isinstance(parent, Aggregate):
        return True
    limit = bare(parent.right) if isinstance(parent, Binary) and parent.op in (">", ">=") else None
    return isinstance(limit, Number) and limit.value >= 1


def _in_question(text: str) -> bool:
    return any(MANY.fullmatch(name.strip()) for found in _BY.finditer(text) for name in found[1].split(","))


def _said(expression: Expression, name: str) -> Node | None:
    """Where a template's `by` says it."""
    by = expression.origin.get("by") if expression.node is None else None
    return next((node for node in (by.items or [by]) if node.text == name), None) if by is not None else None
