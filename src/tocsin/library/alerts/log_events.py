"""So many log lines of a kind within a window.

## Semantics

Fires while strictly more than `above` lines within `per` contain all of `contains` and match `where`
after parsing, for each value of `by`. Lines that do not parse are left out (`__error__=""`); with
`format: plain` nothing is parsed and `where` sees stream labels and structured metadata only. No line at
all is quiet. Loki counts lines, so there is neither extrapolation nor reset.

## Why

What only logs tell: a class of error, a circuit breaker that opened, a login that failed.

## References

- Loki 3.7.8: without `__error__=""` one line that does not parse makes the whole query fail or adds a
  series.
- Loki 3.7.8: `max_query_series` is 500 by default, and a query that exceeds it fails: never count `by` an
  unbounded field.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._lines import counted_lines, fields_known, has_logs, lines
from tocsin.library.alerts._words import amount, each, listed, more_than, plain, said_matchers, title, which
from tocsin.library.example import Lines, fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.query.matchers import Matcher, quote
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, number_text


@alert_template("log-events")
@parameters
class LogEvents:
    """Fires on the number of log lines of a kind."""

    language: ClassVar[Literal["promql", "logql"]] = "logql"
    where: tuple[Matcher, ...] = said(
        "which lines, by their fields", (), example="'error_type=\"DatabaseError\"'"
    )
    contains: tuple[str, ...] = said(
        "text that the line contains", (), example='"circuit breaker"', one_or_many=True
    )
    above: int = said("lines above which it fires", 0, example="10")
    per: Duration = said("window in which lines are counted", Duration(300_000), example="5m")
    by: tuple[str, ...] = said(
        "fields to tell apart, each judged alone",
        (),
        example="[error_type]",
        pattern="label",
        one_or_many=True,
    )
    what: str = said("what such a line is, in words", "", example="database errors", pattern="line")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Lines counted over the window."""
        if not has_logs(scope, node):
            return None
        known = fields_known(scope, tuple(m.label for m in self.where), node.at("where"))
        if not fields_known(scope, self.by, node.at("by")) or not known:
            return None
        signal = counted_lines(lines(scope, self.contains, self.where), self.per, self.by)
        what = plain(self.what) or self._words()
        return Condition(
            expr=f"{signal} > {self.above}",
            signal=signal,
            threshold=float(self.above),
            direction="above",
            unit="count",
            by=self.by,
            meaning=f"{more_than(self.above, what)}{each(self.by)} within {self.per.words}",
            measures=f"{what} in {self.per.words}",
            summary=f"{amount('count')} {what} in {self.per.words} at {title(scope)}{which(self.by)}",
            value=amount("count"),
            threshold_text=number_text(self.above),
            window=self.per,
        )

    def _words(self) -> str:
        parts = [f"containing {listed(map(quote, self.contains))}"] if self.contains else []
        parts += [f"with {said_matchers(self.where)}"] if self.where else []
        return plain(" ".join(("log lines", *parts)))


CONTRACT = """logs:
  stream: {service_name: shop}
  fields: {level: required, message: required, error_type: optional}"""
ALERT = """{where: 'error_type="DatabaseError"', above: 10, per: 5m, what: database errors, for: 1m}"""
BREAKER = """{contains: "circuit breaker", where: 'level="WARN"', by: [error_type], above: 0}"""
LINE = '{"level": "ERROR", "message": "query # failed", "error_type": "DatabaseError"}'
EXAMPLES = (
    fires(
        "just over: eleven lines",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line=LINE, count=11),),
        since="2m45s",
        ends="5m",
    ),
    quiet(
        "just under: ten lines",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line=LINE, count=10),),
        until="9m",
    ),
    quiet(
        "another kind of error",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line=LINE.replace("Database", "Value"), count=50),),
        until="9m",
    ),
    quiet(
        "lines that do not parse",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line=LINE.replace("}", ""), count=50),),
        until="9m",
    ),
    quiet("no line", contract=CONTRACT, alert=ALERT, until="9m"),
    fires(
        "a circuit breaker opened, by its cause",
        contract=CONTRACT,
        alert=BREAKER,
        lines=(
            Lines(
                line='{"level": "WARN", "message": "circuit breaker open", "error_type": "Timeout"}',
                count=1,
                start="1m5s",
            ),
            Lines(line='{"level": "INFO", "message": "circuit breaker closed"}', count=9, start="2m"),
        ),
        since="1m15s",
        labels=({"error_type": "Timeout"},),
    ),
)
