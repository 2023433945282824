"""No two alerts of the same severity mean the same.

## Why

Both fire at the same moment: the same people are told twice, under two names, with two runbooks of which
one is older.

## Fix

Delete one, and name it under `was` of the other.

## Exceptions

The same expression with another severity (a warning that becomes critical after a longer `for`), and an
alert in stage `shadow`, which is being tried.
"""

from collections.abc import Iterator
from typing import Any

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.promql_example import alert
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Alert
from tocsin.model.workspace import Model

CODE = "rule/same-meaning"
AGAIN = """\
      Again: {severity: SEVERITY, expr: '(up{job=\"shop\"}==0)', for: 10m}
"""
EXAMPLES = (
    Example(
        title="the same, written otherwise and over two lines",
        finds=("Again",),
        spec=alert('up{job="shop"}\n  == 0') + AGAIN.replace("SEVERITY", "warning"),
    ),
    Example(
        title="the same template twice",
        finds=("Errors",),
        spec="""
services:
  shop:
    alerts:
      Errors: {severity: critical, template: error-ratio, of: http_requests_total, bad: 'status=~"5.."',
               above: 5%, for: 5m}
""",
    ),
    Example(
        title="another severity",
        spec=alert('(up{job="shop"}==0)') + AGAIN.replace("SEVERITY", "critical"),
    ),
    Example(
        title="another threshold",
        spec=alert('(up{job="shop"}==0)')
        + "      Other: {severity: warning, expr: 'up{job=\"shop\"} == 1'}\n",
    ),
)


@check(CODE, on=Model, severity="warning")
def same_meaning(model: Model, view: View) -> Iterator[Diagnostic]:
    """Compare the expressions without their spaces; raw ones as they are printed from their trees."""
    printed = {
        id(e.variant): _printed(e.tree, e.language)
        for e in view.context.written(model)
        if e.role == "alert" and e.tree is not None
    }
    first: dict[tuple[str, ...], Alert] = {}
    for one in model.alerts:
        if one.shadow:
            continue
        exprs = (printed.get(id(v)) or "".join(v.condition.expr.split()) for v in one.variants)
        key = (one.severity, one.language, *one.to, *exprs)
        other = first.setdefault(key, one)
        if other is not one:
            yield view.finding(
                CODE,
                one.origin.key_place(),
                f"`{one.name}` has the expression and the severity of `{other.name}`",
                others=(Label(other.origin.key_place().span, "said first here"),),
                help=f"delete one; keep its name with `was: [{other.name}]`",
            )


def _printed(tree: Any, language: str) -> str:
    from tocsin.query import logql, promql
    from tocsin.query.promql.walk import bare

    text = promql.print_(bare(tree)) if language == "promql" else logql.print_(tree)
    return "".join(text.split())
