"""Which recording rules an alerting rule depends on. Pure."""

from collections.abc import Mapping, Sequence

from tocsin.query.errors import QueryError
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql import parse
from tocsin.query.promql.ast import Selector
from tocsin.query.promql.walk import selectors
from tocsin.witness.rule import Recording


def needed(expr: str, recordings: Sequence[Recording]) -> tuple[Recording, ...]:
    """Those whose results it reads, directly or through others, in their order.

    All of them where it does not say by name what it reads.
    """
    found: set[int] = set()
    asked = _read(expr)
    while asked is not None:
        more = {i for i, one in enumerate(recordings) if i not in found and _gives(one, asked)}
        if not more:
            return tuple(recordings[i] for i in sorted(found))
        found |= more
        read = [_read(recordings[i].expr) for i in sorted(more)]
        asked = None if None in read else [selector for each in read if each for selector in each]
    return tuple(recordings)


def _read(expr: str) -> list[Selector] | None:
    """The selectors; None where they do not name what they read."""
    try:
        found = list(selectors(parse(expr)))
    except QueryError:
        return None
    return found if all(selector.metric for selector in found) else None


def _gives(recording: Recording, asked: Sequence[Selector]) -> bool:
    """Whether any of these may select what it records; the labels that it sets are certain."""
    fixed = dict(recording.labels)
    return any(
        selector.metric == recording.record and not any(_excludes(m, fixed) for m in selector.matchers)
        for selector in asked
    )


def _excludes(matcher: LabelMatcher, fixed: Mapping[str, str]) -> bool:
    value = fixed.get(matcher.label)
    if value is None or matcher.op not in ("=", "!="):
        return False
    return (value == matcher.value) != (matcher.op == "=")
