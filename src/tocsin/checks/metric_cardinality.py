"""A metric's labels have few values.

## Why

Every combination of label values is a series of its own, in memory for hours. A user's or a request's id
makes as many series as there are users or requests, until Prometheus runs out of memory or of
`sample_limit`.

## Fix

Leave the label out where the metric is exposed; such questions are for logs and traces.

## References

Prometheus' instrumentation practice: not more than about ten values for a label.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.log_label_cardinality import MANY
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.nodes import Node
from tocsin.model.scope import TRAFFIC_LABELS
from tocsin.model.telemetry import Metric

CODE = "metric/cardinality"
EXAMPLES = (
    Example(
        title="a series for each user, in a block",
        finds=("user_id",),
        spec="""
services:
  shop:
    metrics:
      shop_logins_total:
        type: counter
        labels:
          result: [good, bad]
          user_id: []
        help: logins
""",
    ),
    Example(
        title="in a list",
        finds=("session",),
        spec="services: {shop: {metrics: {x_total: {type: counter, labels: [result, session], help: x}}}}",
    ),
    Example(
        title="few values",
        spec="services: {shop: {metrics: {x_total: {type: counter, labels: [endpoint, url], help: x}}}}",
    ),
)


@check(CODE, on=Metric, severity="warning")
def cardinality(metric: Metric, view: View) -> Iterator[Diagnostic]:
    """By the label's name; what tells endpoints apart is a matter of how it is filled."""
    if metric.only or not metric.origin.source.is_file:
        return
    for label in metric.labels:
        if MANY.fullmatch(label) and label not in TRAFFIC_LABELS and len(metric.labels[label]) < 3:
            yield view.finding(
                CODE,
                _place(metric.origin.at("labels"), label),
                f"the label `{label}` makes a series for each of too many values",
                help=f"leave `{label}` out of the metric; say `only: true` where it has few values",
            )


def _place(labels: Node, label: str) -> Node:
    listed = next((node for node in labels.items if node.text == label), None)
    return listed if listed is not None else labels.key_node(label)
