"""A matcher on `le` names a bucket that the histogram has, as Prometheus spells it.

## Why

`le="3"` selects nothing when the buckets end at 2.5 and 5, and `le="1"` selects nothing since Prometheus 3
writes `1.0`. The share of slow requests is then empty, not wrong, and nobody is told.

## Fix

Use an edge of the histogram's buckets, spelt so that both forms match: `le=~"1|1.0"`. The template
`slow-share` does it by itself.

## References

Prometheus 3.0 and later: `le` of a scraped histogram is normalised to a float (`1` becomes `1.0`, `1000000`
becomes `1e+06`).
"""

import math
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.contract_index import admits
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.telemetry import Metric
from tocsin.query.nodes import LabelMatcher
from tocsin.query.numbers import bucket_edge
from tocsin.query.promql.walk import selectors
from tocsin.spec.values import number_text

CODE = "promql/no-bucket"
EXAMPLES = (
    Example(
        title="no such edge, in the second line",
        finds=('"3"',),
        spec=alert(
            "sum(rate(http_request_duration_seconds_count[5m]))\n"
            '  - sum(rate(http_request_duration_seconds_bucket{le="3"}[5m])) > 1'
        ),
    ),
    Example(
        title="an edge as Prometheus 2 spelt it",
        finds=('"1"',),
        spec=panel('sum(rate(http_request_duration_seconds_bucket{le="1"}[5m]))'),
    ),
    Example(
        title="an edge, in either form",
        spec=alert(
            'sum(rate(http_request_duration_seconds_bucket{le="0.5"}[5m])) > 1'
            ' or sum(rate(http_request_duration_seconds_bucket{le=~"1|1.0"}[5m])) > 1'
            ' or sum(rate(http_request_duration_seconds_bucket{le="+Inf"}[5m])) > 1'
        ),
    ),
)


@check(CODE, on=Promql)
def no_bucket(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the matchers on `le`."""
    for selector in selectors(expression.tree):
        for matcher in selector.matchers:
            if matcher.label != "le" or matcher.op not in ("=", "=~"):
                continue
            metrics = [m for m in view.index.of(selector) if m.type == "histogram" and m.buckets]
            edges = {edge for m in metrics for edge in m.buckets}
            if not edges or expression.has_variable(matcher.start, matcher.end):
                continue
            if not any(admits(matcher, bucket_edge(edge)) for edge in (*edges, math.inf)):
                yield _finding(matcher, sorted(edges), metrics[0], expression, view)


def _finding(
    matcher: LabelMatcher, edges: list[float], metric: Metric, expression: Expression, view: View
) -> Diagnostic:
    meant = next((edge for edge in edges if admits(matcher, number_text(edge))), None)
    if meant is not None:
        stored = bucket_edge(meant)
        message = f"Prometheus 3 writes this bucket's edge as `{stored}`"
        cure = f'write `le=~"{number_text(meant)}|{stored}"`'
    else:
        listed = ", ".join(number_text(edge) for edge in edges)
        message = f"`{metric.name}` has no bucket that ends at `{matcher.value}`"
        cure = f"use one of its edges ({listed}), or add one to its `buckets`"
    declared = Label(metric.origin.at("buckets").span, "the buckets are declared here")
    part = matcher.value_start, matcher.end
    return view.within(CODE, expression, part, message, others=(declared,), help=cure)
