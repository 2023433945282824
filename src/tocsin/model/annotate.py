"""The words and links that an alert's notification carries. Runs last: links need dashboards and panels."""

from collections.abc import Mapping
from dataclasses import replace

from tocsin.model.alerting import Alert, Condition
from tocsin.model.dashboards import Dashboard, Panel
from tocsin.model.links import LOKI, TEMPO, dashboard_url, explore_url
from tocsin.model.telemetry import Service
from tocsin.model.workspace import Links
from tocsin.query.matchers import equal, selector


def annotated(
    alert: Alert,
    services: Mapping[str, Service],
    dashboards: tuple[Dashboard, ...],
    links: Links,
    identity: Mapping[str, str],
) -> Alert:
    """`alert` with its links; the words of each variant are added where the rule is written (`words`)."""
    service = services.get(alert.service)
    found = _panel(alert, dashboards)
    dashboard = found[0] if found else _home(alert, dashboards)
    out: dict[str, str] = {}
    url = ""
    if links.runbooks and alert.runbook:
        out["runbook_url"] = f"{links.runbooks}/{alert.runbook}"
    if links.grafana:
        by = alert.variants[0].condition.by
        if dashboard is not None:
            url = out["dashboard_url"] = dashboard_url(links.grafana, dashboard, identity, by)
        if found:
            out["panel_url"] = dashboard_url(links.grafana, *found[:1], identity, by, found[1].id)
        out |= _explore(service, links.grafana)
    for title, target in alert.links.items():
        out[f"link_{''.join(c if c.isalnum() else '_' for c in title.lower())}"] = _plain(target)
    panel = (found[0].uid, found[1].id) if found else None
    return replace(alert, annotations=out, dashboard_url=url, panel=panel)


def words(alert: Alert, condition: Condition) -> dict[str, str]:
    """Summary, description, value and threshold of one variant of an alert."""
    out = {
        "summary": alert.summary or condition.summary or f"{alert.name}: {_plain(condition.meaning)}",
        "description": alert.description or f"Fires when {_plain(condition.meaning)}.",
    }
    if condition.signal is not None or condition.threshold is not None:
        out["value"] = condition.value
    if condition.threshold_text:
        out["threshold"] = _plain(condition.threshold_text)
    return out


def _plain(text: str) -> str:
    """Text that a Go template prints as it is."""
    return text.replace("{{", '{{ "{{" }}')


def _explore(service: Service | None, grafana: str) -> dict[str, str]:
    out: dict[str, str] = {}
    if service is not None and service.logs is not None:
        out["logs_url"] = explore_url(grafana, LOKI, selector("", equal(service.logs.labels)))
    if service is not None and service.traces:
        query = '{resource.service.name="' + service.traces.replace('"', "") + '"}'
        out["traces_url"] = explore_url(grafana, TEMPO, query)
    return out


def _panel(alert: Alert, dashboards: tuple[Dashboard, ...]) -> tuple[Dashboard, Panel] | None:
    for dashboard in dashboards:
        for row in dashboard.rows:
            for panel in row.panels:
                if panel.alert == alert.id:
                    return dashboard, panel
    return None


def _home(alert: Alert, dashboards: tuple[Dashboard, ...]) -> Dashboard | None:
    """The dashboard of the alert's service, else the first one."""
    own = [d for d in dashboards if alert.service in d.services]
    return next(iter(own or dashboards), None)
