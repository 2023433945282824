"""A text of the alert uses a label that its expression has aggregated away."""

from collections.abc import Iterator

from tocsin.query.promql.ast import Aggregate, Expr
from tocsin.query.promql.walk import walk
from tocsin.witness.labels_used import labels_used
from tocsin.witness.promql.lints import Lint, lint
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.rule import Rule

CODE = "rule/lost-label"


@lint
def lost_label(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """Look at annotations and labels; the place is where the label goes."""
    for name, label in labels_used(rule):
        if view.root.labels.has(label) is False:
            node = _loses(label, view)
            words = f"`{name}` uses the label `{label}`, which no result has: it prints nothing there"
            help = f"keep it, such as by `by ({label})`, or leave it out of the text"
            yield Lint(code=CODE, start=node.start, end=node.end, words=words, help=help)


def _loses(label: str, view: Analysis) -> Expr:
    """The first aggregation that drops it; the whole where none does."""
    for node in walk(view.tree):
        if not isinstance(node, Aggregate) or view[node].labels.has(label) is not False:
            continue
        if view[node.expr].labels.has(label) is not False:
            return node
    return view.tree
