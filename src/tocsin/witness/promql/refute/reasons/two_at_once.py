"""Two comparisons of one expression that cannot hold together: `x > 5 and x < 3`."""

from tocsin.query.promql.ast import Binary, Expr
from tocsin.query.promql.types import type_of
from tocsin.witness.interval import span
from tocsin.witness.outcome import Reason
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.promql.refute.matched import same_series
from tocsin.witness.promql.refute.reason import never


@never(Binary)
def two_at_once(node: Binary, view: Analysis) -> Reason | None:
    """Look at what must hold of the same series on both sides."""
    if node.op in ("or", "unless") or "scalar" in (type_of(node.left), type_of(node.right)):
        return None
    facts = view[node].facts
    key = next((key for key, values in facts.items() if values.empty and not values.nan), None)
    if key is None:
        return None
    left, right = view[node.left].facts, view[node.right].facts
    words = f"{_told(key, view)} would have to be two things at once"
    if same_series(node, view) and key in left and key in right:
        sides = f"{span(left[key])} on the left and {span(right[key])} on the right"
        words = f"of the same series, {_told(key, view)} is {sides}"
    return Reason(kind="contradiction", start=node.start, end=node.end, words=words)


def _told(key: Expr, view: Analysis) -> str:
    if key.end:
        return view.words(key)
    if isinstance(key, Binary):
        return f"the difference of {view.words(key.left)} and {view.words(key.right)}"
    return "the value"
