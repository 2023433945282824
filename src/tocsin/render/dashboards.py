"""Dashboards as Grafana JSON: one artifact for each. Queries, ids and places are the model's."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from tocsin.artifacts.tree import Artifact, at
from tocsin.model.dashboards import Annotation, Dashboard, Link, Panel, Query, Row, Variable
from tocsin.model.plugins import PanelContent, panel_types
from tocsin.model.workspace import Model
from tocsin.render import grafana_schema
from tocsin.render.renderer import renderer

_ANNOTATION_COLORS = {
    "red": "#D55E00",
    "orange": "#E69F00",
    "yellow": "#F0E442",
    "green": "#009E73",
    "blue": "#56B4E9",
    "purple": "#CC79A7",
}
_DATASOURCE_NAMES = {"prometheus": "Prometheus", "loki": "Loki", "tempo": "Tempo"}
_REFRESH = ["10s", "30s", "1m", "5m", "15m", "1h"]
_ALL = "$__all"
_BUILT_IN = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}
Shapes = dict[tuple[object, ...], dict[str, Any]]


@renderer("dashboards")
def dashboards(model: Model) -> Iterator[Artifact]:
    """One JSON file for each dashboard of the environment."""
    shapes: Shapes = {}
    for one in model.dashboards:
        yield Artifact(
            path=f"{model.root}dashboards/{one.name}.json",
            format="json",
            kind="dashboards",
            tree=tree(one, shapes),
            origin=one.origin,
        )


def tree(one: Dashboard, shapes: Shapes) -> Any:
    """The dashboard's JSON. `shapes` keeps what was drawn: a thousand dashboards have few kinds of panels."""
    panels: list[Any] = []
    for row in one.rows:
        panels += _row(row, [_panel(p, shapes) for p in row.panels])
    data = {
        "uid": one.uid,
        "title": one.title,
        "description": one.description,
        "tags": list(one.tags),
        "schemaVersion": grafana_schema.SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,
        "refresh": one.refresh,
        "timezone": one.timezone,
        "time": {"from": one.time_from, "to": "now"},
        "timepicker": {"refresh_intervals": _REFRESH},
        "fiscalYearStartMonth": 0,
        "preload": False,
        "links": _links(one),
        "annotations": {"list": [_BUILT_IN, *(_annotation(a) for a in one.annotations)]},
        "templating": {"list": [_variable(v) for v in one.variables]},
        "panels": panels,
    }
    return at(one.origin, data, f'dashboard "{one.title}"')


def _row(row: Row, panels: list[Any]) -> list[Any]:
    head = {
        "id": row.id,
        "type": "row",
        "title": row.title,
        "collapsed": row.collapsed,
        "gridPos": {"h": 1, "w": 24, "x": 0, "y": row.y},
        "panels": panels if row.collapsed else [],
    }
    marked = at(row.origin, head, f'row "{row.title}"')
    return [marked] if row.collapsed else [marked, *panels]


def _panel(one: Panel, shapes: Shapes) -> Any:
    content = one.content
    extra = (content.extra or {}) if isinstance(content, PanelContent) else {}
    key = one.kind, one.unit, one.decimals, tuple(t.direction for t in one.thresholds), repr(extra)
    drawn = shapes.get(key)
    if drawn is None:
        kind = panel_types.get(one.kind)
        if kind is None:  # the model was built with the same registry
            raise LookupError(one.kind)
        drawn = shapes[key] = grafana_schema.shape(kind.draw(one))
    return grafana_schema.panel(one, drawn, str(extra.get("interval", "")))


def _links(one: Dashboard) -> list[dict[str, Any]]:
    """The other dashboards first, time and variables kept; a menu by tag where there are too many to list."""
    link = partial(grafana_schema.link, variables=True)
    out = [link(Link(title=title, url=f"/d/{uid}", new_tab=False)) for title, uid in one.siblings.items()]
    if not out:
        out.append(
            link(Link(title="Dashboards", url="", new_tab=False))
            | {"type": "dashboards", "tags": list(one.tags[:2]), "asDropdown": True}
        )
    return out + [grafana_schema.link(x) for x in one.links]


def _annotation(one: Annotation) -> Any:
    query = Query(expr=one.expr, source=one.source, ref="Anno", origin=one.origin)
    target = grafana_schema.target(query, "1m")
    for key in ("legendFormat", "format"):
        target.pop(key, None)
    out = {
        "name": one.name,
        "datasource": target["datasource"],
        "enable": True,
        "hide": False,
        "iconColor": _ANNOTATION_COLORS.get(one.color, one.color),
        "target": target,
    }
    words = {"titleFormat": one.title, "textFormat": one.text, "tagKeys": ",".join(one.tags)}
    return at(one.origin, out | {k: v for k, v in words.items() if v}, f'annotation "{one.name}"')


def _variable(one: Variable) -> Any:
    chosen = one.default or (_ALL if one.include_all else "")
    current: Any = {"text": "All" if chosen == _ALL else chosen, "value": chosen}
    if one.multi:
        current = {"text": [current["text"]], "value": [chosen]}
    out: dict[str, Any] = {
        "name": one.name,
        "label": one.label,
        "hide": 0,
        "skipUrlSync": False,
        "current": current,
        "options": [],
    }
    if one.kind == "text":
        return at(one.origin, out | {"type": "textbox", "query": one.default}, f'variable "{one.name}"')
    out |= {"multi": one.multi, "includeAll": one.include_all}
    if one.include_all:
        out["allValue"] = ".*"  # a list of all values would make queries too long, and miss new ones
    return at(one.origin, out | _VARIABLE[one.kind](one), f'variable "{one.name}"')


def _datasource_variable(one: Variable) -> dict[str, Any]:
    current = {"text": _DATASOURCE_NAMES[one.query], "value": one.default}
    return {"type": "datasource", "query": one.query, "current": current, "refresh": 1, "regex": one.regex}


def _custom_variable(one: Variable) -> dict[str, Any]:
    options = [{"text": v, "value": v, "selected": v == one.default} for v in one.values]
    return {
        "type": "custom",
        "query": ",".join(v.replace(",", "\\,") for v in one.values),
        "options": options,
    }


def _query_variable(one: Variable) -> dict[str, Any]:
    return {
        "type": "query",
        "datasource": {"type": one.source, "uid": f"${{{one.source}}}"},
        "query": {"query": one.query, "refId": one.name},
        "refresh": 2,
        "regex": one.regex,
        "sort": 1,
    }


_VARIABLE = {"datasource": _datasource_variable, "custom": _custom_variable, "query": _query_variable}
