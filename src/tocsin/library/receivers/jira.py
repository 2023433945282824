"""A Jira issue for each group of alerts.

## Why

For what must be followed up but wakes nobody. The issue is found again by a label made of the group key: it
is updated, resolved with the alert and opened again when the alert comes back.

## References

- Alertmanager 0.31.1: `jira_configs`; `api_type: auto` tells Jira Cloud by its address.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.library.receivers._template import insert, literal
from tocsin.library.receivers._wording import Medium, pieces
from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import Secret, parameters, said

EXAMPLES = (
    "{jira: {api_url: https://example.atlassian.net/rest/api/2/, project: OPS, issue_type: Incident,"
    " user: bot@example.org, token_file: /run/secrets/jira}}",
)
MEDIUM = Medium(name="jira", link=("[", "|", "]"), between_links=" - ")


@receiver_kind("jira")
@parameters
class Jira:
    """A Jira project."""

    wakes: ClassVar[bool] = False

    api_url: str = said(
        "Jira's REST address", pattern="url", example="https://example.atlassian.net/rest/api/2/"
    )
    project: str = said("key of the project", example="OPS", pattern="line")
    issue_type: str = said("type of the issues", example="Incident", pattern="line")
    user: str = said(
        "user of the token; empty: the token is sent as a bearer token",
        "",
        example="bot@example.org",
        pattern="line",
    )
    token_file: Secret = said("file that holds the token", example="/run/secrets/jira")
    resolve_transition: str = said(
        "transition that ends an issue; empty: it stays open", "", example="Done", pattern="line"
    )
    reopen_transition: str = said("transition that opens it again", "", example="To Do", pattern="line")

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """One entry of `jira_configs`."""
        login = (
            {"basic_auth": {"username": self.user, "password_file": self.token_file.file}}
            if self.user
            else {"authorization": {"credentials_file": self.token_file.file}}
        )
        moves = {"resolve_transition": self.resolve_transition, "reopen_transition": self.reopen_transition}
        return "jira_configs", {
            "send_resolved": receiver.send_resolved,
            "http_config": login,
            "api_url": self.api_url,
            "project": literal(self.project),
            "issue_type": literal(self.issue_type),
            "summary": insert("jira.title"),
            "description": insert("jira.body"),
            "labels": ["tocsin", "{{ .CommonLabels.alertname }}"],
            **{key: value for key, value in moves.items() if value},
        }

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """The pieces that only Jira needs."""
        return pieces(MEDIUM, identity)
