"""A range holds the samples that its function needs.

## Why

`rate` and its like need two samples: with less there is no result, and an alert on it is silent for ever.
With two, one missed scrape is a gap that starts `for` again.

## Fix

Look back over four scrapes or more, or scrape more often. In a panel, write `$__rate_interval`.

## Exceptions

Functions that are content with one sample (`max_over_time`). Windows of templates are `spec/scrape-too-rare`.

## References

Prometheus 3: ranges are open to the left, so `[1m]` holds one sample of what is scraped every minute.
Grafana's `$__interval` is as short as the graph is wide, `$__rate_interval` never shorter than four
scrapes.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.telemetry import Scrape
from tocsin.query.durations import show_duration
from tocsin.query.promql.ast import Call, Number, Range
from tocsin.query.promql.walk import bare, walk

CODE = "promql/range-too-short"
EXAMPLES = (
    Example(
        title="one sample, in the second line",
        finds=("15s",),
        spec=alert("sum(\n  rate(http_requests_total[15s])\n) > 1"),
    ),
    Example(title="two samples", finds=("30s",), spec=alert("increase(http_requests_total[30s]) > 1")),
    Example(
        title="a panel's interval",
        finds=("$__interval",),
        spec=panel("rate(http_requests_total[$__interval])"),
    ),
    Example(
        title="enough",
        spec=alert("increase(http_requests_total[1m]) > 1 or max_over_time(queue_length[15s]) > 1"),
    ),
    Example(title="as Grafana counts", spec=panel("rate(http_requests_total[$__rate_interval])")),
)
TWO_SAMPLES = frozenset(
    ("rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "changes", "resets")
)
_TOO_SHORT = frozenset(("$__interval", "${__interval}", "$__interval_ms", "${__interval_ms}"))


@check(CODE, on=Promql, severity="warning")
def range_too_short(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the range of every function that needs two samples."""
    for call in walk(expression.tree):
        if not isinstance(call, Call) or call.name not in TWO_SAMPLES:
            continue
        over = bare(call.args[0])
        if not isinstance(over, Range) or not isinstance(over.range, Number):
            continue
        part = over.range.start, over.range.end
        if expression.has_variable(*part):
            if expression.text[slice(*part)].strip() in _TOO_SHORT:
                yield view.within(
                    CODE,
                    expression,
                    part,
                    f"`{call.name}` over `$__interval` has no result when the graph is zoomed in",
                    help="write `[$__rate_interval]`",
                )
            continue
        slowest = max(view.index.scrapes(over.selector), key=lambda s: s.every, default=None)
        if slowest is not None and over.range.value < 4 * slowest.every.seconds:
            yield _finding(call.name, over.range, slowest, expression, view)


def _finding(name: str, span: Number, scrape: Scrape, expression: Expression, view: View) -> Diagnostic:
    samples = span.value / scrape.every.seconds
    holds = "one sample" if samples < 2 else f"{int(samples)} samples"
    fact = f"`{name}` needs two" if samples < 2 else "one missed scrape is a gap"
    return view.within(
        CODE,
        expression,
        span,
        f"`[{show_duration(span.value)}]` holds {holds} of `{scrape.job}`, and {fact}",
        severity="error" if samples < 2 else "warning",
        others=(Label(scrape.origin.at("every").span, f"scraped every {scrape.every}"),),
        help=f"write `[{scrape.every.times(4)}]` or more",
    )
