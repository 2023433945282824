"""A part of the expression that never gives anything, while the whole may fire without it."""

from collections.abc import Iterator

from tocsin.query.promql.ast import Binary
from tocsin.query.promql.walk import walk
from tocsin.witness.presence import Presence
from tocsin.witness.promql.lints import Lint, lint
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.promql.refute.reasons.never_match import no_match
from tocsin.witness.rule import Rule

CODE = "promql/dead-branch"


@lint
def dead_branch(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """Look at all parts, unless the whole is dead: then that is said of the rule."""
    if view.root.presence is Presence.NEVER:
        return
    for node in walk(view.tree):
        reason = view[node].reason
        if reason is not None:
            words = f"this part never gives anything: {reason.words}"
            yield Lint(code=CODE, start=reason.start, end=reason.end, words=words, help=reason.help)
        if isinstance(node, Binary) and node.op == "unless" and (why := no_match(node, view)) is not None:
            words = f"this `unless` takes nothing away: {why.words}"
            yield Lint(code="promql/no-match", start=why.start, end=why.end, words=words, help=why.help)
