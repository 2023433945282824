"""A range that holds less than four scrapes of what is in it, where two samples at least are needed."""

from collections.abc import Iterator

from tocsin.query.durations import show_duration
from tocsin.query.promql.ast import Call, Number, Range
from tocsin.query.promql.walk import walk
from tocsin.witness.promql.lints import Lint, lint
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.rule import Rule

CODE = "promql/range-too-short"
TWO_SAMPLES = frozenset(
    ("rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "changes", "resets")
)
ENOUGH = 4
"""Scrapes in a window: one may be missed, and two are left whatever the phase."""


@lint
def short_range(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """Look at ranges of signals whose scrape interval is known."""
    for call in walk(view.tree):
        if not isinstance(call, Call) or call.name not in TWO_SAMPLES:
            continue
        over = call.args[0]
        if not isinstance(over, Range) or not isinstance(over.range, Number):
            continue
        signal = view.known.signals.get(over.selector.metric or "")
        if signal is None or signal.interval <= 0 or over.range.value >= ENOUGH * signal.interval:
            continue
        interval, enough = show_duration(signal.interval), show_duration(ENOUGH * signal.interval)
        few = over.range.value < 2 * signal.interval
        what = "needs two samples and may have less" if few else "has gaps when one scrape is missed"
        words = f"`{call.name}` {what}: `{over.selector.metric}` is scraped every {interval}"
        span = over.range
        yield Lint(
            code=CODE, start=span.start, end=span.end, words=words, help=f"write `[{enough}]` or longer"
        )
