"""A stream selector selects logs that somebody declares.

## Why

A misspelt service name selects nothing: the alert is silent for ever, and on `absent_over_time` it fires
for ever.

## Fix

Write the label or value that was meant, or declare the service's `logs`.

## Exceptions

Variables of a dashboard; `!=` and `!~` that leave something over. In a panel, every environment's identity is
known.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.contract_index import admits
from tocsin.checks.expression import Expression, Logql
from tocsin.checks.logql_streams import Stream, streams
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label, nearest
from tocsin.query.logql.ast import Logs
from tocsin.query.logql.walk import log_queries
from tocsin.query.nodes import LabelMatcher

CODE = "logql/unknown-stream"
EXAMPLES = (
    Example(
        title="no such service, in the second line",
        finds=('"shopp"',),
        spec=alert('sum(count_over_time(\n  {service_name="shopp"} [5m])) > 1', language="logql"),
    ),
    Example(
        title="no such label, in a panel",
        finds=("app",),
        spec=panel('sum(count_over_time({app="shop"} [$__auto]))', language="logql"),
    ),
    Example(
        title="declared, or of the identity, or a variable",
        spec=panel(
            'sum(rate({service_name=~"sh.*", cluster="eu1", environment=~"$environment"} [$__auto]))',
            language="logql",
        ),
    ),
)


@check(CODE, on=Logql)
def unknown_stream(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look for a matcher that no declared stream passes."""
    anywhere = expression.role == "panel"
    models = view.context.models() if anywhere else (view.model,)
    known = view.context.once(("streams", anywhere, view.model.root), lambda: streams(models))
    if not known:
        return
    for query in log_queries(expression.tree):
        matchers = [m for m in query.matchers if not expression.has_variable(m.start, m.end)]
        left = known
        for matcher in matchers:
            passing = tuple(s for s in left if admits(matcher, s.labels.get(matcher.label, "")))
            if not passing:
                yield _finding(query, matcher, left, known, expression, view)
                break
            left = passing


def _finding(
    query: Logs,
    matcher: LabelMatcher,
    left: tuple[Stream, ...],
    known: tuple[Stream, ...],
    expression: Expression,
    view: View,
) -> Diagnostic:
    names = sorted({label for stream in known for label in stream.labels})
    if matcher.label not in names:
        near = nearest(matcher.label, names)
        part = matcher.start, matcher.start + len(matcher.label)
        message = f"no log stream has the label `{matcher.label}`"
        cure = f"they have {', '.join(f'`{name}`' for name in names)}"
    else:
        values = sorted({stream.labels.get(matcher.label, "") for stream in left} - {""})
        near = nearest(matcher.value, values)
        part = matcher.value_start, matcher.end
        message = f"no log stream has `{matcher.plain}`"
        if matcher is not query.matchers[0]:
            message += " beside the other labels"
        cure = f"it can be {', '.join(f'`{value}`' for value in values[:8])}"
    return view.within(
        CODE,
        expression,
        part,
        message,
        label=f"did you mean `{near}`?" if near else "",
        others=[Label(s.logs.origin.key_place().span, "declared here") for s in left[:1]] if near else (),
        help=f"write `{near}`" if near else cure,
    )
