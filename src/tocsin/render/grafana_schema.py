"""Brings what grafanalib 0.7.1 draws to Grafana 13's schemaVersion 42: the one place that knows both.

grafanalib emits schemaVersion 12 with dead keys, Angular leftovers, `null` data sources and string
thresholds. Here only keys that Grafana 13.2.3 publishes pass, required ones are completed, and what all
panels have in common (title, place, data source, queries, thresholds, links) is put in.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from tocsin.artifacts.tree import at
from tocsin.model.dashboards import Link, Panel, Query, Threshold

SCHEMA_VERSION = 42
_DEFAULTS = ("unit", "decimals", "min", "max", "noValue", "displayName", "color", "mappings", "links")
_TOP = ("transformations", "timeFrom", "hideTimeOverride")
_CUSTOM = ("timeseries", "table", "heatmap", "state-timeline")
"""Panel types whose fields have settings of their own; `custom` of others is dead."""
_LINES = ("timeseries",)
_COLORS = {"green": "#009E73", "yellow": "#F0E442", "orange": "#E69F00", "red": "#D55E00"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "logs": {"showLogContextToggle": True},
    "table": {"showHeader": True},
    "text": {"code": {"language": "plaintext", "showLineNumbers": False, "showMiniMap": False}},
}
_DEAD_OPTIONS = ("fieldOptions", "showThresholdLabels", "showThresholdMarkers")
_REFERENCES = {
    source: {"type": source, "uid": f"${{{source}}}"} for source in ("prometheus", "loki", "tempo")
}


def plain(value: Any) -> Any:
    """grafanalib's objects, lists and dicts as plain data."""
    while hasattr(value, "to_json_data"):
        value = value.to_json_data()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def shape(drawing: Any) -> dict[str, Any]:
    """The part of a panel that depends on its kind alone: type, fieldConfig, options, transformations."""
    raw = plain(drawing)
    kind: str = raw["type"]
    config = raw.get("fieldConfig", {})
    defaults = config.get("defaults", {})
    kept = {k: defaults[k] for k in _DEFAULTS if defaults.get(k) not in (None, "", [])}
    if kind in _CUSTOM:
        kept["custom"] = _custom(kind, _without_none(defaults.get("custom", {})))
    dead = _DEAD_OPTIONS if kind == "bargauge" else ()
    options = {k: v for k, v in (raw.get("options") or {}).items() if k not in dead}
    out = {
        "type": kind,
        "fieldConfig": {"defaults": kept, "overrides": config.get("overrides", [])},
        "options": _OPTIONS.get(kind, {}) | _without_none(options),
    }
    return out | {k: raw[k] for k in _TOP if raw.get(k)}


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    return value


def _custom(kind: str, custom: dict[str, Any]) -> dict[str, Any]:
    if kind == "table":
        custom.pop("displayMode", None)  # `cellOptions` since Grafana 9.5
    scale = custom.get("scaleDistribution")
    if scale and scale.get("type") == "linear":
        custom["scaleDistribution"] = {"type": "linear"}
    return custom


def panel(one: Panel, drawn: Mapping[str, Any], step: str) -> Any:
    """The panel's JSON: its shape with everything that is its own. `step` is the queries' minimal step."""
    config = drawn["fieldConfig"]
    out: dict[str, Any] = {
        "id": one.id,
        "type": drawn["type"],
        "title": one.title,
        "description": one.description,
        "gridPos": {"h": one.height, "w": one.width, "x": one.x, "y": one.y},
        "fieldConfig": config,
        "options": drawn["options"],
    }
    if drawn["type"] not in ("text", "logs"):
        limits = {"mode": "absolute", "steps": _steps(one, drawn["type"] in _LINES)}
        out["fieldConfig"] = {
            "defaults": {**config["defaults"], "thresholds": limits},
            "overrides": config["overrides"],
        }
    if one.queries:
        out["datasource"] = _reference(one.queries)
        out["targets"] = [
            at(q.origin, target(q, step), f'query {q.ref} of "{one.title}"') for q in one.queries
        ]
    if one.links:
        out["links"] = [link(li) for li in one.links]
    out.update((k, drawn[k]) for k in _TOP if k in drawn)
    return at(one.origin, out, f'panel "{one.title}"')


def _reference(queries: Sequence[Query]) -> dict[str, str]:
    sources = {q.source for q in queries}
    return (
        _REFERENCES[queries[0].source] if len(sources) == 1 else {"type": "datasource", "uid": "-- Mixed --"}
    )


def target(query: Query, step: str = "") -> dict[str, Any]:
    """One query as its data source's editor stores it."""
    source = query.source or "prometheus"
    out: dict[str, Any] = {"refId": query.ref, "datasource": _REFERENCES[source]}
    if source == "tempo":
        return out | {
            "queryType": "traceql",
            "query": query.expr,
            "filters": [],
            "limit": 20,
            "tableType": "traces",
        }
    out |= {"expr": query.expr, "editorMode": "code", "legendFormat": query.legend or "__auto"}
    if source == "loki":
        return out | {"queryType": "instant" if query.instant else "range"}
    out |= {"range": not query.instant, "instant": query.instant, "format": query.format or "time_series"}
    if query.exemplar:
        out["exemplar"] = True
    if step and not query.instant:
        out["interval"] = step
    return out


def _steps(one: Panel, lines: bool) -> list[Any]:
    """Threshold steps.

    A graph draws a line in the colour of the step that begins there, whichever side is bad. Where the value
    itself is coloured, a threshold that it must not fall below colours what is under it.
    """
    what = f'threshold line of "{one.title}"'
    rising = sorted(one.thresholds, key=lambda t: t.value)
    if lines:
        return [
            {"color": "transparent", "value": None},
            *(at(t.origin, {"color": _COLORS[t.color], "value": t.value}, what) for t in _distinct(rising)),
        ]
    below = [t for t in rising if t.direction == "below"]
    above = [t for t in rising if t.direction == "above"]
    colors = [*(t.color for t in below), "green"]
    steps: list[Any] = [{"color": _COLORS[colors[0]], "value": None}]
    steps += [
        at(t.origin, {"color": _COLORS[color], "value": t.value}, what)
        for t, color in zip(below, colors[1:], strict=True)
    ]
    return steps + [
        at(t.origin, {"color": _COLORS[t.color], "value": t.value}, what) for t in _distinct(above)
    ]


def _distinct(rising: Sequence[Threshold]) -> list[Threshold]:
    """One threshold for each value: Grafana wants steps that rise."""
    return [t for i, t in enumerate(rising) if i == 0 or t.value > rising[i - 1].value]


@lru_cache(maxsize=4096)
def link(one: Link, *, variables: bool = False) -> dict[str, Any]:
    """A link; `variables`: it leads to a dashboard and takes time and variables along. Not to be changed."""
    import grafanalib.core as g

    icon = "dashboard" if variables else "external link"
    drawn: dict[str, Any] = g.DashboardLink(
        type="link",
        title=one.title,
        uri=one.url,
        targetBlank=one.new_tab,
        icon=icon,
        keepTime=variables,
        includeVars=variables,
    ).to_json_data()
    return drawn
