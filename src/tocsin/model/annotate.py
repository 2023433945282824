"""The words and links that an alert's notification carries. Runs last: links need dashboards and panels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tocsin.model.alerting import Alert, Condition
from tocsin.model.build_dashboards import alert_panels
from tocsin.model.dashboards import Dashboard, Panel
from tocsin.model.links import LOKI, TEMPO, dashboard_url, explore_url
from tocsin.model.telemetry import Service
from tocsin.model.units import UNITS
from tocsin.model.workspace import Links as BaseUrls
from tocsin.query.matchers import equal, selector


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where everything is: made once for an environment, asked for each alert."""

    urls: BaseUrls
    services: Mapping[str, Service]
    identity: Mapping[str, str]
    panels: Mapping[str, tuple[Dashboard, Panel]]
    """Alert id -> the panel that shows its own signal."""
    homes: Mapping[str, Dashboard]
    """Service -> its first dashboard."""
    first: Dashboard | None

    @classmethod
    def of(
        cls,
        dashboards: tuple[Dashboard, ...],
        urls: BaseUrls,
        services: Mapping[str, Service],
        identity: Mapping[str, str],
    ) -> "Links":
        """Index the dashboards by what they show."""
        by_id = {(d.uid, p.id): (d, p) for d in dashboards for row in d.rows for p in row.panels}
        panels = {alert: by_id[place] for alert, place in alert_panels(dashboards).items()}
        homes: dict[str, Dashboard] = {}
        for dashboard in dashboards:
            for service in dashboard.services:
                homes.setdefault(service, dashboard)
        return cls(
            urls=urls,
            services=services,
            identity=identity,
            panels=panels,
            homes=homes,
            first=dashboards[0] if dashboards else None,
        )

    def annotated(self, alert: Alert) -> Alert:
        """`alert` with its links; the words of each variant are added where the rule is written (`words`)."""
        dashboard, panel = self.panels.get(alert.id) or (self.homes.get(alert.service) or self.first, None)
        out: dict[str, str] = {}
        url = ""
        if self.urls.runbooks and alert.runbook:
            out["runbook_url"] = f"{self.urls.runbooks}/{alert.runbook}"
        if self.urls.grafana:
            by = alert.variants[0].condition.by
            if dashboard is not None:
                url = out["dashboard_url"] = dashboard_url(self.urls.grafana, dashboard, self.identity, by)
            if dashboard is not None and panel is not None:
                out["panel_url"] = dashboard_url(self.urls.grafana, dashboard, self.identity, by, panel.id)
            out |= _explore(self.services.get(alert.service), self.urls.grafana, self.identity)
        for title, target in alert.links.items():
            name = "".join(c if c.isalnum() and c.isascii() else "_" for c in title.lower())
            out[f"link_{name}"] = untemplated(target)
        place = (dashboard.uid, panel.id) if dashboard and panel else None
        return replace(alert, annotations=out, dashboard_url=url, panel=place)


def words(alert: Alert, condition: Condition) -> dict[str, str]:
    """Summary, description, value and threshold of one variant of an alert."""
    out = {
        "summary": alert.summary or condition.summary or f"{alert.name}: {untemplated(condition.meaning)}",
        "description": alert.description or f"Fires when {untemplated(condition.meaning)}.",
    }
    if condition.signal is not None or condition.threshold is not None:
        plain_value = condition.value == "{{ $value }}" and condition.unit in UNITS
        out["value"] = UNITS[condition.unit].template if plain_value else condition.value
    if condition.threshold_text:
        out["threshold"] = untemplated(condition.threshold_text)
    return out


def untemplated(text: str) -> str:
    """Text that a Go template prints as it is."""
    return text.replace("{{", '{{ "{{" }}')


def _explore(service: Service | None, grafana: str, identity: Mapping[str, str]) -> dict[str, str]:
    out: dict[str, str] = {}
    if service is not None and service.logs is not None:
        out["logs_url"] = explore_url(grafana, LOKI, selector("", equal({**identity, **service.logs.labels})))
    if service is not None and service.traces:
        query = '{resource.service.name="' + service.traces.replace('"', "") + '"}'
        out["traces_url"] = explore_url(grafana, TEMPO, query)
    return out
