"""A raw query obeys the dashboard's choice of cluster and environment.

## Why

The reader has chosen *staging* and looks at production's numbers among others, without a word on the panel.

## Fix

Add `cluster=~"$cluster", environment=~"$environment"` to the selector.

## Exceptions

A query that tells environments apart itself: `sum by (environment) (...)`. Labels that the workspace's
`identity` does not have.
"""

from collections.abc import Iterable, Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.checks.promql_example import panel as example
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.scope import PANEL_VARIABLES
from tocsin.query.nodes import LabelMatcher

CODE = "dashboard/ignores-variables"
EXAMPLES = (
    Example(
        title="all environments at once",
        finds=("up",),
        spec=example('sum(up{job="shop",cluster=~"$cluster"})'),
    ),
    Example(
        title="of two selectors one",
        finds=("queue_length",),
        spec=example('up{cluster=~"$cluster",environment=~"$environment"}\n* on (job)\nqueue_length'),
    ),
    Example(
        title="lines of all environments",
        finds=('{service_name="shop"}',),
        spec=example('sum(count_over_time({service_name="shop"}[5m]))', language="logql"),
    ),
    Example(
        title="the reader's choice",
        spec=example('sum(up{cluster=~"$cluster",environment=~"$environment"})'),
    ),
    Example(title="side by side", spec=example("sum by (cluster, environment) (up)")),
)


@check(CODE, on=Expression, severity="warning")
def ignores_variables(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Only raw queries: all others obey."""
    panel = expression.panel
    if panel is None or panel.kind != "expr" or expression.tree is None:
        return
    wanted = [label for label in PANEL_VARIABLES if label in view.model.identity]
    apart = set(_groupings(expression))
    for start, end, matchers in _selectors(expression):
        said = apart | {matcher.label for matcher in matchers}
        missing = [label for label in wanted if label not in said]
        if missing:
            where, others = expression.place(start, end)
            yield view.finding(
                CODE,
                where,
                f"this reads every {' and every '.join(missing)}, whatever the reader has chosen",
                others=others,
                help="add `" + ", ".join(f'{label}=~"${label}"' for label in missing) + "`",
            )


def _selectors(expression: Expression) -> Iterator[tuple[int, int, tuple[LabelMatcher, ...]]]:
    """(start, end, matchers) of everything that selects; a metric's place is its name."""
    if expression.language == "promql":
        from tocsin.query.promql.walk import selectors

        for one in selectors(expression.tree):
            yield one.start, one.start + len(one.name) if one.name else one.end, one.matchers
    else:
        from tocsin.query.logql.walk import log_queries

        for logs in log_queries(expression.tree):
            yield logs.start, logs.selector_end, logs.matchers


def _groupings(expression: Expression) -> Iterator[str]:
    """The labels that some aggregation of the query keeps."""
    if expression.language == "promql":
        from tocsin.query.promql.walk import walk
    else:
        from tocsin.query.logql.walk import walk  # type: ignore[assignment]
    nodes: Iterable[object] = walk(expression.tree)
    for grouping in (getattr(node, "grouping", None) for node in nodes):
        if grouping is not None and not grouping.without:
            yield from grouping.names
