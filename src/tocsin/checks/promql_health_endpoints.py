"""Health and metrics endpoints are not counted as traffic.

## Why

Probes and scrapes succeed many times a minute. At night they are most of the requests: a service that fails
for all its users still looks healthy, and a rate never falls to zero.

## Fix

Leave them out, as templates do: `endpoint!~"/(health|ready|live|metrics).*"`.

## Exceptions

Metrics that say `traffic: false`, selectors that say something of the endpoint, counts of failures alone, and
results that keep the endpoint apart.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.scope import NOT_TRAFFIC, TRAFFIC_LABELS
from tocsin.query.promql.ast import Aggregate, Call, Expr, Selector
from tocsin.query.promql.walk import walk_with_parents

CODE = "promql/health-endpoints"
EXAMPLES = (
    Example(
        title="in the second line of a ratio",
        finds=("http_requests_total",),
        spec=alert(
            'sum(rate(http_requests_total{endpoint!~"/health.*", status=~"5.."}[5m]))\n'
            "  / sum(rate(http_requests_total[5m])) > 0.05"
        ),
    ),
    Example(
        title="a panel", finds=("http_requests_total",), spec=panel("sum(rate(http_requests_total[5m]))")
    ),
    Example(
        title="left out, or kept apart, or only failures",
        spec=alert("""
            sum(rate(http_requests_total{endpoint!~"/(health|metrics).*"}[5m])) > 100
            or sum by (endpoint) (rate(http_requests_total[5m])) > 100
            or sum(rate(http_requests_total{status=~"5.."}[5m])) > 1
        """),
    ),
    Example(
        title="not traffic",
        spec=alert(
            "sum(rate(jobs_total[5m])) > 1",
            metrics="jobs_total: {type: counter, labels: [path], traffic: false, help: jobs}",
        ),
    ),
)
_COUNTERS_ONLY = frozenset({"rate", "irate", "increase"})
_OUTCOMES = frozenset(("status", "code", "status_code", "result", "outcome", "error", "reason"))


@check(CODE, on=Promql, severity="warning")
def health_endpoints(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every rate of traffic; the first is told, the others are labels."""
    found = [
        (node, label)
        for node, above in walk_with_parents(expression.tree)
        if isinstance(node, Selector) and any(isinstance(a, Call) and a.name in _COUNTERS_ONLY for a in above)
        for label in _counted(node, above, view)
    ]
    if found:
        first, label = found[0]
        others = [Label(expression.place(*_name(node))[0], "and here") for node, _ in found[1:4]]
        yield view.within(
            CODE,
            expression,
            _name(first),
            f"health and metrics endpoints are counted in `{first.metric}`",
            others=others,
            help=f'add `{label}!~"{NOT_TRAFFIC}"`',
        )


def _counted(selector: Selector, above: tuple[Expr, ...], view: View) -> tuple[str, ...]:
    """The label by which the endpoints could be left out, and are not."""
    metrics = [
        m for m in view.index.of(selector) if m.traffic and m.type in ("counter", "histogram", "summary")
    ]
    matched = {m.label for m in selector.matchers}
    if not metrics or any(m.op in ("=", "=~") and m.label in _OUTCOMES for m in selector.matchers):
        return ()
    labels = [label for label in TRAFFIC_LABELS if any(label in m.labels for m in metrics)]
    if not labels or matched & set(labels) or any(_apart(node, labels) for node in above):
        return ()
    return (labels[0],)


def _apart(node: Expr, labels: list[str]) -> bool:
    if not isinstance(node, Aggregate) or node.grouping is None:
        return False
    return bool(set(labels) & set(node.grouping.names)) != node.grouping.without


def _name(selector: Selector) -> tuple[int, int]:
    return selector.start, (selector.start + len(selector.name)) if selector.name else selector.end
