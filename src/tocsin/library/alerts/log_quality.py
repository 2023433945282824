"""Log lines that are not what the service's contract promises: unreadable, or without a required field.

## Semantics

Fires while strictly more than `above` of the lines within `per` do not parse in the declared format, or
lack one of the fields that the contract calls `required` (or leave it empty), **and** at least
`min_events` of them do. No line is quiet. It needs `format: json` or `logfmt`, and at least one required
field.

## Why

A line without a request id is worth little in the night when it is needed. A quality of four of five is a
share of 20 % that is incomplete.

## References

- Loki 3.7.8: a metric query fails on lines that still carry `__error__`; `drop` takes it off after it was
  judged.
- Loki 3.7.8: a label that a line does not have equals the empty string.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import both, divided
from tocsin.library.alerts._lines import counted_lines, has_logs, lines
from tocsin.library.alerts._words import amount, listed, title
from tocsin.library.example import Lines, fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.units import threshold_words
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio


@alert_template("log-quality")
@parameters
class LogQuality:
    """Fires on the share of incomplete log lines."""

    language: ClassVar[Literal["promql", "logql"]] = "logql"
    above: Ratio = said("share of incomplete lines above which it fires", example="20%")
    per: Duration = said("window in which lines are counted", Duration(900_000), example="15m")
    min_events: int = said("incomplete lines that there must be at least", 10, example="10")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Incomplete lines over all lines, and a count."""
        if not has_logs(scope, node):
            return None
        logs = scope.service.logs if scope.service else None
        required = [n for n, kind in logs.fields.items() if kind == "required"] if logs else []
        if logs is None or logs.format == "plain" or not required:
            scope.sink.error(
                "alert/no-required-field",
                node.key_place(),
                "the service's logs promise nothing that could be missing",
                help="add `format: json` and `fields: {level: required, ...}` to its `logs`",
            )
            return None
        wrong = " or ".join(['__error__!=""', *(f'{name}=""' for name in required)])
        query = f"{scope.stream()} | {logs.format} | {wrong} | drop __error__, __error_details__"
        bad, limit = counted_lines(query, self.per), threshold_words(self.above.value, "percentunit")
        share = divided(bad, counted_lines(lines(scope, parsed=False), self.per))
        return Condition(
            expr=both(f"{share}\n> {self.above.number}", f"{bad} >= {self.min_events}"),
            signal=share,
            threshold=self.above.value,
            direction="above",
            unit="percentunit",
            meaning=f"more than {limit} of the log lines within {self.per.words} do not parse or lack one of "
            f"{listed(required)}, and at least {self.min_events} of them",
            measures="share of the log lines that are incomplete",
            summary=f"{amount('percentunit')} of the log lines of {title(scope)} are incomplete",
            value=amount("percentunit"),
            threshold_text=limit,
            window=self.per,
            facts=(("Required fields", listed(required)),),
        )


CONTRACT = """logs:
  stream: {service_name: shop}
  fields: {level: required, request_id: required, error: optional}"""
ALERT = "{above: 20%, per: 5m, min_events: 10, for: 1m}"
WHOLE = '{"level": "INFO", "request_id": "r#"}'
EXAMPLES = (
    fires(
        "just over: a third of the lines have no request id",
        contract=CONTRACT,
        alert=ALERT,
        lines=(
            Lines(line=WHOLE, count=150, every="2s"),
            Lines(line='{"level": "INFO"}', count=75, start="1s", every="4s"),
        ),
        since="1m45s",
    ),
    fires(
        "lines that are no JSON",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line="Traceback (most recent call last):", count=30, every="5s"),),
        since="1m45s",
    ),
    quiet(
        "just under: one line in eleven",
        contract=CONTRACT,
        alert=ALERT,
        lines=(
            Lines(line=WHOLE, count=300, every="1s"),
            Lines(line='{"level": "", "request_id": "r"}', count=30, start="500ms", every="10s"),
        ),
        until="5m",
    ),
    quiet(
        "nine incomplete lines are too few",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line="Traceback", count=9, every="5s"),),
        until="6m",
    ),
    quiet("no line", contract=CONTRACT, alert=ALERT, until="6m"),
)
