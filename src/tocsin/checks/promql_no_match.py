"""The two sides of an operator can find partners.

## Why

Prometheus joins only series with the same labels. `sum by (endpoint) (a) / sum(b)` has labels on one side and
none on the other: no partner, no result, no alert.

## Fix

Group both sides alike, or say what is matched: `/ on (job) group_left ()`, or
`/ ignoring (endpoint) group_left ()`.

## Exceptions

Only what is certain is told: declared labels that one side must have and the other cannot have, or a label
that is fixed to different values. `or` joins nothing.

## References

Prometheus 3.15: vector matching compares all labels but the name, or those of `on`, or all but those of
`ignoring`; an `unless` without partners takes nothing away.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.contract_index import Index
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.checks.promql_labels import Labels, labels
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.query.nodes import Matching
from tocsin.query.promql.ast import Binary
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import walk

CODE = "promql/no-match"
EXAMPLES = (
    Example(
        title="a ratio of different groupings, in the second line",
        finds=("/",),
        spec=alert(
            'sum by (endpoint) (rate(http_requests_total{status="500"}[5m]))\n'
            "/ sum(rate(http_requests_total[5m])) > 0.05"
        ),
    ),
    Example(
        title="a condition that never meets",
        finds=("and",),
        spec=alert('up{job="shop"} == 0 and sum(rate(http_requests_total[5m])) > 1'),
    ),
    Example(
        title="different jobs, in a panel",
        finds=("and",),
        spec=panel('up{job="shop"} and probe_success{job="shop-probe"}'),
    ),
    Example(
        title="a label that only one side has",
        finds=("* on (queue)",),
        spec=alert("http_requests_total * on (queue) group_left () queue_length > 1"),
    ),
    Example(
        title="the same labels, or said which",
        spec=alert("""
            sum by (endpoint) (rate(http_requests_total{status="500"}[5m]))
              / sum by (endpoint) (rate(http_requests_total[5m])) > 0.05
            or sum by (endpoint) (rate(http_requests_total[5m]))
              / on () group_left () sum(rate(http_requests_total[5m])) > 0.5
            or up == 0 and on (job) sum by (job) (up) > 1
            or queue_length > 5 unless on (instance) up == 0
        """),
    ),
    Example(title="nobody knows", spec=panel("sum by (a) (something) / sum by (a) (other)")),
)


@check(CODE, on=Promql)
def no_match(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at every operator between vectors."""
    for node in walk(expression.tree):
        if not isinstance(node, Binary):
            continue
        why = clash(node, view.index, fixed="$" not in expression.text)
        if why:
            yield _finding(node, why, expression, view)


def clash(node: Binary, index: Index, *, fixed: bool = True) -> str:
    """Why no series of one side ever equals one of the other; empty when they may, or nobody knows."""
    if node.op == "or" or node.fill is not None or "scalar" in (type_of(node.left), type_of(node.right)):
        return ""
    left, right = _matched(labels(node.left, index), labels(node.right, index), node.matching)
    return _clash(left, right, fixed=fixed)


def _matched(left: Labels, right: Labels, matching: Matching | None) -> tuple[Labels, Labels]:
    """What is compared of each side."""
    if matching is None:
        return left, right
    names = frozenset(matching.names)
    return (
        (left.only(names), right.only(names)) if matching.on else (left.without(names), right.without(names))
    )


def _clash(left: Labels, right: Labels, *, fixed: bool) -> str:
    for one, other, side in ((left, right, "right"), (right, left, "left")):
        missing = sorted(one.must - other.may) if other.may is not None else []
        if missing:
            return f"the {side} side never has the label `{missing[0]}`, the other always has"
    if fixed:
        for name in sorted(set(left.fixed) & set(right.fixed)):
            if left.fixed[name] != right.fixed[name]:
                return f"`{name}` is `{left.fixed[name]}` on the left and `{right.fixed[name]}` on the right"
    return ""


def _finding(node: Binary, why: str, expression: Expression, view: View) -> Diagnostic:
    matching = node.matching
    part = node.op_start, node.op_end
    if matching is not None and matching.labels:
        part = node.op_start, matching.labels[-1].end + 1
    what = "takes nothing away" if node.op == "unless" else "has no result"
    others = [
        Label(expression.place(side.start, side.end)[0], f"labels {_listed(labels(side, view.index))}")
        for side in (node.left, node.right)
    ]
    return view.within(
        CODE,
        expression,
        part,
        f"this `{node.op}` {what}: {why}",
        others=others,
        help="group both sides alike, or say `on (...)` or `ignoring (...)`",
    )


def _listed(found: Labels) -> str:
    return ", ".join(sorted(found.may or found.must)) or "none"
