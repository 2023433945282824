"""What becomes of the alerts of a case, in words: when they are pending, firing, resolved."""

from collections import Counter

from tocsin.query.durations import show_duration
from tocsin.witness.case import Alerting, Case


def length(seconds: float) -> str:
    """`90` as `1m30s`."""
    return show_duration(seconds) or f"{seconds:g}s"


def times(alert: Alerting) -> str:
    """`pending at 5m, firing at 7m, resolved at 14m`."""
    parts = ((alert.pending, "pending"), (alert.firing, "firing"), (alert.resolved, "resolved"))
    said = ", ".join(f"{word} at {length(at)}" for at, word in parts if at is not None)
    return said if alert.firing is not None else f"{said}, never firing"


def outcome(case: Case) -> str:
    """`Pending at 5m, firing at 7m, resolved at 14m.`, or that there is no alert."""
    counts = Counter(times(one) for one in case.expected)
    if not counts:
        return "No alert."
    said = [words if len(case.expected) == 1 else f"{_alerts(n)} {words}" for words, n in counts.items()]
    first, rest = said[0][:1].upper() + said[0][1:], said[1:]
    return f"{'; '.join((first, *rest))}."


def _alerts(count: int) -> str:
    return "one alert" if count == 1 else f"{count} alerts"
