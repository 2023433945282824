"""From evaluations to alerts: `for` and `keep_firing_for` as the rulers of Prometheus and Loki have them.

Prometheus 3.15.0 and Loki 3.7.8 share the code (rules/alerting.go): an element becomes pending at the first
evaluation that gives it; at an evaluation at least `for` later it fires; when it is missing once it is
inactive at once, unless it was firing and `keep_firing_for` has not passed since the first evaluation that
did not give it.
"""

from collections.abc import Mapping, Sequence

from tocsin.witness.case import Alerting
from tocsin.witness.telemetry import Labels


def alertings(
    present: Mapping[Labels, Sequence[bool]], every: float, hold: float, keep: float = 0.0
) -> tuple[Alerting, ...]:
    """The alerts of a grid; `present[labels][i]` says whether the evaluation at `i * every` gave the element.

    Each period of activity is one `Alerting`, in the order of their beginning and then of labels.
    """
    found: list[Alerting] = []
    for labels, row in present.items():
        found += _of_one(labels, row, every, hold, keep)
    return tuple(sorted(found, key=lambda one: (one.pending, one.labels)))


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
