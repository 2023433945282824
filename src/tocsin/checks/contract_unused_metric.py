"""Every declared metric is used by an alert or a panel.

## Why

What nobody looks at is either a gap in the dashboards or a cost without use.

## Fix

Show it, alert on it, or delete it here and where it is exposed.

## Exceptions

Metrics of packs, which describe what an exporter has; `info` metrics, and what others may join.
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.telemetry import Metric

CODE = "contract/unused-metric"
EXAMPLES = (
    Example(
        title="nobody uses it",
        finds=("shop_orders_total",),
        spec="services: {shop: {metrics: {shop_orders_total: {type: counter, help: orders}}}}",
    ),
    Example(
        title="used in an expression of several lines",
        spec="""
services:
  shop:
    metrics: {shop_orders_total: {type: counter, help: orders}}
    alerts:
      NoOrders:
        severity: warning
        expr: |
          sum(
            increase(shop_orders_total{job="shop"}[1h])
          ) == 0
""",
    ),
    Example(title="of a pack", spec="packs: [node]"),
)
_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SUFFIXES = ("_bucket", "_count", "_sum")


@check(CODE, on=Metric, severity="info")
def unused_metric(metric: Metric, view: View) -> Iterator[Diagnostic]:
    """Look the name up among all words of all expressions."""
    if not metric.origin.source.is_file or metric.type == "info":
        return
    words = view.context.once("words of all expressions", lambda: _words(view.context))
    if metric.name not in words and not any(metric.name + suffix in words for suffix in _SUFFIXES):
        yield view.finding(
            CODE,
            metric.origin.key_place(),
            f"no alert and no panel uses `{metric.name}`",
            help="show it, alert on it, or delete it",
        )


def _words(context: Context) -> frozenset[str]:
    out: set[str] = set()
    for model in context.models():
        for expression in context.expressions(model):
            out.update(_WORD.findall(expression.text))
            condition = expression.variant.condition if expression.variant else None
            out.update(_WORD.findall(condition.offender or "") if condition else ())
        for dashboard in model.dashboards:
            for variable in dashboard.variables:
                out.update(_WORD.findall(variable.query))
            for annotation in dashboard.annotations:
                out.update(_WORD.findall(annotation.expr))
    return frozenset(out)
