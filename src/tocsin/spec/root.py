"""Declaration of the whole spec."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.spec.declare import HERE, parameters, said
from tocsin.spec.organisation import (
    HoursSpec,
    InhibitSpec,
    LinksSpec,
    SeveritySpec,
    StackSpec,
    WatchdogSpec,
)
from tocsin.spec.scenarios import ScenarioSpec
from tocsin.spec.services import ServiceSpec

LANGUAGE = 1
_EMPTY = MappingProxyType[str, Node]({})


@parameters
class Spec:
    """One workspace."""

    STAND_INS: ClassVar[Mapping[str, Any]] = {
        "tocsin": LANGUAGE,
        "name": "unnamed",
        "identity": {},
        "fallback": "",
    }
    """So that a mistake in one of these does not hide all others."""
    tocsin: int = said("version of the spec's language", example="1")
    name: str = said("the workspace's name", example="shop", pattern="name")
    include: tuple[str, ...] = said(
        "further files, as glob patterns inside the workspace",
        default=(),
        example="[services/*.yaml]",
        pattern="relative",
        one_or_many=True,
    )
    identity: Mapping[str, str] = said(
        "labels on every series, rule and notification",
        example="{cluster: eu1, environment: production}",
        pattern="value",
        keys="label",
    )
    links: LinksSpec = said("where people reach things", default=LinksSpec())
    team: str = said("the team of services that name none", default="", example="platform", pattern="name")
    receivers: Mapping[str, Node] = said(
        "who can be told, and how",
        default=_EMPTY,
        example='{chat: {slack: {channel: "#alerts", ...}}}',
        keys="name",
    )
    teams: Mapping[str, Mapping[str, str]] = said(
        "role to receiver, for each team",
        default=MappingProxyType({}),
        example="{platform: {page: pager, chat: chat}}",
        pattern="name",
        keys="name",
    )
    severities: Mapping[str, SeveritySpec] = said(
        "how urgent alerts can be", default=MappingProxyType({}), keys="name"
    )
    hours: Mapping[str, HoursSpec] = said(
        "when receivers may be notified", default=MappingProxyType({}), keys="name"
    )
    fallback: str = said("receiver of whatever matches nothing", example="pager", pattern="name")
    watchdog: WatchdogSpec | None = said("the dead man's switch", default=None)
    packs: tuple[str, ...] = said(
        "contracts and alerts of well-known exporters", default=(), example="[node]", pattern="name"
    )
    profiles: Mapping[str, Node] = said("a kind of service, said once", default=_EMPTY, keys="name")
    services: Mapping[str, ServiceSpec] = said("the services", default=MappingProxyType({}), keys="name")
    alerts: Mapping[str, Node] = said("alerts that belong to no single service", default=_EMPTY, keys="alert")
    inhibit: tuple[InhibitSpec, ...] = said("which alert explains which others", default=())
    scenarios: Mapping[str, ScenarioSpec] = said(
        "situations, and who may be woken by them", default=MappingProxyType({}), keys="name"
    )
    dashboards: Mapping[str, Node] = said("the dashboards", default=_EMPTY, keys="name")
    redact: Mapping[str, str] = said(
        "classes of secrets beside the built-in ones: name to RE2 pattern",
        default=MappingProxyType({}),
        example="{ticket: 'T-[0-9]{8}'}",
        keys="name",
    )
    stack: StackSpec | None = said("the stack's own settings", default=None)
    environments: Mapping[str, Node] = said(
        "what differs elsewhere; written to env/<name>/",
        default=_EMPTY,
        example="{staging: {identity: {environment: staging}}}",
        keys="name",
    )
    node: Node = HERE
