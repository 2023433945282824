"""`for` is longer than one event can be seen: `increase(x[5m]) > 0` with `for: 10m`."""

from collections.abc import Iterator

from tocsin.query.durations import show_duration
from tocsin.query.promql.ast import Aggregate, Call, Expr, Number, Range
from tocsin.query.promql.conditions import conditions
from tocsin.witness.promql.lints import Lint, lint
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.rule import Rule

CODE = "rule/for-outlasts-window"
_EVENTS = frozenset(("increase", "changes", "resets"))


@lint
def outlasted(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """Look at the conditions that decide, where they ask for any event at all."""
    if rule.hold <= 0:
        return
    for condition in conditions(view.tree):
        call = _call(condition.signal)
        any_event = (condition.op, condition.value) in ((">", 0.0), (">=", 1.0), ("!=", 0.0))
        if call is None or not any_event or condition.role != "main":
            continue
        over = call.args[0]
        if not isinstance(over, Range) or not isinstance(over.range, Number) or rule.hold < over.range.value:
            continue
        window, hold = show_duration(over.range.value), show_duration(rule.hold)
        words = (
            f"one event is seen for {window}, and `for` wants {hold}: it takes events all the time to fire"
        )
        help = f"a `for` well below {window}, or a window well above {hold}"
        yield Lint(code=CODE, start=over.range.start, end=over.range.end, words=words, help=help)


def _call(node: Expr) -> Call | None:
    """The function of a range whose value is compared, seen through sums."""
    while isinstance(node, Aggregate) and node.op in ("sum", "max", "avg"):
        node = node.expr
    return node if isinstance(node, Call) and node.name in _EVENTS else None
