"""Counts of lines are added up.

## Why

A parser makes a label of every field, so `count_over_time({...} | json [5m])` is a series for each
combination of all fields: with a request id in the line, one for each line. No count is ever above 1, and
`> 10` never holds. Without a parser the same follows from structured metadata, such as the request and
trace ids that the collector finds.

## Fix

Write `sum(count_over_time(...))`, or `sum by (level) (...)`.

## Exceptions

`absent_over_time`; queries that choose their labels with `keep`; parsers that say which fields they
extract, of logs without ids.

## References

Loki 3.7.8: range aggregations keep the labels of the stream, of structured metadata and of parsers (tried).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Logql
from tocsin.checks.log_label_cardinality import MANY
from tocsin.checks.logql_streams import selected, streams
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.logql.ast import Aggregate, Expr, Json, Keep, Logfmt, Logs, RangeAggregate, Unpack
from tocsin.query.logql.walk import walk_with_parents
from tocsin.render.log_parsing import metadata_fields

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
        title="structured metadata",
        finds=("count_over_time",),
        spec=alert('count_over_time({service_name="shop"} |= "refused" [5m]) > 10', language="logql").replace(
            "    alerts:", "    logs: {fields: {request_id: optional}}\n    alerts:"
        ),
    ),
    Example(
        title="added up, or with few labels",
        spec=panel(
            'sum by (level) (count_over_time({service_name="shop"} | json [$__auto]))\n'
            'or count_over_time({service_name="shop"} | json level="level" [$__auto])\n'
            'or count_over_time({service_name="shop"} | json | keep level [$__auto])\n'
            'or sum(rate({service_name="shop"} |= "x" [$__auto]))\n'
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
        if any(_adds_up(parent) for parent in above):
            continue
        logs = node.range.logs
        what = "of all fields" if _all_fields(logs) else _ids(logs, view)
        if not what:
            continue
        limit = view.model.stack.max_query_series
        yield view.within(
            CODE,
            expression,
            (node.start, node.start + len(node.op)),
            f"this makes a series for each combination {what}",
            severity="warning" if expression.role == "panel" else "error",
            notes=(f"Loki refuses a result of more than {limit} series (`stack: max_query_series`)",),
            help=f"write `sum({node.op}(...))`, or `sum by (...) (...)`",
        )


def _ids(query: Logs, view: View) -> str:
    """The declared fields that the collector makes structured metadata of; none where `keep` chooses."""
    if any(isinstance(stage, Keep) for stage in query.stages):
        return ""
    known = view.context.once(("streams", False, view.model.root), lambda: streams((view.model,)))
    wanted = view.context.once(("metadata", view.model.root), lambda: set(metadata_fields(view.model)))
    found = sorted(
        {f for s in selected(query, known) for f in s.logs.fields if f in wanted and MANY.fullmatch(f)}
    )
    return f"of {' and '.join(f'`{name}`' for name in found[:2])}" if found else ""


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
