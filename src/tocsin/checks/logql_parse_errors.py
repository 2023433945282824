"""An alert over parsed lines leaves out those that could not be parsed.

## Why

One line that is no JSON, such as a stack trace or a line that was cut off, makes Loki refuse the whole
query: the alert is not evaluated as long as that line is in the range.

## Fix

Add `| __error__=""` behind the parser, and behind `unwrap`.

## Exceptions

Panels. `regexp`, `pattern` and `logfmt` without `--strict` never fail. Where a filter on a field's text
stands behind the parser it is a warning: most broken lines have no such field.

## References

Loki 3.7.8: `pipeline error: 'JSONParserErr' for series ...`; an error keeps its labels through every
grouping.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Logql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.logql.ast import (
    Compare,
    Drop,
    IpFilter,
    Json,
    LabelFilter,
    Logfmt,
    LogRange,
    Name,
    Stage,
    Unpack,
)
from tocsin.query.logql.walk import conditions, ranges
from tocsin.query.nodes import LabelMatcher

CODE = "logql/parse-errors"
EXAMPLES = (
    Example(
        title="no filter, in the second line",
        finds=("json",),
        spec=alert('sum(count_over_time({service_name="shop"}\n  | json [5m])) > 10', language="logql"),
    ),
    Example(
        title="a filter on a field",
        finds=("json",),
        spec=alert(
            'sum(count_over_time({service_name="shop"} | json | level="ERROR" [5m])) > 10', language="logql"
        ),
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
    for one in ranges(expression.tree):
        stages, unwrap = one.logs.stages, one.unwrap
        if unwrap is not None and not any(_handles(c) for f in unwrap.filters for c in conditions(f)):
            yield view.within(
                CODE,
                expression,
                unwrap.label,
                f"one line whose `{unwrap.label}` is no number stops this alert",
                help=f'write `| unwrap {unwrap.label} | __error__=""`',
            )
            continue
        index = next((i for i, stage in enumerate(stages) if _may_fail(stage)), None)
        if index is None or any(_clears(stage) for stage in stages[index:]) or _later(one):
            continue
        filtered = any(_text_filter(stage) for stage in stages[index:])
        yield _finding(stages[index], expression, view, filtered=filtered)


def _later(one: LogRange) -> bool:
    return one.unwrap is not None  # its own filter has been found


def _finding(stage: Stage, expression: Expression, view: View, *, filtered: bool) -> Diagnostic:
    word = type(stage).__name__.lower()
    start = expression.text.find(word, stage.start, stage.end)
    part = (start, start + len(word)) if start >= 0 else (stage.start, stage.end)
    return view.within(
        CODE,
        expression,
        part,
        "one line that does not parse stops this alert",
        severity="warning" if filtered else "error",
        help=f'write `| {word} | __error__=""`',
    )


def _may_fail(stage: Stage) -> bool:
    return isinstance(stage, Json | Unpack) or (isinstance(stage, Logfmt) and stage.strict)


def _clears(stage: Stage) -> bool:
    if isinstance(stage, Drop):
        return any((n.text if isinstance(n, Name) else n.label) == "__error__" for n in stage.labels)
    return isinstance(stage, LabelFilter) and any(_handles(c) for c in conditions(stage.condition))


def _handles(condition: object) -> bool:
    return isinstance(condition, LabelMatcher) and condition.label == "__error__"


def _text_filter(stage: Stage) -> bool:
    """A filter that a line without the field does not pass; numbers let errors through."""
    if not isinstance(stage, LabelFilter):
        return False
    return any(
        isinstance(c, LabelMatcher) and c.op in ("=", "=~") and bool(c.value)
        for c in conditions(stage.condition)
        if not isinstance(c, Compare | IpFilter)
    )
