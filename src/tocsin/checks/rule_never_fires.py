"""An alert can fire.

## Why

`x > 5 and x < 3` is never true of one series, `{app="shop"} |= "paid" != "paid"` passes no line, and
`hour() == 3` never lasts for two hours. Such an alert is silent whatever happens, and nobody is told.

## Fix

The reason stands at the place. `tocsin prove` shows the telemetry under which the alert does fire, once it
can.

## Exceptions

Only what is proved is told, for all telemetry that there can be. What another check says of the same
expression (`promql/never-true`, `promql/no-match`, ...) is not told again.

## References

Prometheus 3.15.0, Loki 3.7.8: what has no elements has no value either: `count` and `count_over_time` give
nothing where there is nothing, never 0.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Written
from tocsin.checks.promql_example import alert
from tocsin.checks.promql_impossible_value import impossible_value
from tocsin.checks.promql_never_true import never_true
from tocsin.checks.promql_no_bucket import no_bucket
from tocsin.checks.promql_no_match import no_match
from tocsin.checks.promql_quantile_range import quantile_range
from tocsin.checks.promql_quantile_without_le import quantile_without_le
from tocsin.checks.refutation import refuted
from tocsin.diag.diagnostic import Diagnostic
from tocsin.witness.outcome import Impossible

CODE = "rule/never-fires"
EXAMPLES = (
    Example(
        title="two things at once",
        finds=("queue_length > 5 and queue_length < 3",),
        spec=alert("queue_length > 5 and queue_length < 3"),
    ),
    Example(
        title="an exception that takes everything, in the second line",
        finds=("unless queue_length > 5",),
        spec=alert("queue_length > 10\n  unless queue_length > 5"),
    ),
    Example(
        title="matchers against each other",
        finds=('queue=~"m.*", queue="sms"',),
        spec=alert('queue_length{queue=~"m.*", queue="sms"} > 5'),
    ),
    Example(
        title="an hour is shorter than `for`",
        finds=("hour() == 3 and on () queue_length > 5",),
        spec=alert("hour() == 3 and on () queue_length > 5", "for: 2h"),
    ),
    Example(
        title="no count of lines is 0",
        finds=('sum(count_over_time({service_name="shop"} [5m])) == 0',),
        spec=alert('sum(count_over_time({service_name="shop"} [5m])) == 0', language="logql"),
    ),
    Example(
        title="filters of lines against each other",
        finds=('|= "failed" != "fail"',),
        spec=alert(
            'sum(count_over_time({service_name="shop"} |= "failed" != "fail" [5m])) > 1', language="logql"
        ),
    ),
    Example(title="what another check says", spec=alert("sum(up == 0) > 0")),
    Example(title="what can fire", spec=alert("queue_length > 5 and queue_length < 8 or up == 0")),
    Example(
        title="logs that may fire",
        spec=alert(
            'sum(count_over_time({service_name="shop"} |= "fail" != "failed" [5m])) > 1', language="logql"
        ),
    ),
)
_OTHERS = (never_true, no_match, impossible_value, no_bucket, quantile_range, quantile_without_le)


@check(CODE, on=Written)
def never_fires(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the expression of every alert that somebody wrote."""
    found = refuted(expression, view)
    if not isinstance(found, Impossible):
        return
    if expression.language == "promql" and any(True for one in _OTHERS for _ in one(expression, view)):
        return
    name = expression.alert.name if expression.alert is not None else ""
    reason = found.reason
    yield view.within(
        CODE,
        expression,
        (reason.start, reason.end),
        f"`{name}` can never fire",
        label=reason.words,
        help=reason.help,
    )
