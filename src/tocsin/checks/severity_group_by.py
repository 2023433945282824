"""A notification is about one alert of one service in one place.

## Why

Who is woken by a message that mixes clusters or services cannot tell where to look, and a group that is being
told already swallows the first message of the next problem.

## Fix

Keep `cluster`, `environment`, `service` and `alertname` in `group_by`, and add to them.

## Exceptions

`alertname` may be left out where one message for all that is wrong with a service is wanted: then this is
only told as an information. Labels that the workspace's `identity` does not have are not asked for.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Severity
from tocsin.model.routing import GROUP_BY

CODE = "severity/group-by"
EXAMPLES = (
    Example(
        title="clusters in one message",
        finds=("[alertname]",),
        spec="severities: {critical: {group_by: [alertname]}}",
    ),
    Example(
        title="one message for a service",
        finds=("[cluster, environment, service]",),
        spec="severities: {critical: {group_by: [cluster, environment, service]}}",
    ),
    Example(
        title="all four, and one more",
        spec="severities: {critical: {group_by: [cluster, environment, service, alertname, instance]}}",
    ),
)


@check(CODE, on=Severity, severity="warning")
def group_by(severity: Severity, view: View) -> Iterator[Diagnostic]:
    """Which of the four are missing."""
    wanted = [name for name in GROUP_BY if name in view.model.identity or name in ("service", "alertname")]
    missing = [name for name in wanted if name not in severity.group_by]
    if missing:
        words = {"alertname": "alerts", "service": "services", "cluster": "clusters"}
        mixed = " and ".join(words.get(name, f"{name}s") for name in missing)
        yield view.finding(
            CODE,
            severity.origin.at("group_by"),
            f"one notification of `{severity.name}` mixes {mixed}",
            severity="info" if missing == ["alertname"] else "warning",
            help=f"write `group_by: [{', '.join(dict.fromkeys((*wanted, *severity.group_by)))}]`",
        )
