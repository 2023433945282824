"""Who would be told of an alert at typical hours, for its proof: the facts are those of `explain`."""

from collections.abc import Iterator

from tocsin.app.explain_alert import Explanation, Told, explain_in
from tocsin.model.workspace import Workspace

HOURS = ("mon 10:00", "mon 03:00", "sun 03:00")
"""By day, by night, at the weekend."""


def routes(workspace: Workspace, alert: str, environment: str = "") -> tuple[tuple[str, str], ...]:
    """Lines of (title, text)."""
    found = [explain_in(workspace, alert, hour, environment=environment) for hour in HOURS]
    return tuple(_lines(found))


def _lines(found: list[Explanation]) -> Iterator[tuple[str, str]]:
    by_hour: dict[str, list[str]] = {}
    for hour, one in zip(HOURS, found, strict=True):
        by_hour.setdefault(_names(one.told), []).append(hour)
    for names, hours in by_hour.items():
        yield "told", f"{', '.join(hours)}: {names or 'nobody'}"
    first = found[0]
    if first.escalated:
        yield "escalated", f"after {first.escalate_after}: {_names(first.escalated) or 'nobody at that hour'}"
    muting = [mute.when for mute in first.muted_while]
    if muting:
        yield (
            "muted",
            f"while {' or '.join(muting)} fires for the same {', '.join(first.muted_while[0].same)}",
        )


def _names(told: tuple[Told, ...]) -> str:
    return ", ".join(one.receiver for one in told if one.now)
