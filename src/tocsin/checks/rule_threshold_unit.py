"""A threshold on a share is a share.

## Why

With `unit: percentunit` the value is 0 to 1: `> 5` means five hundred percent, and so does a red line at 5.

## Fix

Write `0.05` for 5 %, or give the unit that the number is in.

## Exceptions

Values above 100, which are no percentage, and templates, which read `5%` with its unit.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_bounds import bounds
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.promql.ast import COMPARISONS, Binary, Expr, Number
from tocsin.query.promql.walk import bare
from tocsin.spec.values import number_text

CODE = "rule/threshold-unit"
EXAMPLES = (
    Example(
        title="an alert, in the second line",
        finds=("5",),
        spec=alert('max(queue_length{job="shop"})\n  > 5', "unit: percentunit"),
    ),
    Example(
        title="a red line",
        finds=("80",),
        spec=panel("max(queue_length)", "unit: percentunit\nwarn: 0.7\ncrit: 80"),
    ),
    Example(
        title="shares",
        spec=alert("max(queue_length) > 0.05", "unit: percentunit")
        + panel("max(queue_length)", "unit: percentunit\ncrit: 0.8").removeprefix("services:\n  shop:\n"),
    ),
    Example(title="another unit", spec=alert("max(queue_length) > 5", "unit: count")),
)


@check(CODE, on=Promql, severity="warning")
def threshold_unit(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the last comparison of an alert, and at the lines of a panel."""
    panel, variant = expression.panel, expression.variant
    if panel is not None and panel.unit == "percentunit":
        for line in panel.thresholds:
            if 1 < line.value <= 100:
                key = "crit" if line.color == "red" else "warn"
                yield view.finding(
                    CODE, panel.origin.at(key), _message(line.value), help=f"write `{_share(line.value)}`"
                )
    elif variant is not None and expression.role == "alert" and variant.condition.unit == "percentunit":
        yield from _alert(bare(expression.tree), expression, view)


def _alert(tree: Expr, expression: Expression, view: View) -> Iterator[Diagnostic]:
    if not isinstance(tree, Binary) or tree.op not in COMPARISONS:
        return
    limit = bare(tree.right)
    # of what is at most 1, `promql/never-true` tells
    if isinstance(limit, Number) and 1 < limit.value <= 100 and bounds(tree.left, view.index)[1] > 1:
        help = f"write `{_share(limit.value)}` for {number_text(limit.value)} %"
        yield view.within(CODE, expression, limit, _message(limit.value), help=help)


def _message(value: float) -> str:
    return f"in `percentunit`, {number_text(value)} is {number_text(value * 100)} %"


def _share(value: float) -> str:
    return number_text(round(value / 100, 12))
