"""The evaluations of a case at which a reader looks: just before it fires, then, its last, its end."""

from collections.abc import Iterable, Iterator

from tocsin.witness.case import Alerting, Case

MOST = 3
"""Of how many alerts with different histories."""


def moments(case: Case, witness: Case | None = None) -> tuple[float, ...]:
    """Seconds since the case's begin. A quiet one is looked at when the `witness` of its rule fires."""
    firing = {at for one in case.expected[:MOST] if one.firing is not None for at in _of(one, case)}
    if firing:
        return _exact(firing)
    held = {case.until if one.resolved is None else one.resolved for one in case.expected[:MOST]}
    return _exact(held or _when(witness, case.until)) or _exact([case.until])


def begins(case: Case) -> tuple[float, ...]:
    """Where alerts begin to fire."""
    return tuple(sorted({one.firing for one in case.expected[:MOST] if one.firing is not None}))


def fires_at(one: Alerting, at: float) -> bool:
    """Whether it is firing then."""
    return one.firing is not None and _at_least(at, one.firing) and not _at_least(at, one.resolved)


def is_active(one: Alerting, at: float) -> bool:
    """Whether it is pending or firing then."""
    return _at_least(at, one.pending) and not _at_least(at, one.resolved)


def _at_least(at: float, instant: float | None) -> bool:
    return instant is not None and round(at, 3) >= round(instant, 3)


def _exact(instants: Iterable[float]) -> tuple[float, ...]:
    """To the millisecond, as promtool says them."""
    return tuple(sorted({round(at, 3) for at in instants}))


def _of(one: Alerting, case: Case) -> Iterator[float]:
    assert one.firing is not None
    if one.firing >= case.every:
        yield one.firing - case.every
    yield one.firing
    if one.resolved is None:
        yield case.until
    else:
        yield one.resolved - case.every
        yield one.resolved


def _when(witness: Case | None, until: float) -> Iterator[float]:
    yield from (at for at in (begins(witness) if witness else ()) if at <= until)
