"""Every metric in an expression is declared, recorded, or made by the engines themselves.

## Why

A misspelt name is valid PromQL: it selects nothing, the alert is silent for ever, the panel says "no data".

## Fix

Write the name that was meant, or declare the metric under its service's `metrics`.

## Exceptions

`up`, `scrape_*`, `ALERTS`, what probes answer and what is recorded are known. A selector whose name is a
regular expression or a variable is not looked at. In panels it is a warning.

## References

Prometheus 3.15: a histogram's series are called `<name>_bucket`, `<name>_count` and `<name>_sum`, a summary's
`<name>`, `<name>_count` and `<name>_sum`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.contract_index import OF_ALERTS, OF_PROBES, OF_SCRAPES, SUFFIXES, Index
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, nearest
from tocsin.query.promql.ast import Selector
from tocsin.query.promql.walk import selectors

CODE = "promql/unknown-metric"
EXAMPLES = (
    Example(
        title="misspelt, in the second line",
        finds=("http_request_total",),
        spec=alert(
            'sum(rate(http_requests_total{status="500"}[5m]))\n  / sum(rate(http_request_total[5m])) > 1'
        ),
    ),
    Example(
        title="a histogram has no series of its own name",
        finds=("http_request_duration_seconds",),
        spec=alert("max(http_request_duration_seconds) > 1"),
    ),
    Example(
        title="in a panel, named inside the braces",
        finds=('__name__="queue_size"',),
        spec=panel('sum({__name__="queue_size"})'),
    ),
    Example(
        title="declared, made by the engines, recorded, or unknowable",
        spec=alert("""
            queue_length > 1 or rate(http_request_duration_seconds_sum[5m]) > 2
            or up == 0 or scrape_duration_seconds > 9 or ALERTS{alertname="A"} or {job="shop"} > 3
            or probe_http_content_length == 0
        """),
    ),
    Example(title="a variable", spec=panel("$metric", dashboard="variables: {metric: {values: [up]}}")),
)
_MOST_ASKED = 50
_MADE = OF_SCRAPES | OF_ALERTS | OF_PROBES


@check(CODE, on=Promql)
def unknown_metric(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look every selected name up."""
    index = view.index
    for selector in selectors(expression.tree):
        name = selector.metric
        if name is None or name in index.metrics or name in _MADE or name in index.recorded:
            continue
        start, end = _named(selector)
        if expression.has_variable(start, end):
            continue
        near = _nearest(name, view)
        yield view.within(
            CODE,
            expression,
            (start, end),
            _message(name, index),
            severity="warning" if expression.role == "panel" else "error",
            label=f"did you mean `{near}`?" if near else "",
            help=f"write `{near}`"
            if near
            else "declare it under the `metrics` of the service that exposes it",
        )


def _named(selector: Selector) -> tuple[int, int]:
    if selector.name:
        return selector.start, selector.start + len(selector.name)
    matcher = next(m for m in selector.matchers if m.label == "__name__")
    return matcher.start, matcher.end


def _message(name: str, index: Index) -> str:
    metric = next(iter(index.declared.get(name, ())), None)
    if metric is None:
        return f"no metric is called `{name}`"
    listed = ", ".join(f"`{name}{suffix}`" for suffix in SUFFIXES[metric.type])
    return f"`{name}` is a {metric.type}, whose series are {listed}"


def _nearest(name: str, view: View) -> str:
    index = view.index
    if name in index.declared:
        return f"{name}_count"
    # comparing with thousands of names takes milliseconds: a typo in a profile is said a thousand times
    asked: dict[str, str] = view.context.once(("nearest", view.model.root), dict)
    if name not in asked and len(asked) < _MOST_ASKED:
        asked[name] = nearest(name, (*index.metrics, *_MADE, *index.recorded))
    return asked.get(name, "")
