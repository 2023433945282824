"""From what the spec says about dashboards to placed, resolved ones. Pure; knows no Grafana JSON.

`build_dashboards` is called once for an environment, after its services and alerts are resolved;
`alert_panels` then says where each alert's own signal is shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from tocsin.diag.nodes import Node
from tocsin.model import dashboard_links, layout
from tocsin.model.build_panels import Drawn, PanelBuilder
from tocsin.model.dashboard_setting import DashboardSource, Index, Setting, dashboard_uid, panel_id
from tocsin.model.dashboard_variables import variables
from tocsin.model.dashboards import Annotation, Dashboard, Link, Panel, Query, Row
from tocsin.model.plugins import PanelContent
from tocsin.model.telemetry import Service
from tocsin.spec.dashboards import DashboardSpec, RowSpec

__all__ = ["DashboardSource", "Setting", "alert_panels", "build_dashboards"]
_ROW_HEIGHT = 1


def build_dashboards(sources: Iterable[DashboardSource], setting: Setting) -> tuple[Dashboard, ...]:
    """All dashboards of one environment, in the spec's order; mistakes go to `setting.sink`."""
    index = Index.of(setting)
    built = [
        (source.service, one)
        for source in sources
        if (one := _Builder(setting, index, source).build()) is not None
    ]
    groups: dict[str, dict[str, str]] = {}
    for service, dashboard in built:
        groups.setdefault(service, {})[dashboard.title] = dashboard.uid
    common = groups.get("", {})
    return tuple(
        replace(d, siblings=dashboard_links.siblings(d.uid, groups[service] | common)) for service, d in built
    )


def alert_panels(dashboards: Iterable[Dashboard]) -> dict[str, tuple[str, int]]:
    """Alert id -> (dashboard uid, panel id) of the panel that shows it best: `show: alert` before others."""
    best: dict[str, tuple[int, str, int]] = {}
    for dashboard in dashboards:
        for row in dashboard.rows:
            for panel in row.panels:
                rank = 0 if panel.kind == "alert" else 1
                if panel.alert and (panel.alert not in best or best[panel.alert][0] > rank):
                    best[panel.alert] = rank, dashboard.uid, panel.id
    return {alert: (uid, number) for alert, (_, uid, number) in best.items()}


