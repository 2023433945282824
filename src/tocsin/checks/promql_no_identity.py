"""With several environments, a raw alert expression says which one it means.

## Why

One store often holds the series of all environments (Mimir, a global Prometheus). An expression without the
environment adds staging to production, and pages production's team for it.

## Fix

Use a template, which is pinned by itself; or add the matcher, and say the expression again under
`environments`.

## Exceptions

Only identity labels that differ between environments are asked for. With one environment there is nothing to
say. Of panels, `dashboard/ignores-variables` tells the same.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.query.promql.ast import Selector
from tocsin.query.promql.walk import selectors

CODE = "promql/no-identity"
STAGING = "environments: {staging: {identity: {environment: staging}}}\n"
EXAMPLES = (
    Example(
        title="an alert over two environments, in the second line",
        finds=("queue_length",),
        spec=alert('sum(\n  queue_length{job="shop"}\n) > 5') + STAGING,
    ),
    Example(
        title="said again for the other environment",
        spec=alert('sum(queue_length{job="shop", environment="production"}) > 5')
        + """\
environments:
  staging:
    identity: {environment: staging}
    services:
      shop: {alerts: {Example: {expr: 'sum(queue_length{job="shop", environment="staging"}) > 9'}}}
""",
    ),
    Example(title="one environment", spec=alert("sum(queue_length) > 5")),
)


@check(CODE, on=Promql, severity="warning")
def no_identity(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look for the labels that tell environments apart; the first selector without is told."""
    if expression.role == "panel":
        return
    for label in _differing(view):
        loose = [s for s in selectors(expression.tree) if _without(s, label)]
        if not loose:
            continue
        first, own = loose[0], view.model.identity.get(label, "")
        yield view.within(
            CODE,
            expression,
            _name(first),
            f"`{first.metric or 'this selector'}` is selected in all environments",
            others=[Label(expression.place(*_name(s))[0], "and here") for s in loose[1:4]],
            help=f'add `{label}="{own}"` here and its like under `environments`, or use a template',
        )
        return


def _differing(view: View) -> tuple[str, ...]:
    """Identity labels whose values tell environments apart."""
    models = view.context.models()
    labels = dict.fromkeys(label for model in models for label in model.identity)
    return tuple(label for label in labels if len({model.identity.get(label) for model in models}) > 1)


def _without(selector: Selector, label: str) -> bool:
    return all(m.label != label for m in selector.matchers)


def _name(selector: Selector) -> tuple[int, int]:
    return selector.start, (selector.start + len(selector.name)) if selector.name else selector.end
