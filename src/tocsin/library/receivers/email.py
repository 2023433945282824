"""Mail, as plain text and as HTML, by the stack's mail server.

## Why

For people who are told but not woken. The subject is the headline; both bodies carry the same words and
links. The mail server is said once, under `stack.mail`.

## References

- Alertmanager 0.31.1: `email_configs`; a header is a template too; without `smtp_require_tls: false` it
  refuses a server that offers no STARTTLS.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.library.receivers._template import insert, literal, piece
from tocsin.library.receivers._wording import Medium, pieces
from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{email: {to: platform@example.org}}",
    "{email: {to: [platform@example.org, on-call@example.org]}}",
)
PLAIN = Medium(name="mail")
HTML = Medium(name="mail_html", link=('<a href="', '">', "</a>"), url_first=True, between_links=" | ")
"""Without an escape: Alertmanager renders it by html/template, which escapes by context."""
PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">
<h2 style="font-size: 1.1em">{title}</h2>
<div style="white-space: pre-line">{body}</div>
</body></html>
"""


@receiver_kind("email")
@parameters
class Email:
    """One or more mail addresses."""

    wakes: ClassVar[bool] = False

    to: tuple[str, ...] = said(
        "recipients", example="platform@example.org", pattern="email", one_or_many=True
    )

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """One entry of `email_configs`."""
        return "email_configs", {
            "send_resolved": receiver.send_resolved,
            "to": literal(", ".join(self.to)),
            "headers": {"Subject": insert("mail.title")},
            "text": insert("mail.body"),
            "html": insert("mail.page"),
        }

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """Both bodies."""
        page = PAGE.format(title=insert("mail_html.title"), body=insert("mail_html.body"))
        return pieces(PLAIN, identity) + pieces(HTML, identity) + piece("mail.page", page)
