"""A service that should write logs has written none.

## Semantics

Fires while not one line (that contains all of `contains`) arrived within `per`. It fires in a Loki that
has just been started until the first line arrives, and when the service is down (inhibit it by
`ServiceDown`). There is no value.

## Why

A log path that is broken anywhere between process and store looks like a service without errors.

## References

- Loki 3.7.8: `absent_over_time` takes its labels from the selector's `=` matchers; there is no `absent`.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._lines import counted_lines, has_logs, lines
from tocsin.library.alerts._words import listed, plain, title
from tocsin.library.example import Lines, fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.query.matchers import quote
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration


@alert_template("log-absent")
@parameters
class LogAbsent:
    """Fires when no line arrives."""

    language: ClassVar[Literal["promql", "logql"]] = "logql"
    per: Duration = said("how long there may be no line", Duration(600_000), example="10m")
    contains: tuple[str, ...] = said("text that the line contains", (), example='"canary"', one_or_many=True)

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """`absent_over_time` of the stream."""
        if not has_logs(scope, node):
            return None
        query = lines(scope, self.contains, parsed=False)
        such = f" containing {plain(listed(map(quote, self.contains)))}" if self.contains else ""
        return Condition(
            expr=f"absent_over_time({query} [{self.per}])",
            signal=f"{counted_lines(query, self.per)} or vector(0)",
            threshold=1,
            direction="below",
            unit="count",
            meaning=f"no log line{such} of {title(scope)} arrived within {self.per.words}",
            measures=f"log lines{such} in {self.per.words}",
            summary=f"No log line{such} of {title(scope)} for {self.per.words}",
            value="none",
            threshold_text="1 line",
            window=self.per,
        )


CONTRACT = "logs: {stream: {service_name: shop}}"
ALERT = "{per: 10m, for: 1m}"
CANARY = "{per: 5m, contains: canary}"
LINE = '{"message": "order #"}'
SHOP = ({"service_name": "shop"},)
EXAMPLES = (
    fires(
        "the lines stop",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line=LINE, count=13), Lines(line=LINE, count=3, start="15m7s")),
        since="13m",
        ends="15m15s",
        labels=SHOP,
    ),
    quiet(
        "just in time: a line every nine minutes",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line=LINE, count=4, every="9m"),),
        until="35m",
    ),
    fires(
        "lines, but not the one that is waited for",
        contract=CONTRACT,
        alert=CANARY,
        lines=(Lines(line="canary", count=1), Lines(line=LINE, count=60, start="1s")),
        since="5m",
        labels=SHOP,
    ),
)
