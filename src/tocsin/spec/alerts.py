"""Declaration of an alert's envelope: everything but its template's own parameters."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from tocsin.diag.nodes import Node
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import HERE, parameters, said
from tocsin.spec.values import Duration

_NONE: Mapping[str, str] = MappingProxyType({})


@parameters
class AlertSpec:
    """One alert. Say a `template` with its parameters, or an expression (`expr:` or `logql:`)."""

    severity: str = said("how urgent it is", example="critical", pattern="name")
    template: str = said("the alert template", default="", example="error-ratio", pattern="name")
    for_: Duration = said(
        "how long it must hold before it fires", default=Duration(0), example="5m", least="0s"
    )
    keep_firing_for: Duration | None = said(
        "how long it goes on firing after it has ended", default=None, example="10m", least="0s"
    )
    every: Duration | None = said(
        "evaluation interval of its rule group", default=None, example="1m", least="1s"
    )
    escalate_after: Duration | None = said(
        "instead of the severity's; `0s` turns escalation off", default=None, example="15m", least="0s"
    )
    team: str = said(
        "the team, where it is not the service's", default="", example="platform", pattern="name"
    )
    owner: str = said("the person or group who looks after it", default="", example="ada", pattern="line")
    to: tuple[str, ...] = said(
        "receivers, instead of the team's",
        default=(),
        example="[backup-mail]",
        pattern="name",
        one_or_many=True,
    )
    links: Mapping[str, str] = said(
        "further links: title to URL",
        default=_NONE,
        example="{Sentry: https://...}",
        pattern="url",
        keys="title",
    )
    summary: str = said(
        "one line of what is wrong; may use {{ $labels.x }} and {{ $value }}", default="", pattern="line"
    )
    description: str = said("more words", default="")
    labels: Mapping[str, str] = said("further labels", default=_NONE, example="{tier: front}", keys="label")
    overrides: tuple[Node, ...] = said(
        "other parameters for some label values",
        default=(),
        example="[{match: {endpoint: /upload}, slower_than: 10s}]",
    )
    runbook: str = said(
        "the runbook's name, where it is not the alert's",
        default="",
        example="HighErrorRate",
        pattern="alert",
    )
    was: tuple[str, ...] = said(
        "former names", default=(), example="[OldName]", pattern="alert", one_or_many=True
    )
    stage: Literal["live", "shadow"] = said(
        "`shadow` is evaluated and recorded, and told to nobody", default="live", example="shadow"
    )
    node: Node = HERE


@parameters
class OverrideSpec:
    """An alert's other parameters for some label values; the parameters stand beside `match`."""

    match: tuple[Matcher, ...] = said("labels that select the part", example="{endpoint: /upload}")
    node: Node = HERE
