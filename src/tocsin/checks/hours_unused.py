"""Hours are somebody's hours.

## Why

Hours that no receiver has change nothing; whoever wrote them believes that they do.

## Fix

Add `hours: <name>` to a receiver, or delete them.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.diag.diagnostic import Diagnostic

CODE = "hours/unused"
_HOURS = "hours: {day: {when: {times: '07:00-22:00'}}}"
EXAMPLES = (
    Example(title="nobody has them", finds=("day",), spec=_HOURS),
    Example(
        title="the chat has them",
        spec=f"""
{_HOURS}
receivers: {{chat: {{slack: {{channel: "#alerts", api_url_file: /run/secrets/slack}}, hours: day}}}}
""",
    ),
)


@check(CODE, on=Context, severity="warning")
def hours_unused(context: Context, view: View) -> Iterator[Diagnostic]:
    """What is unused in one environment may be used in another."""
    used = {receiver.hours for model in context.models() for receiver in model.receivers.values()}
    for model in context.models():
        for hours in model.hours.values():
            if hours.name not in used:
                yield view.finding(
                    CODE,
                    hours.origin.key_place(),
                    f"no receiver has the hours `{hours.name}`",
                    help=f"add `hours: {hours.name}` to a receiver, or delete them",
                )
