"""Who is told by mail needs a mail server.

## Why

Alertmanager refuses a configuration with mail receivers and no server, all of it: then nobody is told of
anything.

## Fix

Add `stack: {mail: {smarthost: ..., from: ...}}`.

## References

- amtool 0.34.2: `no global SMTP smarthost set` (tried).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Receiver

CODE = "receiver/no-mail-server"
_MAIL = "receivers: {mail: {email: {to: ops@example.org}}}"
EXAMPLES = (
    Example(title="no server", finds=("email",), spec=_MAIL),
    Example(
        title="a server",
        spec=f"{_MAIL}\nstack: {{mail: {{smarthost: 'mail.example.org:25', from: tocsin@example.org}}}}",
    ),
)


@check(CODE, on=Receiver)
def no_mail_server(receiver: Receiver, view: View) -> Iterator[Diagnostic]:
    """In each environment: one may have lost its server."""
    if receiver.kind == "email" and not view.model.stack.smtp.get("smarthost"):
        yield view.finding(
            CODE,
            receiver.origin.key_node("email"),
            f"`{receiver.name}` is told by mail, and there is no mail server",
            help="add `stack: {mail: {smarthost: ..., from: ...}}`",
        )
