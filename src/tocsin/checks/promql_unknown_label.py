"""Every label that an expression matches on or groups by is declared, or set on the target.

## Why

A label that no series has is empty everywhere: `code="500"` selects nothing, `code!="200"` selects all, and
`sum by (code)` is one sum.

## Fix

Write the label that was meant, or add it to the metric's `labels`.

## Exceptions

Labels of targets (`job`, `instance`, `service`, identity, the labels of the scrape job, those of Kubernetes)
and `exported_*` are known. `label=""` says on purpose that it is not there. Nothing is said where targets
come from files or HTTP, which may bring labels of their own, nor of metrics that are not declared.

## References

Prometheus 3.15: a label that is not there equals the empty one.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.checks.promql_labels import labels
from tocsin.diag.diagnostic import Diagnostic, Label, nearest
from tocsin.model.telemetry import Metric
from tocsin.query.nodes import Name
from tocsin.query.promql.ast import Aggregate, Binary, Expr, Selector
from tocsin.query.promql.walk import selectors, walk

CODE = "promql/unknown-label"
EXAMPLES = (
    Example(
        title="in a matcher, in the second line of a block",
        finds=("code",),
        spec=alert('sum(rate(\n  http_requests_total{job="shop", code=~"5.."}[5m]\n)) > 1'),
    ),
    Example(
        title="in a grouping",
        finds=("endpiont",),
        spec=alert("sum by (endpiont, status) (rate(http_requests_total[5m])) > 1"),
    ),
    Example(
        title="in a panel's matching",
        finds=("path",),
        spec=panel(
            "sum by (endpoint) (rate(http_requests_total[5m]))\n"
            "/ on (path) sum by (endpoint) (rate(http_request_duration_seconds_count[5m]))"
        ),
    ),
    Example(
        title="an aggregation below has dropped it",
        finds=("endpoint",),
        spec=alert("max by (endpoint) (sum by (status) (rate(http_requests_total[5m]))) > 1"),
    ),
    Example(
        title="declared, of the target, made on the way",
        spec=alert("""
            sum by (endpoint, cluster, instance, le) (
              rate(http_request_duration_seconds_bucket{endpoint!="", le="0.5", service="shop", zone=""}[5m])
            ) > 1
            or sum by (kind) (label_replace(queue_length, "kind", "$1", "queue", "(.*)")) > 1
        """),
    ),
    Example(
        title="targets from a file",
        spec=alert('queue_length{rack="a"} > 1').replace(
            "    alerts:", "    scrape: {targets: [], files: [targets.json]}\n    alerts:"
        ),
    ),
)
_SYNONYMS = (
    ("status", "code", "status_code", "http_status", "response_code"),
    ("endpoint", "path", "route", "handler", "uri", "url"),
    ("method", "verb", "http_method"),
    ("instance", "host", "hostname", "node", "pod"),
    ("environment", "env", "stage"),
    ("job", "app", "application", "service"),
)


@check(CODE, on=Promql)
def unknown_label(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at matchers, groupings and vector matching."""
    if view.index.open_targets:
        return
    for node in walk(expression.tree):
        if isinstance(node, Selector):
            yield from _matched(node, expression, view)
        elif isinstance(node, Aggregate) and node.grouping is not None and not node.grouping.without:
            yield from _named(node.grouping.labels, (node.expr,), expression, view)
        elif isinstance(node, Binary) and node.matching is not None:
            if node.matching.on:
                yield from _named(node.matching.labels, (node.left, node.right), expression, view)
            one = node.right if node.matching.group == "left" else node.left
            yield from _named(node.matching.include, (one,), expression, view)


def _matched(selector: Selector, expression: Expression, view: View) -> Iterator[Diagnostic]:
    known = view.index.labels(selector)
    if known is None:
        return
    for matcher in selector.matchers:
        absent = matcher.op == "=" and not matcher.value
        if absent or _known(matcher.label, known) or expression.has_variable(matcher.start, matcher.op_start):
            continue
        name = Name(start=matcher.start, end=matcher.start + len(matcher.label), text=matcher.label)
        yield _finding(name, (selector,), known, expression, view)


def _named(
    names: tuple[Name, ...], sides: tuple[Expr, ...], expression: Expression, view: View
) -> Iterator[Diagnostic]:
    if not names:
        return
    each = [labels(side, view.index).may for side in sides]
    known: frozenset[str] = frozenset()
    for side in each:
        if side is None:
            return
        known |= side
    below = tuple(s for side in sides for s in selectors(side))
    for name in names:
        if not _known(name.text, known) and not expression.has_variable(name.start, name.end):
            yield _finding(name, below, known, expression, view)


def _known(label: str, known: frozenset[str]) -> bool:
    return label in known or label == "__name__" or label.startswith("exported_")


def _finding(
    name: Name, below: tuple[Selector, ...], known: frozenset[str], expression: Expression, view: View
) -> Diagnostic:
    metrics = {m.name: m for s in below for m in view.index.of(s)}
    near = _meant(name.text, known)
    where = " and ".join(f"`{s.metric}`" for s in {s.metric: s for s in below if s.metric}.values())
    dropped = any(name.text in (view.index.labels(s) or ()) for s in below)
    message = f"{where or 'this expression'} has no label `{name.text}`"
    if dropped:
        message = f"the label `{name.text}` was dropped below"
    return view.within(
        CODE,
        expression,
        name,
        message,
        label=f"did you mean `{near}`?" if near else "",
        others=[] if dropped else [_declared(metric) for metric in metrics.values()][:3],
        help=_help(name.text, near, dropped=dropped),
    )


def _meant(name: str, known: frozenset[str]) -> str:
    """The nearest name, or one that means the same elsewhere."""
    near = nearest(name, sorted(known))
    same = (other for group in _SYNONYMS if name in group for other in group if other in known)
    return near or next(same, "")


def _declared(metric: Metric) -> Label:
    listed = ", ".join(metric.labels) or "none"
    return Label(metric.origin.key_place().span, f"declared here with labels {listed}")


def _help(name: str, near: str, *, dropped: bool) -> str:
    if near:
        return f"write `{near}`"
    if dropped:
        return f"add `{name}` to the inner `by`"
    return f"add `{name}` to the metric's `labels`, or leave it out"
