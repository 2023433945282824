"""`absent` of several: it speaks only when all of them are gone."""

from collections.abc import Iterator

from tocsin.query.promql.ast import Call, Range, Selector
from tocsin.query.promql.walk import walk
from tocsin.witness.promql.lints import Lint, lint
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.rule import Rule

CODE = "promql/absent-blind"
_ABSENT = frozenset(("absent", "absent_over_time"))
_ANYTHING = frozenset((".*", ".+"))


@lint
def absent_regex(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """Look at regular expressions in `absent`."""
    for call in walk(view.tree):
        if not isinstance(call, Call) or call.name not in _ABSENT:
            continue
        inner = call.args[0].selector if isinstance(call.args[0], Range) else call.args[0]
        if not isinstance(inner, Selector):
            continue
        matcher = next((m for m in inner.matchers if m.op == "=~" and "|" in m.value), None)
        if matcher is None or matcher.value in _ANYTHING:
            continue
        words = f"`{call.name}` gives something only when all that `{matcher.value[:40]}` matches are gone"
        help = f"one `{call.name}` for each value, joined by `or`"
        yield Lint(code=CODE, start=matcher.start, end=matcher.end, words=words, help=help)
