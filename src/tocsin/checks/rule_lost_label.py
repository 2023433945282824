"""A summary uses only labels that the alert's expression still has.

## Why

`{{ $labels.endpoint }}` is empty when `sum` has dropped the endpoint, so the page says "Errors at ".

## Fix

Keep the label (`sum by (endpoint) (...)`, or the template's `by`), or leave it out of the text. The rule's
own labels (service, severity, team, identity) are not in `$labels` unless the series have them: write them.

## References

Prometheus 3.15.0 and Loki 3.7.8: `$labels` holds the labels of the expression's element, not those of the
rule; one that is missing prints nothing.
"""

import re
from collections.abc import Iterator
from typing import TypeGuard

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.checks.promql_example import alert
from tocsin.checks.promql_labels import labels
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.diag.text import Span
from tocsin.model.alerting import Alert
from tocsin.query.logql.labels import labels_of
from tocsin.query.promql.ast import Aggregate, Expr
from tocsin.query.promql.walk import walk

CODE = "rule/lost-label"
EXAMPLES = (
    Example(
        title="in the second line of a summary",
        finds=("$labels.endpoint",),
        spec=alert(
            "sum(rate(http_requests_total[5m])) > 1",
            "summary: >-\n  too much traffic\n  at {{ $labels.endpoint }}",
        ),
    ),
    Example(
        title="of a template",
        finds=("$labels.queue",),
        spec="""
services:
  shop:
    alerts:
      Long: {severity: warning, template: threshold, of: queue_length, above: 5, aggregate: sum,
             description: "the queue {{ $labels.queue }} is long"}
""",
    ),
    Example(
        title="the rule's own label",
        finds=("$labels.severity",),
        spec=alert("sum(up) < 1", 'summary: "{{ $labels.severity }}: down"'),
    ),
    Example(
        title="labels that are kept",
        spec=alert(
            "sum by (endpoint) (rate(http_requests_total[5m])) > 1 or up == 0",
            'summary: "{{ $labels.endpoint }}{{ $labels.instance }}: {{ $value }}"',
        ),
    ),
    Example(
        title="of logs",
        finds=("$labels.level",),
        spec=alert(
            'sum(count_over_time({service_name="shop"} [5m])) > 1',
            'summary: "{{ $labels.level }}"',
            language="logql",
        ),
    ),
    Example(title="nobody knows", spec=alert("something > 1", 'summary: "{{ $labels.what }}"')),
)
_USED = re.compile(r"(?:\$labels|\.Labels)\.(\w+)")


@check(CODE, on=Expression)
def lost_label(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the texts of every alert that use labels."""
    alert = expression.alert
    if alert is None or expression.role != "alert":
        return
    used = [(node, found) for node in _texts(alert) for found in _USED.finditer(node.text)]
    if not used or expression.tree is None:
        return
    lost = _lost_in_logs if expression.language == "logql" else _lost
    for node, found in used:
        if lost(found[1], expression, view):
            yield _finding(alert, found[1], inside(node, found.start(), len(found[0])), expression, view)


def _lost(label: str, expression: Expression, view: View) -> bool:
    known = labels(expression.tree, view.index).may
    return known is not None and label not in known


def _lost_in_logs(label: str, expression: Expression, view: View) -> bool:
    return labels_of(expression.tree).has(label) is False


def _texts(alert: Alert) -> Iterator[Node]:
    """The summary, the description and the labels, as somebody wrote them."""
    for key in ("summary", "description"):
        said = alert.origin.get(key)
        if said is not None and "abels." in said.text:
            yield said
    own = alert.origin.get("labels")
    yield from (node for node in own.map.values() if "abels." in node.text) if own is not None else ()


def _finding(alert: Alert, label: str, where: Span, expression: Expression, view: View) -> Diagnostic:
    nodes = walk(expression.tree) if expression.language == "promql" else ()
    dropping = next((n for n in nodes if _drops(n, label, view)), None)
    others = []
    if dropping is not None:
        end = dropping.start + len(dropping.op)
        others = [Label(expression.place(dropping.start, end)[0], f"`{label}` is dropped here")]
    if label in alert.labels:
        message = f"`{label}` is a label of the rule, which `$labels` does not hold"
        cure = f"write `{alert.labels[label]}`, or leave it out"
    else:
        message = f"the expression of `{alert.name}` has no label `{label}`, so this is empty"
        cure = f"keep `{label}` in the expression's `by`, or leave it out of the text"
    return view.finding(CODE, where, message, others=others, help=cure)


def _drops(node: Expr, label: str, view: View) -> TypeGuard[Aggregate]:
    if not isinstance(node, Aggregate):
        return False
    below, after = labels(node.expr, view.index).may, labels(node, view.index).may
    return below is not None and label in below and after is not None and label not in after
