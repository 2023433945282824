"""Any program that takes Alertmanager's JSON by HTTP POST.

## Why

For chat bots, ticket systems, gateways and dead man's switches. The payload is Alertmanager's own, version 4:
the alerts with all their labels and annotations, so the links and words of the other kinds are in it as data.

## References

- Alertmanager 0.31.1: `webhook_configs`; the address is a Go template even when it comes from a file;
  there is no templating of the payload before 0.32.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import Secret, parameters, said
from tocsin.spec.values import Duration

EXAMPLES = (
    "{webhook: {url_file: /run/secrets/heartbeat_url}}",
    "{webhook: {url: http://bot.example.org/alerts, max_alerts: 50}}",
)


@receiver_kind("webhook")
@parameters
class Webhook:
    """An HTTP endpoint."""

    wakes: ClassVar[bool] = False

    url_file: Secret | None = said(
        "file that holds the address; wanted where the address is a secret",
        None,
        example="/run/secrets/heartbeat_url",
    )
    url: str = said(
        "the address, where it is no secret", "", example="http://bot.example.org/alerts", pattern="url"
    )
    max_alerts: int = said("alerts in one message at most; 0: all", 0, example="50")
    timeout: Duration | None = said("how long to wait for an answer", None, example="10s")

    def agree(self, node: Node, sink: Sink) -> None:
        """Exactly one address."""
        if len({"url", "url_file"} & set(node.map)) != 1:
            sink.error(
                "receiver/target",
                node,
                "a webhook has exactly one of `url_file` and `url`",
                help="keep `url_file` where the address is a secret, else `url`",
            )

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """One entry of `webhook_configs`."""
        out: dict[str, Any] = {"send_resolved": receiver.send_resolved}
        if self.url_file is not None:
            out["url_file"] = self.url_file.file
        else:
            out["url"] = self.url
        if self.max_alerts:
            out["max_alerts"] = self.max_alerts
        if self.timeout is not None:
            out["timeout"] = str(self.timeout)
        return "webhook_configs", out

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """None: the payload is Alertmanager's own."""
        return ""
