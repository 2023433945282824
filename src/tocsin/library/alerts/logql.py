"""A LogQL expression, taken as it is.

## Semantics

Exactly what the expression says: nothing is added to its selectors, so they must name the service and its
identity. Where it ends in a comparison with a number (and no `and`, `or`, `unless` stands beside it), the
part before it is the alert's signal and the number its threshold, for panels and runbooks.

## Why

Not every condition has a template; none should need a detour.

## References

- Loki 3.7.8: an alert needs a metric query; `absent()`, `time()` and subqueries do not exist,
  `absent_over_time` does.
- Loki 3.7.8: lines that a parser cannot read stay, with `__error__`: drop them with `| __error__=""`.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._raw import raw_condition
from tocsin.library.example import Lines, fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.spec.declare import Expr, parameters, said


@alert_template("logql")
@parameters
class RawLogql:
    """Fires for each element of the expression."""

    language: ClassVar[Literal["promql", "logql"]] = "logql"
    logql: Expr = said(
        "the alert's expression", example="'sum(count_over_time({service_name=\"shop\"} [5m])) > 0'"
    )
    unit: str = said("unit of its value", "", example="seconds", pattern="name")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """The expression, and its signal where it can be told."""
        return raw_condition(scope, self.logql.text, self.unit, node)


CONTRACT = "logs: {stream: {service_name: shop}}"
ALERT = """{logql: 'sum(count_over_time({service_name="shop"} |= "refused" [5m])) > 2', for: 1m}"""
EXAMPLES = (
    fires(
        "just over: three lines",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line="connection refused", count=3), Lines(line="connected", count=9, start="1s")),
        since="1m30s",
        ends="5m",
    ),
    quiet(
        "just under: two lines",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line="connection refused", count=2),),
        until="9m",
    ),
)
