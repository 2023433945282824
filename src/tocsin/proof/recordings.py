"""Which recording rules an alerting rule depends on. Pure."""

from collections.abc import Sequence

from tocsin.query.errors import QueryError
from tocsin.query.promql import parse
from tocsin.query.promql.walk import selectors
from tocsin.witness.rule import Recording


def needed(expr: str, recordings: Sequence[Recording]) -> tuple[Recording, ...]:
    """Those whose results it reads, directly or through others, in their order.

    All of them where it does not say by name what it reads.
    """
    left = list(recordings)
    wanted = metrics_read(expr)
    found: set[int] = set()
    while wanted is not None and (more := [i for i in _naming(left, wanted) if i not in found]):
        found |= set(more)
        for i in more:
            read = metrics_read(left[i].expr)
            wanted = None if wanted is None or read is None else wanted | read
    return tuple(left) if wanted is None else tuple(left[i] for i in sorted(found))


def metrics_read(expr: str) -> frozenset[str] | None:
    """The names of the metrics that it reads; None: they cannot be told from the text."""
    try:
        names = [selector.metric for selector in selectors(parse(expr))]
    except QueryError:
        return None
    return frozenset(name for name in names if name) if all(names) else None


def _naming(recordings: Sequence[Recording], wanted: frozenset[str]) -> list[int]:
    return [i for i, one in enumerate(recordings) if one.record in wanted]
