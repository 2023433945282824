"""An alert over parsed lines leaves out those that could not be parsed.

## Why

One line that is no JSON, such as a stack trace or a line that was cut off, makes Loki refuse the whole
query: the alert is not evaluated as long as that line is in the range.

## Fix

Add `| __error__=""` behind the parser, and behind `unwrap`.

## Exceptions

Panels. `regexp`, `pattern` and `logfmt` without `--strict` never fail. A filter such as `level="ERROR"`
leaves out broken lines; then it is a warning, and only where the grouping wants further fields, which a
line that was cut off may lack. A plain `sum` over a parser without a filter does not parse at all: a
warning.

## References

Loki 3.7.8 (tried): `pipeline error: 'JSONParserErr' for series ...` where a grouping, `!=` or `unwrap`
meets a broken line; filters with `=`, `=~` and numbers leave it out.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Logql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Severity
from tocsin.query.logql.ast import (
    Aggregate,
    Compare,
    Drop,
    Expr,
    Json,
    LabelFilter,
    Logfmt,
    Name,
    RangeAggregate,
    Stage,
    Unpack,
)
from tocsin.query.logql.walk import conditions, walk_with_parents
from tocsin.query.nodes import LabelMatcher

CODE = "logql/parse-errors"
EXAMPLES = (
    Example(
        title="no filter, in the second line",
        finds=("json",),
        spec=alert(
            'sum by (level) (count_over_time({service_name="shop"}\n  | json [5m])) > 10', language="logql"
        ),
    ),
    Example(
        title="a filter that lets broken lines through",
        finds=("json",),
        spec=alert(
            'sum(count_over_time({service_name="shop"} | json | level!="INFO" [5m])) > 10', language="logql"
        ),
    ),
    Example(
        title="a field that a line which was cut off lacks",
        finds=("json",),
        spec=alert(
            'sum by (error_type) (count_over_time({service_name="shop"} | json | level="ERROR" [5m])) > 10',
            language="logql",
        ),
    ),
    Example(
        title="a parser for nothing",
        finds=("json",),
        spec=alert('sum(count_over_time({service_name="shop"} | json [5m])) > 10', language="logql"),
    ),
    Example(
        title="a number that is none",
        finds=("duration_ms",),
        spec=alert(
            'max_over_time({service_name="shop"} | json | __error__="" | unwrap duration_ms [5m])'
            " by (level) > 9",
            language="logql",
        ),
    ),
    Example(
        title="left out",
        spec=alert(
            'sum(count_over_time({service_name="shop"} | json | __error__="" | level="ERROR" [5m])) > 10'
            ' or max_over_time({service_name="shop"} | json | unwrap duration_ms | __error__="" [5m])'
            " by (level) > 9"
            ' or sum by (level) (count_over_time({service_name="shop"} | json | level="ERROR" [5m])) > 10'
            ' or sum(count_over_time({service_name="shop"} | pattern "<a> <b>" | a="x" [5m])) > 10',
            language="logql",
        ),
    ),
    Example(
        title="in a panel",
        spec=panel('sum(count_over_time({service_name="shop"} | json [5m]))', language="logql"),
    ),
)


@check(CODE, on=Logql)
def parse_errors(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the stages of every range."""
    if expression.role == "panel":
        return
    for node, above in walk_with_parents(expression.tree):
        if not isinstance(node, RangeAggregate):
            continue
        stages, unwrap = node.range.logs.stages, node.range.unwrap
        if unwrap is None:
            yield from _parsed(stages, _grouped(above), expression, view)
        elif not any(_handles(c) for f in unwrap.filters for c in conditions(f)):
            yield view.within(
                CODE,
                expression,
                unwrap.label,
                f"one line whose `{unwrap.label}` is no number stops this alert",
                help=f'write `| unwrap {unwrap.label} | __error__=""`',
            )


def _grouped(above: tuple[Expr, ...]) -> frozenset[str] | None:
    """The labels that are wanted of the lines; None: all, or nobody knows which."""
    inner = next((node for node in reversed(above) if isinstance(node, Aggregate)), None)
    if inner is None or (inner.grouping is not None and inner.grouping.without):
        return None
    return frozenset(inner.grouping.names) if inner.grouping is not None else frozenset()


def _parsed(
    stages: tuple[Stage, ...], wanted: frozenset[str] | None, expression: Expression, view: View
) -> Iterator[Diagnostic]:
    """What the first parser that may fail does to the alert."""
    index = next((i for i, stage in enumerate(stages) if _may_fail(stage)), None)
    if index is None or any(_clears(stage) for stage in stages[index:]):
        return
    filters = [c for s in stages[index:] if isinstance(s, LabelFilter) for c in conditions(s.condition)]
    labels = {c.label for c in filters if isinstance(c, LabelMatcher | Compare) and _leaves_out(c)}
    message = "one line that does not parse stops this alert"
    severity: Severity = "error"
    if labels:
        if wanted is not None and wanted <= labels | set(view.model.identity) | {"service_name"}:
            return
        message, severity = "one line that was cut off stops this alert", "warning"
    elif not filters and wanted == frozenset():
        message, severity = "lines that do not parse are counted as well", "warning"
    yield _finding(stages[index], message, severity, expression, view)


def _finding(
    stage: Stage, message: str, severity: Severity, expression: Expression, view: View
) -> Diagnostic:
    word = type(stage).__name__.lower()
    start = expression.text.find(word, stage.start, stage.end)
    part = (start, start + len(word)) if start >= 0 else (stage.start, stage.end)
    cure = f'write `| {word} | __error__=""`'
    return view.within(CODE, expression, part, message, severity=severity, help=cure)


def _may_fail(stage: Stage) -> bool:
    return isinstance(stage, Json | Unpack) or (isinstance(stage, Logfmt) and stage.strict)


def _clears(stage: Stage) -> bool:
    if isinstance(stage, Drop):
        return any((n.text if isinstance(n, Name) else n.label) == "__error__" for n in stage.labels)
    return isinstance(stage, LabelFilter) and any(_handles(c) for c in conditions(stage.condition))


def _handles(condition: object) -> bool:
    return isinstance(condition, LabelMatcher) and condition.label == "__error__"


def _leaves_out(condition: LabelMatcher | Compare) -> bool:
    """A filter that a line without the field does not pass."""
    if isinstance(condition, Compare):
        return True
    return condition.op in ("=", "=~") and bool(condition.value)
