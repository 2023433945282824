"""Panels drawn with grafanalib: one function for each Grafana panel type that several kinds of panel use.

A drawing depends on nothing but the panel's kind, unit, decimals, `extra` and the directions of its
thresholds: the renderer draws each such shape once, and puts title, place, queries, thresholds and links in
afterwards. grafanalib knows the Grafana of 2022; what came later is said in `extraJson`.
"""

from collections.abc import Mapping
from typing import Any

from tocsin.model.dashboards import Panel
from tocsin.model.plugins import PanelContent
from tocsin.model.units import UNITS

PALETTE = "palette-colorblind"
"""Series that people with any colour vision tell apart: Grafana 13.2.3 lists it under "Accessible".

Grafana before 12.4 stops at a palette that it does not know; later ones draw all series in one colour.
"""
COLORS = {
    "green": "#009E73",
    "yellow": "#F0E442",
    "orange": "#E69F00",
    "red": "#D55E00",
    "blue": "#0072B2",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "grey": "#8F8F8F",
}
"""Okabe and Ito's set: red and green differ in lightness, too."""
_OTHER_UNITS = {
    "per_minute": "cpm",
    "per_hour": "suffix:/h",
    "per_day": "suffix:/d",
    "bits_per_second": "bps",
    "hours": "h",
}
_CALCS = {"lastNotNull": "Last *", "max": "Max", "mean": "Mean", "sum": "Total"}
NO_DATA = "no data"


def unit_id(unit: str) -> str:
    """Grafana's id of a unit of ours; ids of Grafana's own pass."""
    if unit in _OTHER_UNITS:
        return _OTHER_UNITS[unit]
    return UNITS[unit].grafana if unit in UNITS else unit


def extra(panel: Panel) -> Mapping[str, Any]:
    """The plain data that the kind's `content` left for its `draw`."""
    content = panel.content
    return (content.extra or {}) if isinstance(content, PanelContent) else {}


def style(**options: Any) -> dict[str, Any]:
    """Plain data for `draw`, without what is not said."""
    return {k: v for k, v in options.items() if v is not None and v is not False and v not in ("", (), [])}


def fixed(ref: str, color: str, **custom: Any) -> dict[str, Any]:
    """An override: the series of query `ref` in one colour, with more `custom` settings."""
    value = {"mode": "fixed", "fixedColor": COLORS[color]}
    properties: list[dict[str, Any]] = [{"id": "color", "value": value}]
    properties += [{"id": f"custom.{key}", "value": one} for key, one in custom.items()]
    return {"matcher": {"id": "byFrameRefID", "options": ref}, "properties": properties}


