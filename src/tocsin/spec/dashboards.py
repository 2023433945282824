"""How dashboards are said: rows of panels, variables, links, marks. Not what a kind of panel may say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from tocsin.diag.nodes import Node
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration

NOTHING: Any = MappingProxyType({})


@parameters
class PanelEnvelope:
    """What every panel may say; all other keys belong to the kind that `show` names."""

    show: str = said("the kind of panel", pattern="name", example="rate")
    title: str = said(
        "title; default: what the panel shows", default="", pattern="line", example="Request rate"
    )
    description: str = said("what the reader should know; default: how the value is made", default="")
    service: str = said(
        "the service whose logs, traces or targets are meant; default: the dashboard's first",
        default="",
        pattern="name",
    )
    width: int | None = said("columns of 24; default: by kind, rows are filled", default=None, example="12")
    height: int | None = said(
        "height in grid units of 30 pixels; default: by kind", default=None, example="8"
    )
    links: Mapping[str, str] = said(
        "more links: title to URL",
        default=NOTHING,
        example="{Wiki: https://wiki.example.org}",
        pattern="link",
        keys="title",
    )


@parameters
class RowSpec:
    """A row that says more than its panels."""

    panels: tuple[Node, ...] = said("the row's panels", example="[{show: rate, of: http_requests_total}]")
    collapsed: bool = said("true: folded, its queries run only when it is opened", default=False)


@parameters
class VariableSpec:
    """A variable of the dashboard's own, usable as `$name` in `query`, `logql`, texts and links."""

    label: str = said("what the reader sees; default: the name", default="", pattern="line")
    values: tuple[str, ...] = said("a fixed list of values", default=(), example="[eu1, us1]")
    label_of: str = said(
        "a metric whose label of the variable's name gives the values",
        default="",
        pattern="metric",
        example="http_requests_total",
    )
    query: str = said("a Prometheus variable query", default="", example="label_values(up, job)")
    text: bool = said("true: a text field", default=False)
    default: str = said("the value chosen at first; default: all", default="", pattern="line")
    multi: bool = said("whether several values may be chosen", default=True)


@parameters
class AnnotationSpec:
    """Marks on every graph, wherever the query has a value."""

    query: str = said("a PromQL expression", example='changes(http_build_info{job="api"}[5m]) > 0')
    title: str = said("shown over the mark; may use `{{label}}`", default="", pattern="line")
    text: str = said("shown below the title", default="")
    color: Literal["red", "orange", "yellow", "green", "blue", "purple"] = said(
        "the mark's colour", default="blue"
    )


@parameters
class DashboardSpec:
    """One dashboard: rows of panels, read from top to bottom as questions are asked."""

    title: str = said("title", pattern="line", example="Application Overview")
    description: str = said("what the dashboard answers, and for whom", default="")
    folder: str = said("Grafana folder; default: the workspace's", default="", pattern="line")
    tags: tuple[str, ...] = said("tags, beside the workspace's own", default=())
    refresh: Duration | None = said("how often it refreshes; default: 30s", default=None, example="30s")
    time: Duration | None = said("how far back it looks at first; default: 6h", default=None, example="24h")
    services: tuple[str, ...] = said(
        "services it is about; default: those whose signals it shows", default=()
    )
    variables: Mapping[str, VariableSpec] = said("variables of its own", default=NOTHING, keys="label")
    links: Mapping[str, str] = said("more links: title to URL", default=NOTHING, pattern="link", keys="title")
    annotations: Mapping[str, AnnotationSpec] = said(
        "more marks on the time axis", default=NOTHING, keys="title"
    )
    rows: Mapping[str, Node] = said(
        "title to panels: a list, or {collapsed, panels}",
        example="{Traffic: [{show: rate, of: http_requests_total}]}",
        keys="title",
    )
