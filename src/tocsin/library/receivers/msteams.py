"""A Microsoft Teams channel, by a workflow's webhook (Power Automate).

## Why

The old connectors are gone; a workflow "when a Teams webhook request is received" takes their place and shows
an adaptive card.

## References

- Alertmanager 0.31.1: `msteamsv2_configs`; the text is a TextBlock, which knows a little Markdown: a line
  ends with an empty line, brackets in a value are escaped so that they make no link.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.library.receivers._template import insert
from tocsin.library.receivers._wording import Medium, pieces
from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import Secret, parameters, said

EXAMPLES = ("{msteams: {webhook_url_file: /run/secrets/teams_url}}",)
MEDIUM = Medium(
    name="msteams",
    escape=r" | reReplaceAll `([\\[\]*_])` `\$1`",
    line="\n\n",
    link=("[", "](", ")"),
    between_links=" | ",
)


@receiver_kind("msteams")
@parameters
class MSTeams:
    """A Teams channel."""

    wakes: ClassVar[bool] = False

    webhook_url_file: Secret = said("file that holds the workflow's URL", example="/run/secrets/teams_url")

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """One entry of `msteamsv2_configs`."""
        return "msteamsv2_configs", {
            "send_resolved": receiver.send_resolved,
            "webhook_url_file": self.webhook_url_file.file,
            "title": insert("msteams.title"),
            "text": insert("msteams.body"),
        }

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """The pieces that only Teams needs."""
        return pieces(MEDIUM, identity)
