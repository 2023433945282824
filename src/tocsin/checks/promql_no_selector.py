"""A raw alert expression selects its own service's series.

## Why

Templates pin their selectors to the service; an expression is taken as it is. `up == 0` under the service
`shop` fires for everybody's targets and pages the shop's team.

## Fix

Add `job="<service>"`, or what the service's `select` says.

## Exceptions

Alerts of no service, `ALERTS`, and series that are matched `on (job)`, `on (service)` or `on (instance)` with
others. A series that only this service has is a warning: another service may come to have it.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.contract_index import OF_ALERTS, OF_PROBES, OF_SCRAPES
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert
from tocsin.diag.diagnostic import Diagnostic, Label, Severity
from tocsin.query.promql.ast import Binary, Expr, Selector
from tocsin.query.promql.walk import walk_with_parents

CODE = "promql/no-selector"
EXAMPLES = (
    Example(title="everybody's targets", finds=("up",), spec=alert("up == 0")),
    Example(
        title="one of two selectors, in the second line",
        finds=("http_requests_total",),
        spec=alert(
            'sum(rate(http_requests_total{job="shop", status="500"}[5m]))\n'
            '  / sum(rate(http_requests_total{status!=""}[5m])) > 0.05'
        ),
    ),
    Example(title="any job is none", finds=("up",), spec=alert('up{job=~".+"} == 0')),
    Example(
        title="pinned",
        spec=alert("""
            sum(rate(http_requests_total{job="shop"}[5m])) > 1
            or up{job=~"shop|pay"} == 0
            or probe_success{instance="https://shop.example.org"} == 0
            or queue_length{job="shop"} > 1 unless on (instance) up == 0
        """),
    ),
    Example(
        title="what the service's `select` says",
        spec=alert('queue_length{app="shop"} > 5').replace(
            "    alerts:", "    select: 'app=\"shop\"'\n    alerts:"
        ),
    ),
)
_TARGET = frozenset(("job", "service", "instance"))
_ANYTHING = (".*", ".+", "")


@check(CODE, on=Promql)
def no_selector(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the selectors of a service's own alerts; the first is told, the others are labels."""
    if expression.role == "panel" or not expression.service:
        return
    loose = [
        node
        for node, above in walk_with_parents(expression.tree)
        if isinstance(node, Selector) and not _pinned(node, view) and not _joined(above)
    ]
    if not loose:
        return
    first, service = loose[0], view.model.services[expression.service]
    own = service.metrics.get(first.metric or "") or next(iter(view.index.of(first)), None)
    wanted = ", ".join(str(m) for m in own.matchers) if own else f'job="{_job(view, expression.service)}"'
    severity: Severity = "error"
    homes = {m.service for m in view.index.of(first)}
    if len(homes) == 1 and first.metric not in OF_SCRAPES | OF_PROBES:
        severity, fact = "warning", f"`{first.metric}` is selected wherever it comes from"
    else:
        fact = f"`{first.metric}` is selected of all services"
    others = [Label(expression.place(*_name(node))[0], "and here") for node in loose[1:4]]
    yield view.within(
        CODE,
        expression,
        _name(first),
        f"{fact}, not only of `{expression.service}`",
        severity=severity,
        others=others,
        help=f"add `{wanted}`",
    )


def _job(view: View, service: str) -> str:
    scrapes = view.model.services[service].scrapes
    return scrapes[0].job if scrapes else service


def _name(selector: Selector) -> tuple[int, int]:
    return selector.start, (selector.start + len(selector.name)) if selector.name else selector.end


def _pinned(selector: Selector, view: View) -> bool:
    name = selector.metric
    matched = {m.label for m in selector.matchers if m.value not in _ANYTHING}
    if name is None or name in OF_ALERTS:
        return True
    metrics = view.index.of(selector)
    if not metrics:
        known = name in OF_SCRAPES | OF_PROBES or name in view.index.recorded
        return not known or bool(matched & _TARGET)
    return bool(matched & _TARGET) or any(
        {m.label for m in metric.matchers} <= matched for metric in metrics if metric.matchers
    )


def _joined(above: tuple[Expr, ...]) -> bool:
    """Something above matches it with series that are pinned themselves."""
    return any(
        isinstance(node, Binary)
        and node.matching is not None
        and node.matching.on
        and bool(_TARGET & set(node.matching.names))
        for node in above
    )
