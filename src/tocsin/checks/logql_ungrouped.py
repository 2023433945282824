"""Counts of parsed lines are added up.

## Why

A parser makes a label of every field, so `count_over_time({...} | json [5m])` is a series for each
combination of all fields: with a request id or a time in the line, one for each line. No count is ever
above 1, and Loki refuses the query once there are more than `max_query_series`.

## Fix

Write `sum(count_over_time(...))`, or `sum by (level) (...)`.

## Exceptions

Queries that choose their labels with `keep`, and parsers that say which fields they extract.

## References

Loki 3.7.8: range aggregations keep the labels of the stream and of the parsers.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Logql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.logql.ast import Aggregate, Expr, Json, Keep, Logfmt, Logs, RangeAggregate, Unpack
from tocsin.query.logql.walk import walk_with_parents

CODE = "logql/ungrouped"
EXAMPLES = (
    Example(
        title="an alert, over two lines",
        finds=("count_over_time",),
        spec=alert(
            'count_over_time({service_name="shop"} | json\n  | __error__="" | level="ERROR" [5m]) > 10',
            language="logql",
        ),
    ),
    Example(
        title="the greatest of too many, in a panel",
        finds=("rate",),
        spec=panel('topk(5, rate({service_name="shop"} | logfmt [$__auto]))', language="logql"),
    ),
    Example(
        title="added up, or with few labels",
        spec=panel(
            'sum by (level) (count_over_time({service_name="shop"} | json [$__auto]))\n'
            'or count_over_time({service_name="shop"} | json level="level" [$__auto])\n'
            'or count_over_time({service_name="shop"} | json | keep level [$__auto])\n'
            'or rate({service_name="shop"} |= "x" [$__auto])\n'
            'or avg_over_time({service_name="shop"} | json | unwrap duration_ms [$__auto]) by (level)',
            language="logql",
        ),
    ),
)
_KEEP_SERIES = frozenset(("topk", "bottomk", "approx_topk", "sort", "sort_desc"))


@check(CODE, on=Logql)
def ungrouped(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every range aggregation that nothing above adds up."""
    for node, above in walk_with_parents(expression.tree):
        if not isinstance(node, RangeAggregate) or node.grouping is not None or node.op == "absent_over_time":
            continue
        if _all_fields(node.range.logs) and not any(_adds_up(parent) for parent in above):
            limit = view.model.stack.max_query_series
            yield view.within(
                CODE,
                expression,
                (node.start, node.start + len(node.op)),
                "this makes a series for each combination of all fields of the lines",
                severity="warning" if expression.role == "panel" else "error",
                notes=(f"Loki refuses a result of more than {limit} series (`stack: max_query_series`)",),
                help=f"write `sum({node.op}(...))`, or `sum by (...) (...)`",
            )


def _all_fields(query: Logs) -> bool:
    """Whether a parser makes a label of every field, and all are kept."""
    every = False
    for stage in query.stages:
        if isinstance(stage, Json | Logfmt):
            every = every or not stage.extractions
        elif isinstance(stage, Unpack):
            every = True
        elif isinstance(stage, Keep):
            every = False
    return every


def _adds_up(parent: Expr) -> bool:
    return isinstance(parent, Aggregate) and parent.op not in _KEEP_SERIES
