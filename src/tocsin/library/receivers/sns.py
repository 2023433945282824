"""Short messages (SMS) to phones, or a topic of Amazon SNS.

## Why

The last resort where there is no data connection: headline, value and since when, and no links.

## References

- Alertmanager 0.31.1: `sns_configs`; exactly one of topic and phone number; an SMS is cut after 1,600
  characters. Without a profile the keys come from the machine's own role: no key stands in a file of ours.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.library.receivers._template import act, given, insert, literal, piece
from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    '{sns: {phone_number: "+493012345678", region: eu-central-1}}',
    '{sns: {topic_arn: "arn:aws:sns:eu-central-1:123456789012:alerts", region: eu-central-1}}',
)


@receiver_kind("sns")
@parameters
class Sns:
    """A phone or a topic."""

    wakes: ClassVar[bool] = True

    region: str = said("AWS region", example="eu-central-1", pattern="name")
    phone_number: str = said("a phone, in international form", "", example='"+493012345678"', pattern="line")
    topic_arn: str = said(
        "a topic, instead of a phone",
        "",
        pattern="line",
        example="arn:aws:sns:eu-central-1:123456789012:alerts",
    )
    role_arn: str = said(
        "role to assume", "", pattern="line", example="arn:aws:iam::123456789012:role/alerts"
    )
    profile: str = said("profile of the shared AWS credentials", "", pattern="name")

    def agree(self, node: Node, sink: Sink) -> None:
        """Exactly one target."""
        if len({"phone_number", "topic_arn"} & set(node.map)) != 1:
            sink.error(
                "receiver/target",
                node,
                "SNS has exactly one of `phone_number` and `topic_arn`",
                help="keep the one that is to be told",
            )

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """One entry of `sns_configs`."""
        target = (
            {"topic_arn": literal(self.topic_arn)}
            if self.topic_arn
            else {"phone_number": literal(self.phone_number)}
        )
        more = {"role_arn": self.role_arn, "profile": self.profile}
        return "sns_configs", {
            "send_resolved": receiver.send_resolved,
            **target,
            "sigv4": {"region": self.region, **{key: value for key, value in more.items() if value}},
            "subject": insert("title"),
            "message": insert("sns.message"),
        }

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """One short message."""
        value = given(".CommonAnnotations.value", "; value " + act("."))
        threshold = given(".CommonAnnotations.threshold", " (threshold " + act(".") + ")")
        return piece("sns.message", insert("title") + "\n" + insert("since") + value + threshold)
