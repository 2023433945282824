"""Rules that can never fire, and rules that always do: proved from the expression, or not at all."""

from tocsin.query.promql import QueryError, parse
from tocsin.query.promql.ast import COMPARISONS, Binary, Call, Expr
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import metrics, selectors, walk
from tocsin.witness.outcome import Always, Impossible, Reason
from tocsin.witness.presence import Presence
from tocsin.witness.promql.refute.analysis import Analysis, TooBig
from tocsin.witness.promql.refute.duration import too_long
from tocsin.witness.promql.refute.matched import may_fail
from tocsin.witness.rule import Known, Rule

_COMPUTING = frozenset(
    ("rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "changes", "resets",
     "avg_over_time", "sum_over_time", "min_over_time", "max_over_time", "histogram_quantile")
)  # fmt: skip
_NOTHING = Known()


def refute(rule: Rule, known: Known = _NOTHING) -> Impossible | Always | None:
    """Why the rule never fires, or fires as long as there are data; None where neither is proved."""
    try:
        view = Analysis(parse(rule.expr), known, rule.expr)
    except (QueryError, TooBig):
        return None
    return judged(rule, view)


def judged(rule: Rule, view: Analysis) -> Impossible | Always | None:
    """The same of an expression that has been understood already."""
    root = view.root
    if type_of(view.tree) in ("string", "matrix"):
        return None
    if root.presence is Presence.NEVER and root.reason is not None:
        return Impossible(root.reason)
    reason = too_long(rule, view)
    if reason is not None:
        return Impossible(reason)
    reason = _always(view)
    return None if reason is None else Always(reason)


def _always(view: Analysis) -> Reason | None:
    root, tree = view.root, view.tree
    if root.presence < Presence.WITH_DATA or any(may_fail(node, view) for node in walk(tree)):
        return None
    if root.presence is Presence.ALWAYS:
        return _constant(view)
    if root.vacuous is not None:
        return root.vacuous
    if _computes(tree):
        words = "nothing is compared, so this fires as long as there are data"
        help = "compare it with a number, such as `> 5`"
        return Reason(kind="no-condition", start=tree.start, end=tree.end, words=words, help=help)
    return None


def _constant(view: Analysis) -> Reason:
    tree, why = view.tree, view.root.vacuous
    if not selectors(tree):
        words = f"{view.words(tree)} needs no telemetry and always has a result"
        return Reason(kind="constant", start=tree.start, end=tree.end, words=words)
    if isinstance(tree, Binary) and tree.op == "or":
        side = tree.right if view[tree.right].presence is Presence.ALWAYS else tree.left
        words = f"{view.words(side)} always has a result, so the alert always fires"
        help = _compared_together(tree, side, view)
        return Reason(kind="or-constant", start=side.start, end=side.end, words=words, help=help)
    words = "this has a result whatever the telemetry"
    return why or Reason(kind="always-true", start=tree.start, end=tree.end, words=words)


def _compared_together(tree: Binary, constant: Expr, view: Analysis) -> str:
    """`(x or vector(0)) > 5` for `x > 5 or vector(0)`."""
    other = tree.left
    if constant is not tree.right or not isinstance(other, Binary) or other.op not in COMPARISONS:
        return ""
    left, right = (view.text[side.start : side.end] for side in (other.left, other.right))
    return f"({left} or {view.text[constant.start : constant.end]}) {other.op} {right}"


def _computes(tree: Expr) -> bool:
    """Whether it calculates without comparing anything; a bare selector may ask whether there is a series."""
    if "ALERTS" in metrics(tree):
        return False
    nodes = list(walk(tree))
    if any(
        isinstance(node, Binary) and (node.op in COMPARISONS or node.op in ("and", "unless"))
        for node in nodes
    ):
        return False
    return any(isinstance(node, Call) and node.name in _COMPUTING for node in nodes)
