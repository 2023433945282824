"""An `unless` that takes away everything: `x > 10 unless x > 5`."""

from tocsin.query.promql.ast import Binary
from tocsin.witness.outcome import Reason
from tocsin.witness.presence import Presence
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.promql.refute.matched import same_series
from tocsin.witness.promql.refute.reason import never


@never(Binary)
def covered(node: Binary, view: Analysis) -> Reason | None:
    """Look whether every element of the left side has its partner on the right."""
    if node.op != "unless":
        return None
    right = view[node.right]
    on_nothing = node.matching is not None and node.matching.on and not node.matching.names
    if on_nothing and right.presence is Presence.ALWAYS:
        words = f"{view.words(node.right)} is always there, so `unless` takes everything away"
        return Reason(kind="unless-takes-all", start=node.op_start, end=node.end, words=words)
    if right.exact is None or not same_series(node, view):
        return None
    key, values = right.exact
    there = view[node.left].facts.get(key)
    if there is None or not there.inside(values):
        return None
    words = "whatever is on the left is on the right as well, so `unless` takes everything away"
    return Reason(kind="unless-takes-all", start=node.op_start, end=node.end, words=words)
