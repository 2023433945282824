"""The share of log lines that are errors, with at least so many of them.

## Semantics

Fires while strictly more than `above` of the lines of `per` are at one of `levels` (upper or lower case)
**and** at least `min_events` of them are, for each value of `by`. All lines count as lines, also those
that do not parse; as errors count only those that parse. With `format: plain` the level is the one that
Loki finds itself. No error line, or no line at all, is quiet.

## Why

A share holds at night and at noon; a count of error lines alone does not.

## References

- Loki 3.7.8: adds `detected_level` as structured metadata unless it is switched off.
- Loki 3.7.8: `and` and `/` between metric queries match on all labels, as in PromQL.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import both, divided
from tocsin.library.alerts._lines import counted_lines, fields_known, has_logs, lines
from tocsin.library.alerts._words import amount, each, listed, title, which
from tocsin.library.example import Lines, fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.units import threshold_words
from tocsin.query.matchers import Matcher, regex_literal
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio


@alert_template("log-error-ratio")
@parameters
class LogErrorRatio:
    """Fires on the share of error lines."""

    language: ClassVar[Literal["promql", "logql"]] = "logql"
    above: Ratio = said("share of error lines above which it fires", example="5%")
    per: Duration = said("window in which lines are counted", Duration(300_000), example="5m")
    min_events: int = said("error lines that there must be at least", 10, example="10")
    levels: tuple[str, ...] = said(
        "levels that are errors",
        ("error", "critical", "fatal"),
        example="[error, critical]",
        pattern="name",
        one_or_many=True,
    )
    field: str = said("the field that holds the level", "level", example="severity", pattern="label")
    by: tuple[str, ...] = said(
        "fields to tell apart, each judged alone", (), example="[logger]", pattern="label", one_or_many=True
    )

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Error lines over all lines, and a count."""
        if not has_logs(scope, node) or not fields_known(scope, self.by, node.at("by")):
            return None
        if self._field(scope) == self.field and not fields_known(scope, (self.field,), node.at("field")):
            return None
        words = "(?i)(" + "|".join(regex_literal(level) for level in self.levels) + ")"
        bad = lines(scope, where=(Matcher(self._field(scope), "=~", words),))
        failed = counted_lines(bad, self.per, self.by)
        share = divided(failed, counted_lines(lines(scope, parsed=bool(self.by)), self.per, self.by))
        limit, what = threshold_words(self.above.value, "percentunit"), f"log lines{each(self.by)}"
        return Condition(
            expr=both(f"{share}\n> {self.above.number}", f"{failed} >= {self.min_events}"),
            signal=share,
            threshold=self.above.value,
            direction="above",
            unit="percentunit",
            by=self.by,
            meaning=f"more than {limit} of the {what} within {self.per.words} are errors "
            f"({listed(self.levels, 'or')}), "
            f"and at least {self.min_events} of them",
            measures=f"share of the {what} that are errors",
            summary=f"{amount('percentunit')} of the log lines of {title(scope)} are errors{which(self.by)}",
            value=amount("percentunit"),
            threshold_text=limit,
            window=self.per,
        )

    def _field(self, scope: Scope) -> str:
        logs = scope.service.logs if scope.service else None
        return "detected_level" if logs and logs.format == "plain" else self.field


CONTRACT = """logs:
  stream: {service_name: shop}
  fields: {level: required, message: required}"""
ALERT = "{above: 5%, per: 5m, min_events: 10, for: 1m}"
PLAIN = "logs: {stream: {service_name: shop}, format: plain}"
GOOD = Lines(line='{"level": "INFO", "message": "order # done"}', count=190, every="2s")
EXAMPLES = (
    fires(
        "just over: ten errors of some 140 lines",
        contract=CONTRACT,
        alert=ALERT,
        lines=(
            GOOD,
            Lines(start="1s", line='{"level": "error", "message": "order # lost"}', count=20, every="20s"),
        ),
        since="4m15s",
    ),
    quiet(
        "just under: one error in twenty-six lines",
        contract=CONTRACT,
        alert=ALERT,
        lines=(
            Lines(line='{"level": "INFO", "message": "order # done"}', count=361, every="1s"),
            Lines(line='{"level": "CRITICAL", "message": "#"}', count=15, start="500ms", every="25s"),
        ),
        until="6m",
    ),
    quiet(
        "all fail, and nine are too few",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line='{"level": "FATAL", "message": "order # lost"}', count=9, every="5s"),),
        until="6m",
    ),
    quiet(
        "warnings are no errors",
        contract=CONTRACT,
        alert=ALERT,
        lines=(Lines(line='{"level": "WARN", "message": "order # late"}', count=60, every="5s"),),
        until="6m",
    ),
    quiet("no line", contract=CONTRACT, alert=ALERT, until="6m"),
    fires(
        "plain lines, by the level that Loki finds",
        contract=PLAIN,
        alert=ALERT,
        lines=(Lines(line="ERROR order # lost", count=30, every="5s"),),
        since="1m45s",
    ),
)
