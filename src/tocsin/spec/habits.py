"""What people write from habit (of Prometheus, Alertmanager, Grafana) and how it is said here. Only words."""

from collections.abc import Collection, Mapping

from tocsin.diag.diagnostic import nearest
from tocsin.diag.nodes import Node

_HABITS: Mapping[str, str] = {
    "alert": "the key above is the alert's name: delete this line",
    "annotations": "write `summary:` and `description:` without `annotations:` around them",
    "channel": "put it into the kind: `slack: {channel: ...}`",
    "duration": "write `for:`",
    "interval": "write `every:`",
    "name": "the key above is the name: delete this line",
    "receiver": "write `to:`",
    "receivers": "write `to:`",
    "runbook_url": "write `runbook:` with a name, or nothing: the link is made from `links: runbooks:`",
    "schedule": "write `hours:`",
    "threshold": "write `above:` or `below:` with a unit",
    "type": "write `show:`",
    "value": "write `above:` or `below:` with a unit",
    "window": "write `per:`",
}
_SAID = {"write `for:`": "for", "write `every:`": "every", "write `to:`": "to", "write `hours:`": "hours",
         "write `show:`": "show", "write `per:`": "per"}  # fmt: skip


_OVER_TIME = "write `value` for a gauge, `rate` for a counter, `quantiles` for a histogram"
PANELS: Mapping[str, str] = {
    "barchart": "write `breakdown`, or `top` for a list",
    "bargauge": "write `top`",
    "graph": _OVER_TIME,
    "histogram": "write `heatmap` or `quantiles`",
    "line": _OVER_TIME,
    "piechart": "write `breakdown` with `shares: true`",
    "singlestat": "write `stat`",
    "timeseries": _OVER_TIME,
}
"""Grafana's names of panels, and what shows the same."""


def instead(key: str, value: Node, known: Collection[str], owner: str) -> str:
    """What to do about an unknown key, where more can be said than the nearest known one; else empty."""
    if f"{key}_file" in known:
        return f"put the secret in a file and write `{key}_file: PATH`; if it was committed, replace it"
    if nearest(key, known):
        return ""
    habit = _HABITS.get(key, "")
    wanted = _SAID.get(habit)
    if habit and (wanted is None or wanted in known):
        return habit
    if owner in known and value.kind == "map":
        return f"`{owner}` is read as a name here: indent it and what is below it by two more spaces"
    return ""
