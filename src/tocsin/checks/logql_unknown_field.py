"""A filter, grouping or `unwrap` behind a parser names a field that the logs have.

## Why

A field that no line has is empty: `| json | lvl="ERROR"` finds nothing, and `sum by (lvl)` is one sum.

## Fix

Write the field that was meant, or add it to the `fields` of the service's `logs`.

## Exceptions

Logs that declare no fields, nested fields (`request_method` of `request`), labels that the query makes
itself, and what Loki and the collector add (`detected_level`, `trace_id`, ...).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Logql
from tocsin.checks.logql_streams import METADATA, PARSERS, Stream, made, parsed, selected, streams
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label, nearest
from tocsin.query.logql.ast import (
    Aggregate,
    Condition,
    Expr,
    Junction,
    LabelFilter,
    LabelReplace,
    Logs,
    RangeAggregate,
)
from tocsin.query.logql.walk import conditions, log_queries, walk

CODE = "logql/unknown-field"
EXAMPLES = (
    Example(
        title="in a filter, in the second line",
        finds=("lvl",),
        spec=alert(
            'sum(count_over_time({service_name="shop"}\n  | json | lvl="ERROR" | __error__="" [5m])) > 1',
            language="logql",
        ),
    ),
    Example(
        title="in a grouping",
        finds=("error_typ",),
        spec=panel(
            'sum by (error_typ) (count_over_time({service_name="shop"} | json [$__auto]))', language="logql"
        ),
    ),
    Example(
        title="unwrapped",
        finds=("duration",),
        spec=panel(
            'avg_over_time({service_name="shop"} | json | unwrap duration [$__auto]) by (level)',
            language="logql",
        ),
    ),
    Example(
        title="declared, nested, made, added",
        spec=alert(
            'sum by (level, kind, detected_level, cluster) (count_over_time({service_name="shop"} | json '
            '| label_format kind=error_type | error_type_name="x" | duration_ms > 5 [5m])) > 1',
            language="logql",
        ),
    ),
    Example(
        title="not parsed",
        spec=panel('count_over_time({service_name="shop"} | k8s="x" [$__auto])', language="logql"),
    ),
)


@check(CODE, on=Logql, severity="warning")
def unknown_field(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at what stands behind the parsers."""
    known = view.context.once(("streams", False, view.model.root), lambda: streams((view.model,)))
    queries = log_queries(expression.tree)
    for query in queries:
        if not parsed(query):
            continue
        found = selected(query, known)
        if not found or not all(s.logs.fields for s in found):
            continue
        names = {*METADATA, *made(query), *(f for s in found for f in (*s.logs.fields, *s.labels))}
        used = [*_filtered(query), *(_grouped(expression.tree) if len(queries) == 1 else ())]
        for name, start in used:
            bare = name.removesuffix("_extracted")
            nested = any(bare.startswith(f"{field}_") for s in found for field in s.logs.fields)
            if bare in names or nested or expression.has_variable(start, start + len(name)):
                continue
            yield _finding(name, start, found, expression, view)


def _filtered(query: Logs) -> Iterator[tuple[str, int]]:
    """Labels in filters that stand behind a parser."""
    behind = False
    for stage in query.stages:
        behind = behind or isinstance(stage, PARSERS)
        if behind and isinstance(stage, LabelFilter):
            yield from _labels(stage.condition)


def _labels(condition: Condition) -> Iterator[tuple[str, int]]:
    for one in conditions(condition):
        if not isinstance(one, Junction):
            yield one.label, one.start


def _grouped(tree: Expr) -> Iterator[tuple[str, int]]:
    """Labels of groupings and of `unwrap`; none where the expression makes labels outside of the query."""
    nodes = list(walk(tree))
    if any(isinstance(node, LabelReplace) for node in nodes):
        return
    for node in nodes:
        grouping = node.grouping if isinstance(node, Aggregate | RangeAggregate) else None
        if grouping is not None and not grouping.without:
            yield from ((name.text, name.start) for name in grouping.labels)
        unwrap = node.range.unwrap if isinstance(node, RangeAggregate) else None
        if unwrap is not None:
            yield unwrap.label.text, unwrap.label.start
            for condition in unwrap.filters:
                yield from _labels(condition)


def _finding(
    name: str, start: int, found: tuple[Stream, ...], expression: Expression, view: View
) -> Diagnostic:
    fields = [field for s in found for field in s.logs.fields]
    near = nearest(name, fields)
    place = found[0].logs.origin.get("fields") or found[0].logs.origin
    return view.within(
        CODE,
        expression,
        (start, start + len(name)),
        f"these logs have no field `{name}`",
        label=f"did you mean `{near}`?" if near else "",
        others=(Label(place.key_place().span, "their fields are declared here"),),
        help=f"write `{near}`" if near else f"add `{name}: optional` to the `fields` of the logs",
    )
