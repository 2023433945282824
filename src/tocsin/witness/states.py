"""From evaluations to alerts: `for` and `keep_firing_for` as the rulers of Prometheus and Loki have them.

Prometheus 3.15.0 and Loki 3.7.8 share the code (rules/alerting.go): an element becomes pending at the first
evaluation that gives it; at an evaluation at least `for` later it fires; when it is missing once it is
inactive at once, unless it was firing and `keep_firing_for` has not passed since the first evaluation that
did not give it. More alerts than the group's `limit`, pending ones included, and the evaluation fails: all
alerts of the rule are forgotten, and the next evaluation begins anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tocsin.witness.case import Alerting
from tocsin.witness.telemetry import Labels


def alertings(
    present: Mapping[Labels, Sequence[bool]], every: float, hold: float, keep: float = 0.0, limit: int = 0
) -> tuple[Alerting, ...]:
    """The alerts of a grid; `present[labels][i]` says whether the evaluation at `i * every` gave the element.

    Each period of activity is one `Alerting`, in the order of their beginning and then of labels. `limit` 0
    is none.
    """
    found: list[Alerting] = []
    begin: int | None = 0
    while begin is not None:
        rest = {labels: (*(False for _ in row[:begin]), *row[begin:]) for labels, row in present.items()}
        later = [one for labels, row in rest.items() for one in _of_one(labels, row, every, hold, keep)]
        failed = _over(later, every, limit) if limit else None
        found += later if failed is None else _until(later, failed * every)
        begin = None if failed is None else failed + 1
    return tuple(sorted(found, key=lambda one: (one.pending, one.labels)))


def _over(found: Sequence[Alerting], every: float, limit: int) -> int | None:
    """The first evaluation with more alerts than allowed; their number only ever grows where one begins."""
    begins = sorted({one.pending for one in found})
    for at in begins:
        active = sum(one.pending <= at and (one.resolved is None or at < one.resolved) for one in found)
        if active > limit:
            return round(at / every)
    return None


def _until(found: Sequence[Alerting], end: float) -> list[Alerting]:
    """The alerts that began before `end`, at which all are forgotten."""
    return [
        replace(
            one,
            firing=one.firing if one.firing is not None and one.firing < end else None,
            resolved=end if one.resolved is None or one.resolved > end else one.resolved,
        )
        for one in found
        if one.pending < end
    ]


def _of_one(labels: Labels, row: Sequence[bool], every: float, hold: float, keep: float) -> list[Alerting]:
    found: list[Alerting] = []
    pending: int | None = None
    firing: int | None = None
    last = 0
    for i, there in enumerate(row):
        if there:
            last = i
            pending = i if pending is None else pending
            if firing is None and (i - pending) * every >= hold:
                firing = i
        elif pending is not None and (firing is None or (i - last - 1) * every >= keep):
            found.append(_alerting(labels, every, pending, firing, i))
            pending = firing = None
    if pending is not None:
        found.append(_alerting(labels, every, pending, firing, None))
    return found


def _alerting(labels: Labels, every: float, pending: int, firing: int | None, end: int | None) -> Alerting:
    return Alerting(
        labels=labels,
        pending=pending * every,
        firing=None if firing is None else firing * every,
        resolved=None if end is None else end * every,
    )
