"""Who would be told of an alert at typical hours, for its proof: the facts are those of `explain`."""

from collections.abc import Iterator

from tocsin.app.explain_alert import Explanation, Told, explain_in
from tocsin.app.find_alert import environment_name
from tocsin.proof.ledger import Row

HOURS = ("mon 10:00", "mon 03:00", "sun 03:00")
"""By day, by night, at the weekend."""


def routes(row: Row) -> tuple[tuple[str, str], ...]:
    """Lines of (title, text); none for what the spec does not route."""
    context, alert = row.trial.context, row.judged[0].subject.alert
    if context is None or alert is None or row.trial.book.model is None:
        return ()
    environment = environment_name(row.trial.book.model)
    found = [explain_in(context.workspace, alert.id, hour, environment=environment) for hour in HOURS]
    return tuple(_lines(found))


def _lines(found: list[Explanation]) -> Iterator[tuple[str, str]]:
    by_hour: dict[str, list[str]] = {}
    for hour, one in zip(HOURS, found, strict=True):
        by_hour.setdefault(_names(one.told), []).append(hour)
    for names, hours in by_hour.items():
        yield "notifies", f"{', '.join(hours)}: {names or 'nobody'}"
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
