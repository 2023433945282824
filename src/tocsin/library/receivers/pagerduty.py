"""A PagerDuty service, by its Events API v2 integration key.

## Why

One incident for each group of alerts: Alertmanager's group key is the deduplication key, so a repeated
notification never opens a second incident, and the end of the last alert resolves it. PagerDuty knows four
severities; a spec's own names become `critical` when they page, else `warning`.

## References

- Alertmanager 0.31.1: `pagerduty_configs`; `details` always holds `firing`, `resolved`, `num_firing` and
  `num_resolved`, so these are given readable texts; a link without an address is left out; the summary is cut
  after 1,024 characters.
- Alertmanager 0.31.1: a rendered detail that reads as a YAML map or list has its strings executed as
  templates *again*, so a label such as `a: {{` would lose the page (tried). A text that begins with a tab is
  no YAML and is sent as it is.
- https://developer.pagerduty.com/docs/events-api-v2-overview
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.library.receivers._template import act, each, given, insert, piece, when
from tocsin.library.receivers._wording import Medium, pieces
from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import Secret, parameters, said

EXAMPLES = ("{pagerduty: {routing_key_file: /run/secrets/pagerduty}}",)
MEDIUM = Medium(name="pagerduty")
TEXT = "\t"
"""What keeps Alertmanager from reading a detail as YAML."""
DETAILS = (("value", "value"), ("threshold", "threshold"), ("meaning", "description"))
LINKS = (
    ("Runbook", "runbook"),
    ("Dashboard", "dashboard"),
    ("Logs", "logs"),
    ("Traces", "traces"),
    ("Silence", "silence"),
)


@receiver_kind("pagerduty")
@parameters
class PagerDuty:
    """A PagerDuty service."""

    wakes: ClassVar[bool] = True

    routing_key_file: Secret = said(
        "file that holds the integration key (Events API v2)", example="/run/secrets/pagerduty"
    )

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """One entry of `pagerduty_configs`."""
        return "pagerduty_configs", {
            "send_resolved": receiver.send_resolved,
            "routing_key_file": self.routing_key_file.file,
            "severity": insert("urgency"),
            "description": insert("pagerduty.summary"),
            # PagerDuty refuses an event without a source.
            "source": '{{ or .CommonLabels.service .CommonLabels.cluster "Alertmanager" }}',
            "class": "{{ .CommonLabels.alertname }}",
            "component": "{{ .CommonLabels.service }}",
            "group": "{{ .CommonLabels.environment }}/{{ .CommonLabels.cluster }}",
            "client": "Alertmanager",
            "client_url": insert("pagerduty.dashboard"),
            "details": {
                "since": TEXT + insert("since"),
                **{
                    name: given(f".CommonAnnotations.{annotation}", TEXT + act("."))
                    for name, annotation in DETAILS
                },
                "affected": TEXT + when("eq (len .Alerts) 1", "1 affected") + insert("pagerduty.list"),
                "firing": insert("pagerduty.firing"),
                "resolved": insert("pagerduty.resolved"),
                "num_firing": "{{ len .Alerts.Firing }}",
                "num_resolved": "{{ len .Alerts.Resolved }}",
            },
            "links": [{"text": text, "href": insert(f"pagerduty.{name}")} for text, name in LINKS],
        }

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """The pieces that only PagerDuty needs."""
        of_first = "index (or .Alerts.Firing .Alerts.Resolved) 0"
        summary = insert("title") + given(".CommonAnnotations.summary", ": " + act("."))
        line = when("$i", "\n", TEXT) + act("$a.Annotations.summary")
        return (
            pieces(MEDIUM, identity)
            + piece("pagerduty.summary", summary)
            + piece("pagerduty.firing", each("$i, $a", ".Alerts.Firing", line))
            + piece("pagerduty.resolved", each("$i, $a", ".Alerts.Resolved", line))
            + "".join(
                piece(f"pagerduty.{name}", given(of_first, insert(name)))
                for _, name in LINKS
                if name != "silence"
            )
            + piece("pagerduty.silence", insert("silence"))
        )
