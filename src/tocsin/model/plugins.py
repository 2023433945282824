"""What an extension must offer: alert templates, panels, receivers. Their registries, nothing else.

An extension is one file in `library/<kind>/`: a module docstring (its page in the reference), a frozen
dataclass made with `@parameters` whose fields are declared with `said(...)` (see `spec/declare.py`), the
methods below, and `EXAMPLES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert, Condition, Receiver, Variant
from tocsin.model.dashboards import Panel, Query, Threshold
from tocsin.model.scope import Scope
from tocsin.registry import Registry


class AlertTemplate(Protocol):
    """Turns its parameters into a condition."""

    language: ClassVar[Literal["promql", "logql"]]

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """The condition for `scope`; None after having reported to `scope.sink` why there is none.

        Must be pure and must use `scope.select(...)` for every selector. `node` is the alert's node;
        `node.at("above")` is where a parameter stands.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelScope:
    """What a panel may know beside `Scope`: the alerts, with their signals rendered for panels."""

    scope: Scope
    alerts: Mapping[str, Alert]
    """Both `Name` (where unique, or of this dashboard's service) and `service/Name`."""
    signals: Mapping[str, tuple[Variant, ...]]
    """`service/Name` -> the alert's variants compiled in panel mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelContent:
    """What a panel plug-in makes of its parameters; becomes fields of `model.dashboards.Panel`."""

    queries: tuple[Query, ...]
    unit: str = ""
    decimals: int | None = None
    thresholds: tuple[Threshold, ...] = ()
    alert: str = ""
    title: str = ""
    """Default title where the spec gives none."""
    description: str = ""
    """Default description likewise."""
    extra: Mapping[str, Any] | None = None
    """Anything only the plug-in's own `draw` understands (must be plain data)."""


class PanelType(Protocol):
    """Turns its parameters into queries, and a placed panel into a grafanalib panel."""

    width: ClassVar[int]
    height: ClassVar[int]
    """Default size on Grafana's 24-column grid."""

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """Queries, unit, thresholds; None after having reported to `panel.scope.sink`."""
        ...

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A `grafanalib.core.Panel` (or anything with `to_json_data()`); brought to schema 42 later."""
        ...


class ReceiverKind(Protocol):
    """Turns its parameters into one Alertmanager integration."""

    wakes: ClassVar[bool]
    """True when it wakes people (pagers)."""

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """(`slack_configs`, the integration's map). Secrets only as `*_file` references."""
        ...

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """The Go template pieces it refers to, beside the shared ones; empty where it needs none.

        `identity` are the labels that every alert has.
        """
        ...


alert_templates: Registry[type[AlertTemplate]] = Registry("alert template", "tocsin.library.alerts")
panel_types: Registry[type[PanelType]] = Registry("panel", "tocsin.library.panels")
receiver_kinds: Registry[type[ReceiverKind]] = Registry("receiver", "tocsin.library.receivers")
alert_template, panel_type, receiver_kind = alert_templates.add, panel_types.add, receiver_kinds.add
