"""No two dashboards have the same uid.

## Why

Grafana keeps one dashboard for a uid: the second overwrites the first, and links lead to the wrong one. The
uid is made of the workspace's, the environment's and the dashboard's names, in which every sign but letters,
digits and `_` becomes `-`.

## Fix

Rename one of the dashboards, or the environment.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.dashboards import Dashboard

CODE = "dashboard/uid-collision"
_ROWS = "rows: {Now: [{show: stat, of: queue_length}]}"
EXAMPLES = (
    Example(
        title="a dot and a dash",
        finds=("queue-long",),
        spec=f"""
dashboards:
  queue.long: {{title: One, {_ROWS}}}
  queue-long: {{title: Two, {_ROWS}}}
""",
    ),
    Example(
        title="an environment's name in a dashboard's",
        finds=("queues",),
        spec=f"""
dashboards:
  test-queues: {{title: Queues of the test, {_ROWS}}}
  queues: {{title: Queues, {_ROWS}}}
environments: {{test: {{identity: {{environment: test}}}}}}
""",
    ),
    Example(title="different names", spec=f"dashboards: {{queues: {{title: One, {_ROWS}}}}}"),
)


@check(CODE, on=Context)
def uid_collision(context: Context, view: View) -> Iterator[Diagnostic]:
    """Over all environments: they may share one Grafana."""
    seen: dict[str, Dashboard] = {}
    for model in context.models():
        for dashboard in model.dashboards:
            first = seen.setdefault(dashboard.uid, dashboard)
            if first is not dashboard:
                yield view.finding(
                    CODE,
                    dashboard.origin.key_place(),
                    f"two dashboards have the uid `{dashboard.uid}`",
                    others=(Label(first.origin.key_place().span, "the first"),),
                    help="rename one of them",
                )
