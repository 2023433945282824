"""Every declared metric is used by an alert or a panel.

## Why

What nobody looks at is either a gap in the dashboards or a cost without use.

## Fix

Show it, alert on it, or delete it here and where it is exposed.

## Exceptions

Metrics of packs, which describe what an exporter has; `info` metrics, and what others may join.
"""

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
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:")
_SUFFIXES = ("_bucket", "_count", "_sum", "")


@check(CODE, on=Metric, severity="info")
def unused_metric(metric: Metric, view: View) -> Iterator[Diagnostic]:
    """Look the name up in what its own service says, and only then in everything."""
    if not metric.origin.source.is_file or metric.type == "info":
        return
    texts = view.context.once("texts by service", lambda: _texts(view.context))
    if _mentions(texts.get(metric.service, ""), metric.name):
        return
    everything = view.context.once("all texts", lambda: "\n".join(texts.values()))
    if not _mentions(everything, metric.name):
        yield view.finding(
            CODE,
            metric.origin.key_place(),
            f"no alert and no panel uses `{metric.name}`",
            help="show it, alert on it, or delete it",
        )


def _mentions(text: str, name: str) -> bool:
    """Whether the name, or a series of it, stands in the text as a word of its own."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if text[at - 1 : at] not in _NAME or not at:
            for suffix in _SUFFIXES:
                if (
                    text.startswith(suffix, end)
                    and text[end + len(suffix) : end + len(suffix) + 1] not in _NAME
                ):
                    return True
        at = text.find(name, end)
    return False


def _texts(context: Context) -> dict[str, str]:
    """Everything that is asked, by the service whose alert or dashboard asks it."""
    out: dict[str, list[str]] = {}
    for model in context.models():
        homes = {id(p): d.services for d in model.dashboards for row in d.rows for p in row.panels}
        for e in context.expressions(model):
            for service in (e.service,) if e.panel is None else homes[id(e.panel)] or ("",):
                out.setdefault(service, []).append(e.text)
            if e.variant is not None and e.variant.condition.offender:
                out[e.service].append(e.variant.condition.offender)
        for dashboard in model.dashboards:
            queries = [v.query for v in dashboard.variables] + [a.expr for a in dashboard.annotations]
            out.setdefault("", []).extend(queries)
    return {service: "\n".join(texts) for service, texts in out.items()}
