"""A Slack channel, by an incoming webhook.

## Why

One message for each group of alerts: headline, what is measured, which instances, and five links. Values are
escaped as Slack wants it, so that a label can neither mention a channel nor end a link.

## References

- Alertmanager 0.31.1: `slack_configs`; `api_url_file` is read for each message and never logged.
- https://api.slack.com/reference/surfaces/formatting
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.library.receivers._template import insert, literal
from tocsin.library.receivers._wording import Medium, pieces
from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import Secret, parameters, said

EXAMPLES = (
    '{slack: {channel: "#alerts", api_url_file: /run/secrets/slack_url}}',
    '{slack: {channel: "#alerts", api_url_file: /run/secrets/slack_url}, send_resolved: false}',
)
ESCAPE = " | reReplaceAll `&` `&amp;` | reReplaceAll `<` `&lt;` | reReplaceAll `>` `&gt;`"
MEDIUM = Medium(
    name="slack", escape=ESCAPE, item="• ", link=("<", "|", ">"), url_first=True, between_links=" | "
)


@receiver_kind("slack")
@parameters
class Slack:
    """A Slack channel."""

    wakes: ClassVar[bool] = False

    channel: str = said("channel or user", example='"#alerts"', pattern="line")
    api_url_file: Secret = said(
        "file that holds the incoming webhook's URL", example="/run/secrets/slack_url"
    )

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """One entry of `slack_configs`."""
        return "slack_configs", {
            "send_resolved": receiver.send_resolved,
            "api_url_file": self.api_url_file.file,
            "channel": literal(self.channel),
            "color": insert("colour"),
            "title": insert("slack.title"),
            "title_link": insert("first_link"),
            "text": insert("slack.body"),
            "fallback": insert("title"),
        }

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """The pieces that only Slack needs."""
        return pieces(MEDIUM, identity)
