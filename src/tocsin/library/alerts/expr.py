"""A PromQL expression, taken as it is.

## Semantics

Exactly what the expression says: nothing is added to its selectors, so they must name the service and its
identity. Where it ends in a comparison with a number (and no `and`, `or`, `unless` stands beside it), the
part before it is the alert's signal and the number its threshold, for panels and runbooks.

## Why

Not every condition has a template; none should need a detour.

## References

- Prometheus 3.15: an alert fires for each element of the result, its value is `$value`.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._raw import raw_condition
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.spec.declare import Expr, parameters, said


@alert_template("expr")
@parameters
class RawExpr:
    """Fires for each element of the expression."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    expr: Expr = said("the alert's expression", example="'up{job=\"shop\"} == 0'")
    unit: str = said("unit of its value", "", example="seconds", pattern="name")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """The expression, and its signal where it can be told."""
        return raw_condition(scope, self.expr.text, self.unit, node)


CONTRACT = """scrape: {targets: ["a:1"]}"""
ALERT = "{expr: 'sum(shop_open_orders{job=\"shop\"}) > 5', for: 1m}"
EXAMPLES = (
    fires(
        "just over",
        contract=CONTRACT,
        alert=ALERT,
        series={"shop_open_orders": "5x9 6x20 5x9"},
        since="3m30s",
        ends="7m45s",
    ),
    quiet("on the limit", contract=CONTRACT, alert=ALERT, series={"shop_open_orders": "5x60"}, until="14m"),
)
