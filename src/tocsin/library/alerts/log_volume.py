"""More bytes of logs within a window than were planned.

## Semantics

Fires while strictly more than `above` bytes of log lines arrived within `per`, in all or for each value
of `by` (stream labels). Bytes are those of the lines, without labels and structured metadata. No line is
quiet. A window of a day is read whole at each evaluation: give the alert an `every` of some minutes.

## Why

A log that runs away costs first money, then the searches of everybody.

## References

- Loki 3.7.8: `bytes_over_time` counts the bytes of the lines as they were pushed.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import aggregated
from tocsin.library.alerts._lines import has_logs, lines
from tocsin.library.alerts._words import amount, each, title, which
from tocsin.library.example import Lines, fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Size, number_text


@alert_template("log-volume")
@parameters
class LogVolume:
    """Fires on the volume of logs."""

    language: ClassVar[Literal["promql", "logql"]] = "logql"
    above: Size = said("bytes above which it fires", example="1GB")
    per: Duration = said("window in which bytes are counted", Duration(86_400_000), example="1d")
    by: tuple[str, ...] = said(
        "stream labels to tell apart, each judged alone",
        (),
        example="[service_name]",
        pattern="label",
        one_or_many=True,
    )

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Bytes summed over the window."""
        if not has_logs(scope, node):
            return None
        signal = aggregated("sum", self.by, f"bytes_over_time({lines(scope, parsed=False)} [{self.per}])")
        return Condition(
            expr=f"{signal} > {number_text(self.above.bytes)}",
            signal=signal,
            threshold=float(self.above.bytes),
            direction="above",
            unit="bytes",
            by=self.by,
            meaning=f"more than {self.above} of logs{each(self.by)} arrived within {self.per.words}",
            measures=f"bytes of logs in {self.per.words}",
            summary=f"{title(scope)} wrote {amount('bytes')} of logs within {self.per.words}{which(self.by)}",
            value=amount("bytes"),
            threshold_text=str(self.above),
            window=self.per,
        )


CONTRACT = "logs: {stream: {service_name: shop}}"
ALERT = "{above: 1kB, per: 5m, for: 1m}"
LINE = "x" * 99 + "#"
EXAMPLES = (
    fires(
        "just over: eleven lines of a hundred bytes",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line="y" * 100, count=11),),
        since="2m45s",
        ends="5m",
    ),
    quiet(
        "on the limit", contract=CONTRACT, alert=ALERT, lines=(Lines(line="y" * 100, count=10),), until="9m"
    ),
    quiet("no line", contract=CONTRACT, alert=ALERT, until="9m"),
)
