"""`absent` of what is always there."""

from tocsin.query.promql.ast import Call
from tocsin.witness.outcome import Reason
from tocsin.witness.presence import Presence
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.promql.refute.reason import never


@never(Call)
def never_absent(node: Call, view: Analysis) -> Reason | None:
    """Look at what may be absent."""
    if node.name not in ("absent", "absent_over_time") or view[node.args[0]].presence is not Presence.ALWAYS:
        return None
    words = f"{view.words(node.args[0])} is always there, so it is never absent"
    return Reason(kind="never-absent", start=node.start, end=node.end, words=words)
