"""Dashboards in the user's words: rows of panels with queries. No Grafana JSON, no pixels but the grid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tocsin.diag.nodes import Node
from tocsin.model.telemetry import NOTHING

Source = Literal["prometheus", "loki", "tempo", "alertmanager", ""]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Query:
    """One query of a panel. Selectors already carry the dashboard's variables (`$environment`, ...)."""

    expr: str
    legend: str = ""
    source: Source = "prometheus"
    instant: bool = False
    format: Literal["time_series", "table", "heatmap", ""] = ""
    ref: str = ""
    exemplar: bool = False
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Threshold:
    """A line or colour step at `value`, in the panel's unit; `what` says where it comes from."""

    value: float
    color: Literal["red", "orange", "yellow", "green"] = "red"
    direction: Literal["above", "below"] = "above"
    what: str = ""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """A link on a dashboard or panel; `url` may use Grafana variables."""

    title: str
    url: str
    new_tab: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """One panel, placed. `kind` names the panel plug-in; `content` is what that plug-in made of its
    parameters (queries, unit, thresholds and whatever only it understands)."""

    id: int
    kind: str
    title: str
    description: str
    content: object
    queries: tuple[Query, ...]
    unit: str = ""
    decimals: int | None = None
    thresholds: tuple[Threshold, ...] = ()
    links: tuple[Link, ...] = ()
    alert: str = ""
    """`service/Alert` whose own signal this panel shows."""
    x: int
    y: int
    width: int
    height: int
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A titled group of panels."""

    id: int
    title: str
    collapsed: bool
    y: int
    panels: tuple[Panel, ...]
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variable:
    """A dashboard variable: a data source, a label's values, or a constant list."""

    name: str
    label: str
    kind: Literal["datasource", "query", "custom", "text"]
    query: str = ""
    source: Source = "prometheus"
    multi: bool = True
    include_all: bool = True
    default: str = ""
    values: tuple[str, ...] = ()
    regex: str = ""
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Annotation:
    """Marks on every graph of a dashboard, from a query."""

    name: str
    expr: str
    source: Source = "prometheus"
    color: str = "red"
    title: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    origin: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dashboard:
    """One dashboard, resolved and laid out."""

    name: str
    uid: str
    title: str
    description: str
    folder: str
    tags: tuple[str, ...]
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...]
    annotations: tuple[Annotation, ...]
    links: tuple[Link, ...]
    refresh: str = "30s"
    time_from: str = "now-6h"
    timezone: str = "browser"
    services: tuple[str, ...] = ()
    siblings: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """title -> uid of the other dashboards, for links between them."""
    origin: Node
