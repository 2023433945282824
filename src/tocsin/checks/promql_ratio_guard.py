"""A ratio of events is judged only when there were enough of them.

## Why

Two failures among thirty requests at night are 7 %: a ratio alone wakes somebody for two failures.

## Fix

Add a count: `and sum(increase(failures_total[5m])) >= 10`. The templates `error-ratio`, `failure-share` and
`slow-share` have `min_events`.

## Exceptions

Ratios that are compared with `<`, of gauges, of seconds or bytes, or beside a condition (`and`, or `> n` on
the denominator) that counts events.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import COMPARISONS, Binary, Call, Expr, Paren
from tocsin.query.promql.walk import bare, selectors, walk

CODE = "promql/ratio-guard"
EXAMPLES = (
    Example(
        title="a ratio alone, over two lines",
        finds=("/",),
        spec=alert(
            'sum(rate(http_requests_total{status=~"5.."}[5m]))\n  / sum(rate(http_requests_total[5m])) > 0.05'
        ),
    ),
    Example(
        title="the other way round",
        finds=("/",),
        spec=alert(
            '1 - sum(rate(http_requests_total{status="200"}[5m])) / sum(rate(http_requests_total[5m])) >= 0.1'
            ' and on () up{job="shop"} == 1'
        ),
    ),
    Example(
        title="with a count",
        spec=alert("""
            (
              sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.05
              and sum(increase(http_requests_total{status=~"5.."}[5m])) >= 10
            )
            or
              sum(rate(http_requests_total{status=~"5.."}[5m]))
              / (sum(rate(http_requests_total[5m])) > 1) > 0.05
            or sum(queue_length) / sum(up) > 100
        """),
    ),
)
_EVENTS = frozenset({"rate", "irate", "increase", "count_over_time"})


@check(CODE, on=Promql, severity="warning")
def ratio_guard(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every alternative of a raw alert: the conditions that hold together."""
    if expression.role != "alert":
        return
    for conditions in _alternatives(expression.tree):
        for one in conditions:
            ratio = _ratio(one, view)
            others = [c for c in conditions if c is not one]
            if ratio is not None and not any(_counts(c) for c in (*others, bare(ratio.right))):
                yield view.within(
                    CODE,
                    expression,
                    (ratio.op_start, ratio.op_end),
                    "this ratio is judged however few events there were",
                    help="add `and sum(increase(...[5m])) >= 10`, or use a template with `min_events`",
                )


def _alternatives(expr: Expr) -> Iterator[tuple[Expr, ...]]:
    """The conditions that must hold together, for each side of every `or`."""
    expr = bare(expr)
    if isinstance(expr, Binary) and expr.op == "or":
        yield from _alternatives(expr.left)
        yield from _alternatives(expr.right)
    elif isinstance(expr, Binary) and expr.op in ("and", "unless"):
        for left in _alternatives(expr.left):
            yield (*left, expr.right)
    else:
        yield (expr,)


def _ratio(condition: Expr, view: View) -> Binary | None:
    """The quotient of two counts of events that a condition finds too large."""
    condition = bare(condition)
    if not isinstance(condition, Binary) or condition.op not in (">", ">="):
        return None
    for node in _signal(condition.left):
        if not isinstance(node, Binary) or node.op != "/" or not (_rated(node.left) and _rated(node.right)):
            continue
        measured = (m for s in selectors(node) for m in view.index.of(s) if m.type == "counter")
        if not any(m.unit in ("seconds", "bytes") for m in measured):
            return node
    return None


def _signal(expr: Expr) -> Iterator[Expr]:
    """What is calculated at the top, not what is inside of functions and aggregations."""
    yield expr
    if isinstance(expr, Paren):
        yield from _signal(expr.expr)
    elif isinstance(expr, Binary) and expr.op in "+-*/":
        yield from _signal(expr.left)
        yield from _signal(expr.right)


def _rated(expr: Expr) -> bool:
    return any(isinstance(node, Call) and node.name in _EVENTS for node in walk(expr))


def _counts(condition: Expr) -> bool:
    return any(
        isinstance(node, Binary) and node.op in COMPARISONS and _rated(node) for node in walk(condition)
    )