class _Builder:
    """One dashboard."""

    def __init__(self, setting: Setting, index: Index, source: DashboardSource) -> None:
        self.setting = setting
        self.index = index
        self.source = source
        self.taken: set[int] = set()
        self.seen: dict[str, int] = {}
        self.panels = PanelBuilder(setting, index)

    def build(self) -> Dashboard | None:
        spec = self.setting.decoder.decode(DashboardSpec, self.source.node, self.setting.sink)
        if spec is None:
            return None
        service = self._service(spec)
        rows = self._rows(spec, service)
        return self._dashboard(spec, service, rows)

    def _service(self, spec: DashboardSpec) -> Service | None:
        """The service whose selectors, logs and alerts are meant where a panel names none."""
        known = self.setting.services
        for i, name in enumerate(spec.services):
            if name not in known:
                self.setting.sink.unknown(
                    "spec/unknown-service", self.source.node.at("services").items[i], "service", name, known
                )
        name = self.source.service or (spec.services[0] if spec.services else "")
        return known.get(name) or (next(iter(known.values())) if len(known) == 1 else None)

    # -- rows and panels -----------------------------------------------------------------------
    def _rows(self, spec: DashboardSpec, service: Service | None) -> tuple[Row, ...]:
        top, rows = 0, []
        for title, node in spec.rows.items():
            nodes, collapsed = self._row(node)
            drawn = [p for n in nodes if (p := self.panels.build(n, service)) is not None]
            places, bottom = layout.flow([p.wish for p in drawn], top + _ROW_HEIGHT)
            panels = tuple(self._placed(p, place) for p, place in zip(drawn, places, strict=True))
            rows.append(
                Row(
                    id=self._id(f"row {title}"),
                    title=title,
                    collapsed=collapsed,
                    y=top,
                    panels=panels,
                    origin=node,
                )
            )
            # A folded row takes one line; what follows stands right below it.
            top = top + _ROW_HEIGHT if collapsed else bottom
        return tuple(rows)

    def _row(self, node: Node) -> tuple[tuple[Node, ...], bool]:
        if node.kind == "seq":
            return tuple(node.items), False
        row = self.setting.decoder.decode(RowSpec, node, self.setting.sink)
        return (row.panels, row.collapsed) if row else ((), False)

    def _placed(self, drawn: Drawn, place: layout.Place) -> Panel:
        content, envelope = drawn.content, drawn.envelope
        title = envelope.title or content.title
        queries = tuple(q if q.ref else _named(q, _ref(i)) for i, q in enumerate(content.queries))
        alert = self.index.alerts.get(content.alert)
        links = (
            *dashboard_links.for_alert(self.setting, alert),
            *(Link(title=t, url=u) for t, u in envelope.links.items()),
        )
        return Panel(
            id=self._id(f"{envelope.show} {title}"),
            kind=envelope.show,
            title=title,
            description=envelope.description or content.description,
            content=content,
            queries=queries,
            unit=content.unit,
            decimals=content.decimals,
            thresholds=content.thresholds,
            links=links,
            alert=content.alert,
            x=place.x,
            y=place.y,
            width=place.width,
            height=place.height,
            origin=drawn.node,
        )

    def _id(self, key: str) -> int:
        count = self.seen[key] = self.seen.get(key, 0) + 1
        return panel_id(key if count == 1 else f"{key} {count}", self.taken)

    # -- the dashboard around them -----------------------------------------------------------------
    def _dashboard(self, spec: DashboardSpec, service: Service | None, rows: tuple[Row, ...]) -> Dashboard:
        setting, node = self.setting, self.source.node
        panels = [panel for row in rows for panel in row.panels]
        queries = [q for p in panels for q in p.queries]
        used = list(self.panels.used.values())
        services = self._services(spec, used_services=[m.service for m in used], panels=panels)
        marks = (
            *dashboard_links.annotations(setting, services, node),
            *(
                Annotation(
                    name=name,
                    expr=a.query,
                    color=a.color,
                    title=a.title,
                    text=a.text,
                    origin=node.at("annotations", name),
                )
                for name, a in spec.annotations.items()
            ),
        )
        links = (
            *dashboard_links.for_dashboard(setting, services),
            *(Link(title=t, url=u) for t, u in spec.links.items()),
        )
        asked = [*queries, *(Query(expr=m.expr, source=m.source, origin=m.origin) for m in marks)]
        texts = [(text, p.origin) for p in panels for text in (p.title, p.description, *_texts(p))]
        texts += [(link.url, node) for link in links] + [
            (link.url, p.origin) for p in panels for link in p.links
        ]
        tags = (setting.workspace, setting.identity.get("environment", ""), self.source.service, *spec.tags)
        return Dashboard(
            name=self.source.name,
            uid=dashboard_uid(setting.workspace, setting.environment, self.source.name),
            title=self._title(spec),
            description=spec.description,
            folder=spec.folder or setting.workspace,
            tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
            rows=rows,
            variables=variables(setting, spec.variables, asked, texts, used, node),
            annotations=marks,
            links=links,
            refresh=str(spec.refresh) if spec.refresh else "30s",
            time_from=f"now-{spec.time}" if spec.time else "now-6h",
            services=services,
            origin=node,
        )

    def _title(self, spec: DashboardSpec) -> str:
        """A service's own dashboard is named after it: a profile gives one title to a thousand services."""
        service = self.setting.services.get(self.source.service)
        name = (service.title or service.name) if service else ""
        return spec.title if name.lower() in spec.title.lower() else f"{name}: {spec.title}"

    def _services(
        self, spec: DashboardSpec, used_services: list[str], panels: list[Panel]
    ) -> tuple[str, ...]:
        alerts: Mapping[str, object] = self.index.alerts
        shown = [self.index.alerts[p.alert].service for p in panels if p.alert in alerts]
        names = (*spec.services, self.source.service, *used_services, *shown)
        return tuple(dict.fromkeys(n for n in names if n in self.setting.services))


def _texts(panel: Panel) -> tuple[str, ...]:
    content = panel.content
    found = (content.extra or {}).get("text", "") if isinstance(content, PanelContent) else ""
    return (found,) if isinstance(found, str) else ()


def _named(query: Query, ref: str) -> Query:
    """`replace(query, ref=ref)`, which takes four times as long; there are as many queries as anything."""
    return Query(
        expr=query.expr,
        legend=query.legend,
        source=query.source,
        instant=query.instant,
        format=query.format,
        ref=ref,
        exemplar=query.exemplar,
        origin=query.origin,
    )


@cache
def _ref(index: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
