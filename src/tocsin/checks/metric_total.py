"""What ends in `_total` is a counter.

## Why

Everybody reads `x_total` as a counter and writes `rate(x_total[5m])`; over a gauge that invents events. The
other way round, a counter that is declared as a gauge is shown as a line that only rises.

## Fix

Declare `type: counter`, or rename the metric where it is exposed.

## References

OpenMetrics: the samples of a counter end in `_total`, those of other types must not.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.telemetry import Metric

CODE = "metric/total"
EXAMPLES = (
    Example(
        title="a gauge, in a block",
        finds=("gauge",),
        spec="""
services:
  shop:
    metrics:
      shop_orders_total:
        type: gauge
        help: orders
""",
    ),
    Example(
        title="a counter",
        spec="services: {shop: {metrics: {shop_orders_total: {type: counter, help: orders}}}}",
    ),
)


@check(CODE, on=Metric, severity="warning")
def total(metric: Metric, view: View) -> Iterator[Diagnostic]:
    """By the name."""
    if metric.type == "gauge" and metric.name.endswith("_total"):
        yield view.finding(
            CODE,
            metric.origin.at("type"),
            f"`{metric.name}` is called like a counter, and declared as a gauge",
            help="write `type: counter`, or rename the metric",
        )