def mapping(*values: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Value mappings: `mapping(("0", "down", "red"), ("1", "up", "green"))`."""
    options = {
        value: {"text": text, "color": COLORS[color], "index": i}
        for i, (value, text, color) in enumerate(values)
    }
    return [{"type": "value", "options": options}]


def time_series(panel: Panel) -> Any:
    """Lines, areas or bars over time.

    `extra`: stack, percent, draw, fill, legend, calcs, min, max, room, log, overrides, negative.
    """
    import grafanalib.core as g

    said = extra(panel)
    bars = said.get("draw") == "bars"
    stacked = bool(said.get("stack") or said.get("percent"))
    legend = said.get("legend", "bottom")
    calcs = said.get("calcs", ["mean", "max", "lastNotNull"])
    custom = {"axisSoftMax": said.get("room"), "axisCenteredZero": bool(said.get("negative"))}
    options: dict[str, Any] = {"legend": {"showLegend": True}, "tooltip": {"hideZeros": False}}
    if legend != "list" and calcs:
        options["legend"] |= {"sortBy": _CALCS[calcs[-1]], "sortDesc": True}
    return g.TimeSeries(
        unit=unit_id(panel.unit),
        valueDecimals=panel.decimals,
        colorMode=PALETTE,
        drawStyle="bars" if bars else "line",
        lineWidth=0 if bars else 1,
        fillOpacity=said.get("fill", 80 if bars else 25 if stacked else 8),
        showPoints="auto",
        pointSize=4,
        stacking=_stacking(said),
        thresholdsStyleMode=_threshold_style(panel),
        legendDisplayMode="list" if legend == "list" else "table",
        legendCalcs=list(calcs),
        legendPlacement="right" if legend == "right" else "bottom",
        tooltipMode="multi",
        tooltipSort="desc",
        overrides=list(said.get("overrides", ())),
        scaleDistributionType="log" if said.get("log") else "linear",
        axisSoftMin=None if said.get("negative") or said.get("log") else 0,
        extraJson={
            "fieldConfig": {
                "defaults": {
                    "noValue": NO_DATA,
                    "min": said.get("min"),
                    "max": said.get("max"),
                    "custom": custom,
                }
            },
            "options": options,
        },
    )


def _stacking(said: Mapping[str, Any]) -> dict[str, str]:
    return {
        "group": "A",
        "mode": "percent" if said.get("percent") else "normal" if said.get("stack") else "none",
    }


def _threshold_style(panel: Panel) -> str:
    if not panel.thresholds:
        return "off"
    # The area above a line is shaded; for a line that values must not fall below it would be the good area.
    return "dashed+area" if all(t.direction == "above" for t in panel.thresholds) else "dashed"


def _colored(panel: Panel) -> dict[str, str]:
    if panel.thresholds or extra(panel).get("mappings"):
        return {"mode": "thresholds"}
    return {"mode": "fixed", "fixedColor": COLORS["sky"]}


def _reduce(panel: Panel) -> dict[str, Any]:
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}


def stat(panel: Panel) -> Any:
    """One large number, or one for each series. `extra`: mappings, graph, text."""
    import grafanalib.core as g

    said = extra(panel)
    return g.Stat(
        format=unit_id(panel.unit),
        decimals=panel.decimals,
        color=_colored(panel),
        colorMode="value",
        graphMode="area" if said.get("graph") else "none",
        mappings=list(said.get("mappings", ())),
        noValue=NO_DATA,
        reduceCalc="lastNotNull",
        textMode=said.get("text", "auto"),
        extraJson={
            "options": {"wideLayout": True, "showPercentChange": False, "percentChangeColorMode": "standard"}
        },
    )


def gauge(panel: Panel) -> Any:
    """A dial, or one for each series. `extra`: min, max."""
    import grafanalib.core as g

    said = extra(panel)
    return g.GaugePanel(
        format=unit_id(panel.unit),
        decimals=panel.decimals,
        min=said.get("min", 0),
        max=said.get("max"),
        thresholds=[],
        extraJson={
            "fieldConfig": {"defaults": {"noValue": NO_DATA, "color": _colored(panel)}},
            "options": {
                "reduceOptions": _reduce(panel),
                "showThresholdLabels": False,
                "showThresholdMarkers": True,
                "orientation": "auto",
                "sizing": "auto",
                "minVizWidth": 75,
                "minVizHeight": 75,
                "shape": "gauge",
                "barShape": "flat",
                "barWidthFactor": 0.5,
                "segmentCount": 1,
                "segmentSpacing": 0.3,
                "effects": {"barGlow": False, "centerGlow": False, "gradient": False},
            },
        },
    )


def bar_gauge(panel: Panel) -> Any:
    """Horizontal bars, one for each series. `extra`: max."""
    import grafanalib.core as g

    defaults = {
        "unit": unit_id(panel.unit),
        "decimals": panel.decimals,
        "min": 0,
        "max": extra(panel).get("max"),
        "noValue": NO_DATA,
        "color": _colored(panel),
    }
    legend = {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []}
    return g.BarGauge(
        displayMode="basic",
        thresholds=[],
        extraJson={
            "fieldConfig": {"defaults": defaults},
            "options": {
                "reduceOptions": _reduce(panel),
                "orientation": "horizontal",
                "showUnfilled": False,
                "valueMode": "text",
                "namePlacement": "left",
                "sizing": "auto",
                "minVizWidth": 8,
                "minVizHeight": 16,
                "maxVizHeight": 40,
                "legend": legend,
            },
        },
    )


def table(panel: Panel) -> Any:
    """Rows and columns. `extra`: overrides, transformations, sort (the title of a column)."""
    import grafanalib.core as g

    said = extra(panel)
    sort = [g.TableSortByField(displayName=said["sort"], desc=True)] if said.get("sort") else []
    return g.Table(
        unit=unit_id(panel.unit),
        filterable=True,
        overrides=list(said.get("overrides", ())),
        transformations=list(said.get("transformations", ())),
        sortBy=sort,
        extraJson={
            "fieldConfig": {
                "defaults": {
                    "decimals": panel.decimals,
                    "noValue": NO_DATA,
                    "color": {"mode": "thresholds"},
                    "custom": {"cellOptions": {"type": "auto"}, "inspect": False},
                }
            },
            "options": {"frameIndex": 0, "cellHeight": "sm"},
        },
    )


def state_timeline(panel: Panel) -> Any:
    """States over time, one line for each series. `extra`: mappings, no_value."""
    import grafanalib.core as g

    said = extra(panel)
    return g.StateTimeline(
        mappings=list(said.get("mappings", ())),
        showValue="auto",
        rowHeight=0.8,
        fillOpacity=80,
        lineWidth=0,
        mergeValues=True,
        legendDisplayMode="list",
        extraJson={
            "fieldConfig": {"defaults": {"noValue": said.get("no_value", NO_DATA)}},
            "options": {"legend": {"showLegend": False, "calcs": []}, "tooltip": {"sort": "none"}},
        },
    )
