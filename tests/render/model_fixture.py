"""A small model made by hand, for routes and notifications: two teams, every kind of receiver, hours.

Not for the stack's configuration (`stack_model.py`). Names and texts contain what breaks careless escaping.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stack_model import HERE, stack

from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import marked
from tocsin.library.receivers.email import Email
from tocsin.library.receivers.jira import Jira
from tocsin.library.receivers.msteams import MSTeams
from tocsin.library.receivers.pagerduty import PagerDuty
from tocsin.library.receivers.slack import Slack
from tocsin.library.receivers.sns import Sns
from tocsin.library.receivers.telegram import Telegram
from tocsin.library.receivers.webhook import Webhook
from tocsin.model.alerting import (
    Alert,
    Condition,
    Hours,
    Inhibition,
    Receiver,
    Severity,
    Team,
    Variant,
    Watchdog,
)
from tocsin.model.workspace import Links, Model
from tocsin.render.alertmanager import alertmanager
from tocsin.spec.declare import Secret
from tocsin.spec.values import Duration

IDENTITY = MappingProxyType({"cluster": "eu1", "environment": "production"})
NIGHT = ("22:00", "24:00"), ("00:00", "07:00")
CHAT_HOURS = Hours(
    name="office",
    origin=HERE,
    intervals=(
        MappingProxyType(
            {
                "times": ({"start_time": "09:00", "end_time": "18:00"},),
                "weekdays": ("monday:friday",),
                "location": "Europe/Berlin",
            }
        ),
    ),
)


def secret(folder: Path, name: str) -> Secret:
    """A reference to a file below `folder`."""
    return Secret(str(folder / name))


def receivers(secrets: Path) -> dict[str, Receiver]:
    """One of every kind; their secrets are files of this folder."""
    kinds: dict[str, tuple[str, Any, dict[str, Any]]] = {
        "platform-pager": (
            "pagerduty",
            PagerDuty(routing_key_file=secret(secrets, "pagerduty")),
            {"pager": True},
        ),
        "senior-pager": ("pagerduty", PagerDuty(routing_key_file=secret(secrets, "senior")), {"pager": True}),
        "platform-chat": (
            "slack",
            Slack(channel="#alerts {{ .X }}", api_url_file=secret(secrets, "slack")),
            {},
        ),
        "office-chat": (
            "slack",
            Slack(channel="#office", api_url_file=secret(secrets, "slack_office")),
            {"hours": "office"},
        ),
        "mail": ("email", Email(to=("oncall@example.org",)), {}),
        "bot": ("webhook", Webhook(url_file=secret(secrets, "bot"), max_alerts=50), {}),
        "heartbeat": ("webhook", Webhook(url_file=secret(secrets, "heartbeat")), {}),
        "teams": ("msteams", MSTeams(webhook_url_file=secret(secrets, "teams")), {}),
        "telegram": ("telegram", Telegram(bot_token_file=secret(secrets, "telegram"), chat_id=-100), {}),
        "sms": ("sns", Sns(phone_number="+493012345678", region="eu-central-1"), {"pager": True}),
        "tickets": (
            "jira",
            Jira(
                api_url="http://127.0.0.1:9/rest/api/2/",
                project="OPS",
                issue_type="Incident",
                user="bot",
                token_file=secret(secrets, "jira"),
            ),
            {},
        ),
    }
    return {
        name: Receiver(name=name, kind=kind, settings=settings, origin=HERE, **more)
        for name, (kind, settings, more) in kinds.items()
    }


def alert(
    name: str,
    service: str = "shop",
    *,
    team: str = "platform",
    severity: str = "critical",
    by: tuple[str, ...] = (),
    **more: Any,
) -> Alert:
    """An alert whose condition nobody evaluates."""
    labels = {
        **IDENTITY,
        **({"service": service} if service else {}),
        "team": team,
        "severity": severity,
        **({"stage": "shadow"} if more.get("shadow") else {}),
    }
    condition = Condition(expr=f"vector(1) # {name}", meaning="something is wrong", by=by)
    settings: dict[str, Any] = {
        "language": "promql",
        "hold": Duration(120_000),
        "keep_firing_for": None,
        "escalate_after": None,
        "every": None,
        "summary": "",
        "description": "",
        "annotations": {},
        "runbook": f"{name}.md",
        "runbook_required": False,
        "dashboard_url": "",
        "panel": None,
        "group": service or "workspace",
        "origin": HERE,
        "template": "threshold",
    }
    return Alert(
        name=name,
        service=service,
        team=team,
        severity=severity,
        labels=MappingProxyType(labels),
        variants=(Variant(condition=condition, origin=HERE),),
        **{**settings, **more},
    )


def severity(name: str, *notify: str, pages: bool = False, **more: Any) -> Severity:
    """Waits and intervals of a second, so that a live Alertmanager tells at once."""
    settings: dict[str, Any] = {
        "group_by": ("cluster", "environment", "service", "alertname"),
        "wait": Duration(1_000),
        "interval": Duration(1_000),
        "repeat": Duration.parse("1h"),
        "escalate_after": None,
        "runbook_required": False,
    }
    return Severity(name=name, notify=notify, pages=pages, origin=HERE, **{**settings, **more})


ALERTS = (
    alert("HighErrorRate", escalate_after=Duration.parse("15m")),
    alert("HighErrorRate", "billing", team="money"),
    alert("ServiceDown", escalate_after=Duration.parse("15m")),
    alert("SlowRequests", severity="warning", by=("endpoint",)),
    alert("QueueFull", "billing", team="money", severity="warning"),
    alert("BackupLate", "billing", team="money", to=("mail", "bot")),
    alert("Everything", severity="info", to=("mail", "bot", "teams", "telegram", "tickets", "platform-chat")),
    alert("Untested", shadow=True),
    alert("LoneRule", "", severity="warning"),
)
TEAMS = {
    "platform": Team(
        name="platform",
        origin=HERE,
        roles=MappingProxyType(
            {"page": "platform-pager", "chat": "platform-chat", "mail": "mail", "escalate": "senior-pager"}
        ),
    ),
    "money": Team(
        name="money", origin=HERE, roles=MappingProxyType({"page": "platform-pager", "chat": "office-chat"})
    ),
}
INHIBITIONS = (
    Inhibition(
        when="ServiceDown",
        mute=("HighErrorRate", "SlowRequests", "ServiceDown"),
        origin=HERE,
        equal=("cluster", "environment", "service"),
    ),
    Inhibition(
        when="Untested",
        mute=("SlowRequests",),
        equal=("cluster", "environment", "service"),
        service="shop",
        origin=HERE,
    ),
)


def model(secrets: Path = Path("/run/secrets"), **more: Any) -> Model:
    """The whole model; keyword arguments replace its fields."""
    severities = {
        one.name: one
        for one in (
            severity("critical", "page", "chat", "mail", pages=True),
            severity("warning", "chat"),
            severity("info"),
        )
    }
    settings: dict[str, Any] = {
        "name": "shop",
        "environment": "production",
        "root": "",
        "identity": IDENTITY,
        "links": Links(
            grafana="https://grafana.example.org",
            runbooks="https://runbooks.example.org",
            alertmanager="https://alerts.example.org",
            prometheus="",
            errors="",
        ),
        "services": {},
        "alerts": ALERTS,
        "records": (),
        "receivers": receivers(secrets),
        "teams": TEAMS,
        "severities": severities,
        "inhibitions": INHIBITIONS,
        "hours": {"office": CHAT_HOURS},
        "fallback": "platform-pager",
        "watchdog": Watchdog(to="heartbeat", every=Duration(60_000), origin=HERE),
        "dashboards": (),
        "redact": {},
        "stack": stack(),
        "origin": HERE,
    }
    return Model(**{**settings, **more})


def write(one: Model, folder: Path) -> Path:
    """The model's Alertmanager files below `folder`; the path of the configuration."""
    for artifact in alertmanager(one):
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(marked(artifact.format, emit(artifact)), encoding="utf-8")
    return folder / one.root / "alertmanager" / "alertmanager.yml"


def annotations(**more: str) -> Mapping[str, str]:
    """What Prometheus puts on every alert."""
    explore = (
        "https://grafana.example.org/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22range%22%3A%7B"
        "%22from%22%3A%22now-1h%22%2C%22to%22%3A%22now%22%7D%7D%7D"
    )
    return {
        "summary": "38% of requests fail",
        "description": "Fires when more than 5% of requests fail.",
        "value": "38%",
        "threshold": "5%",
        "runbook_url": "https://runbooks.example.org/HighErrorRate.md",
        "dashboard_url": "https://grafana.example.org/d/abc/shop?var-cluster=eu1",
        "logs_url": explore,
        "traces_url": explore,
        **more,
    }
