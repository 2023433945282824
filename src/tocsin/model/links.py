"""URLs that notifications and runbooks carry. Pure text; whether they answer is somebody else's question."""

import json
import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from tocsin.model.dashboards import Dashboard

PROMETHEUS, LOKI, TEMPO, ALERTMANAGER = "prometheus", "loki", "tempo", "alertmanager"
"""Fixed uids of the provisioned data sources."""


def slug(title: str) -> str:
    """The readable part of a dashboard's URL."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "dashboard"


def dashboard_url(
    grafana: str,
    dashboard: Dashboard,
    identity: Mapping[str, str],
    labels: tuple[str, ...] = (),
    panel: int | None = None,
) -> str:
    """A dashboard with its variables set; `labels` are taken from the alert when it fires.

    Grafana 13: `viewPanel=panel-<id>` opens one panel.
    """
    names = {v.name for v in dashboard.variables}
    fixed = {f"var-{k}": v for k, v in identity.items() if k in names}
    url = f"{grafana}/d/{dashboard.uid}/{slug(dashboard.title)}?{urlencode(fixed)}"
    for label in labels:
        if label in names:
            url += f"&var-{label}={{{{ $labels.{label} | urlquery }}}}"
    return url + (f"&viewPanel=panel-{panel}" if panel else "")


def explore_url(grafana: str, source: str, expr: str) -> str:
    """Grafana's Explore with one query over the last hour."""
    query: dict[str, object] = {"refId": "A", "datasource": {"type": source, "uid": source}}
    if source == TEMPO:
        query |= {"queryType": "traceql", "query": expr}
    else:
        query["expr"] = expr
    panes = {"a": {"datasource": source, "queries": [query], "range": {"from": "now-1h", "to": "now"}}}
    text = json.dumps(panes, separators=(",", ":"))
    return f"{grafana}/explore?schemaVersion=1&orgId=1&panes={quote(text, safe='')}"
