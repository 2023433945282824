"""Names that would meet in one file. Each is a good name by itself."""

from collections.abc import Iterable

from tocsin.diag.diagnostic import Label, Sink
from tocsin.model.alerting import Alert
from tocsin.model.dashboard_setting import DashboardSource


def dashboards(sources: Iterable[DashboardSource], sink: Sink) -> None:
    """Report dashboards of the same name: `a`'s `b-c` and `a-b`'s `c`."""
    seen: dict[str, DashboardSource] = {}
    for source in sources:
        other = seen.setdefault(source.name, source)
        if other is not source:
            sink.error(
                "spec/name",
                source.node.key_place(),
                f"two dashboards are called `{source.name}`",
                others=(Label(other.node.key_place().span, "the first one"),),
                help="a service's dashboard is called `<service>-<name>`: rename one of them",
            )


def runbooks(alerts: Iterable[Alert], sink: Sink) -> None:
    """Report runbooks whose names differ in case only: on some disks they are one file."""
    seen: dict[str, Alert] = {}
    for alert in alerts:
        other = seen.setdefault(alert.runbook.lower(), alert)
        if other.runbook != alert.runbook:
            sink.error(
                "spec/name",
                alert.origin.key_place(),
                f"`{alert.runbook}` and `{other.runbook}` are one file where case does not count",
                others=(Label(other.origin.key_place().span, "the other one"),),
                help="spell them alike, or rename one",
            )
