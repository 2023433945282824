"""What looks wrong in a LogQL rule though it may fire. Pure: the rule alone; `promql/lints` is its twin."""

from collections.abc import Iterator

from tocsin.query.durations import show_duration
from tocsin.query.logql import QueryError, parse, typed
from tocsin.query.logql.ast import Aggregate, Expr, RangeAggregate
from tocsin.query.logql.conditions import conditions
from tocsin.query.logql.labels import labels_of
from tocsin.query.logql.walk import walk
from tocsin.witness.labels_used import labels_used
from tocsin.witness.logql.refute.analysis import Analysis, TooBig
from tocsin.witness.outcome import Lint
from tocsin.witness.presence import Presence
from tocsin.witness.rule import Known, Rule

_NOTHING = Known()


def lints(rule: Rule, known: Known = _NOTHING) -> tuple[Lint, ...]:
    """All that is found, in the order of the text. Of what cannot be read nothing is said."""
    try:
        tree = parse(rule.expr)
        if typed(tree) == "log":
            return ()
        view = Analysis(tree, rule.expr)
    except (QueryError, TooBig):
        return ()
    found = dict.fromkeys((*_dead_branches(view), *_lost_labels(rule, view), *_outlasted(rule, view)))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.code)))


def _dead_branches(view: Analysis) -> Iterator[Lint]:
    """Parts that never give anything, unless the whole is dead: then that is said of the rule."""
    if view.root.presence is Presence.NEVER:
        return
    for node in walk(view.tree):
        reason = view[node].reason
        if reason is not None:
            words = f"this part never gives anything: {reason.words}"
            yield Lint(
                code="promql/dead-branch", start=reason.start, end=reason.end, words=words, help=reason.help
            )


def _lost_labels(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """Labels that a text prints, and that the query has aggregated away."""
    for name, label in labels_used(rule):
        if labels_of(view.tree).has(label) is False:
            node = _loses(label, view.tree)
            words = f"`{name}` uses the label `{label}`, which no result has: it prints nothing there"
            help = f"keep it, such as by `by ({label})`, or leave it out of the text"
            yield Lint(code="rule/lost-label", start=node.start, end=node.end, words=words, help=help)


def _loses(label: str, tree: Expr) -> Expr:
    """The first aggregation that drops it; the whole where none does."""
    for node in walk(tree):
        dropped = isinstance(node, Aggregate) and labels_of(node).has(label) is False
        if dropped and isinstance(node, Aggregate) and labels_of(node.expr).has(label) is not False:
            return node
    return tree


def _outlasted(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """`count_over_time(...[5m]) > 0` with `for: 10m`: one line is seen for five minutes only."""
    for condition in conditions(view.tree) if rule.hold > 0 else ():
        counted = _counted(condition.signal)
        any_line = (condition.op, condition.value) in ((">", 0.0), (">=", 1.0), ("!=", 0.0))
        if counted is None or not any_line or condition.role != "main":
            continue
        over = counted.range.range
        if rule.hold >= over.value:
            window, hold = show_duration(over.value), show_duration(rule.hold)
            words = (
                f"one line is seen for {window}, and `for` wants {hold}: it takes lines all the time to fire"
            )
            help = f"a `for` well below {window}, or a window well above {hold}"
            yield Lint(
                code="rule/for-outlasts-window", start=over.start, end=over.end, words=words, help=help
            )


def _counted(node: Expr) -> RangeAggregate | None:
    """What counts the lines whose number is compared, seen through sums."""
    while isinstance(node, Aggregate) and node.op in ("sum", "max", "avg"):
        node = node.expr
    return node if isinstance(node, RangeAggregate) and node.op == "count_over_time" else None
