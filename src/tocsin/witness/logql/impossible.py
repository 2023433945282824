"""LogQL rules that can never fire, and rules that always do: proved from the query, or not at all."""

from tocsin.query.logql import QueryError, parse, typed
from tocsin.query.logql.ast import Logs
from tocsin.query.logql.walk import walk
from tocsin.witness.logql.refute.analysis import Analysis, TooBig
from tocsin.witness.outcome import Always, Impossible, Reason
from tocsin.witness.presence import Presence
from tocsin.witness.rule import Known, Rule

_NOTHING = Known()


def refute(rule: Rule, known: Known = _NOTHING) -> Impossible | Always | None:
    """Why the rule never fires, or fires whatever the lines; None where neither is proved."""
    try:
        tree = parse(rule.expr)
        if typed(tree) == "log":
            return None
        view = Analysis(tree, rule.expr)
    except (QueryError, TooBig):
        return None
    root = view.root
    if root.presence is Presence.NEVER and root.reason is not None:
        return Impossible(root.reason)
    if root.presence is Presence.ALWAYS:
        return Always(root.vacuous or _constant(view))
    return Always(root.vacuous) if root.presence is Presence.WITH_DATA and root.vacuous is not None else None


def _constant(view: Analysis) -> Reason:
    tree = view.tree
    reads = any(isinstance(node, Logs) for node in walk(tree))
    words = f"{view.words(tree)} always has a result, whatever the lines"
    return Reason(kind="or-constant" if reads else "constant", start=tree.start, end=tree.end, words=words)
